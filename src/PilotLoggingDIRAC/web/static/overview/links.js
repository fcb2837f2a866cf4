// Addresses of the logs behind a figure: the list with the filters that leave just these.

import { group, listPage, searchPage } from "../shared/pages.js";

export const BAD = ["failed", "killed"];

/** Return the query of the logs of a time with some values; a list gives several. Null if a value can't be a filter. */
export function queryOf({ from, to }, values = {}) {
  const query = new URLSearchParams(group() ? { group: group() } : {});
  for (const [name, given] of Object.entries(values)) {
    for (const value of [given].flat()) {
      if (value === "") return null;
      query.append(name, value);
    }
  }
  query.set("since", "from");
  query.set("FromDate", from.slice(0, 16));
  query.set("ToDate", to.slice(0, 16));
  return query;
}

/** Return the address of the list of the logs of a time with some values, null if there is none. */
export function logsOf(time, values) {
  const query = queryOf(time, values);
  return query && listPage(query);
}

/** Return the address of the search in the logs of a time with some values. */
export function searchOf(time, values) {
  return searchPage(queryOf(time, values));
}

/** Return the values that select logs of ended pilots by causes; those without a known one have failed. */
export function ofCause(code) {
  return { Cause: code, Outcome: code === "none" ? BAD : [...BAD, "unknown"] };
}

/** Return the first moment and the end of a span of the figures. */
export function spanOf(found, place) {
  const from = Date.parse(found.from) + place * found.seconds * 1000;
  return { from: new Date(from).toISOString(), to: new Date(from + found.seconds * 1000).toISOString() };
}
