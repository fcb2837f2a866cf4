// The parts of the start view and of a site's page: tiles, outcomes over time, what changed, tables.

import { make } from "../shared/dom.js";
import { sitePage } from "../shared/pages.js";
import { capital, OUTCOMES } from "../shared/states.js";
import { moment } from "../shared/times.js";
import { count, duration } from "../shared/words.js";
import { BAD, logsOf, ofCause, spanOf } from "./links.js";
import { column, spark } from "./svg.js";
import { changes, number, percent, rate, trend } from "./words.js";

/** From below upwards: what failed stands on the ground line, where it is compared best. */
const STACKED = ["failed", "killed", "unknown", "silent", "running", "succeeded"];

/** Return a section with a heading; null without content. */
export function section(title, ...content) {
  if (!content.flat().some(Boolean)) return null;
  return make("section", { class: "part", "aria-label": title }, make("h2", {}, title), content);
}

/** Return a table in a box that scrolls by itself where the screen is small. */
export function scrolled(label, table) {
  return table && make("div", { class: "scrolls sheet", tabindex: 0, role: "region", "aria-label": label }, table);
}

function link(address, ...content) {
  return address ? make("a", { href: address, "data-go": true }, content) : make("span", {}, content);
}

/** Return the figures that are read first; each leads to its logs. */
export function tiles(found, values) {
  const { total, before, outcomes } = found;
  const sum = (...names) => outcomes.reduce((all, of) => all + names.reduce((some, name) => some + of[name], 0), 0);
  return make(
    "div",
    { class: "tiles" },
    tile(percent(rate(total)), "failed", trend(total, before), logsOf(found, { ...values, Outcome: BAD }), "is-rate"),
    tile(count(total.failed), "pilots failed", "", logsOf(found, { ...values, Outcome: BAD })),
    tile(count(sum("succeeded")), "succeeded", "", logsOf(found, { ...values, Outcome: "succeeded" })),
    tile(count(sum("running", "silent")), "running", "", logsOf(found, { ...values, Outcome: ["running", "silent"] })),
  );
}

function tile(value, name, more, address, kind = "") {
  return make(
    "a",
    { class: `tile sheet ${kind}`, href: address, "data-go": true },
    make("strong", {}, value),
    make("span", { class: "name" }, name),
    more ? make("span", { class: "more" }, more) : null,
  );
}

/** Return outcomes over time: a column for each span, which leads to its logs. */
export function outcomesOverTime(found, values) {
  const most = Math.max(1, ...found.outcomes.map((of) => STACKED.reduce((sum, name) => sum + of[name], 0)));
  const columns = found.outcomes.map((of, place) => {
    const span = spanOf(found, place);
    const told = STACKED.filter((name) => of[name]).map((name) => `${count(of[name])} ${name}`);
    const title = `${moment(span.from)}: ${told.join(", ") || "no pilots"}`;
    const href = logsOf(span, values);
    return make("a", { class: "column", href, "data-go": true, "aria-label": title, title }, column(of, STACKED, most));
  });
  return make(
    "div",
    { class: "over-time sheet" },
    make("div", { class: "most" }, found.total.logs ? number(most, "pilot") : ""),
    make("div", { class: "columns-of-time", role: "group", "aria-label": "Outcomes over time" }, columns),
    make("div", { class: "ends" }, make("span", {}, moment(found.from)), make("span", {}, moment(found.to))),
    legend(),
  );
}

function legend() {
  return make(
    "ul",
    { class: "legend" },
    STACKED.map((name) => make("li", { title: OUTCOMES[name] }, make("span", { class: `swatch of-${name}` }), name)),
  );
}

/** Return what changed against the week before, each with the way to its logs. */
export function changed(found, values) {
  const told = changes(found);
  if (!told.length) return null;
  return make(
    "ul",
    { class: "changes sheet" },
    told.map(({ kind, name, code, text, worse }) => {
      const chosen = kind === "cause" ? ofCause(code) : { [kind === "ce" ? "CE" : "Site"]: name, Outcome: BAD };
      return make(
        "li",
        {},
        make("span", { class: worse ? "is-bad" : "is-good" }, worse ? "▲ worse" : "▼ better"),
        link(logsOf(found, { ...values, ...chosen }), name || "site unknown"),
        make("span", { class: "text" }, text),
      );
    }),
  );
}

/** Return a table of rows of cells; the first cell of a row is its heading. `ends` are columns to the right. */
function table(caption, heads, rows) {
  return make(
    "table",
    {},
    make("caption", {}, caption),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        heads.map((head) => make("th", { scope: "col" }, head)),
      ),
    ),
    make(
      "tbody",
      {},
      rows.map(([first, ...cells]) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, first),
          cells.map((cell) => make("td", {}, cell)),
        ),
      ),
    ),
  );
}

/** Return the table of sites, or of a site's CEs: `key` is the filter, "Site" or "CE". */
export function places(found, key, values) {
  const { rows, others } = key === "Site" ? found.sites : found.ces;
  const heads = [key, "Failed over time", "Failed", "Ended", "Rate", "Week before", "Most often"];
  const name = (row) => row.name || `${key === "Site" ? "site" : key} unknown`;
  const told = rows.map((row) => [
    key === "Site" && row.name ? link(sitePage(row.name, found.window), row.name) : name(row),
    spark(row.failures, `Failures over time: at most ${count(Math.max(...row.failures))} at once`),
    link(
      row.name && row.failed ? logsOf(found, { ...values, [key]: row.name, Outcome: BAD }) : null,
      count(row.failed),
    ),
    link(row.name ? logsOf(found, { ...values, [key]: row.name }) : null, count(row.ended)),
    percent(rate(row)),
    trend(row, row.before),
    mostOften(found, row, key, values),
  ]);
  if (others) {
    const failed = others.names.length && !others.names.includes("") ? { [key]: others.names, Outcome: BAD } : null;
    const logs = failed && others.failed ? logsOf(found, { ...values, ...failed }) : null;
    const cells = ["", link(logs, count(others.failed)), count(others.ended), percent(rate(others)), "", ""];
    told.push([number(others.groups, `other ${key === "Site" ? "site" : "CE"}`), ...cells]);
  }
  return told.length ? table(`${key}s, those with most failures first`, heads, told) : null;
}

function mostOften(found, { name, cause }, key, values) {
  if (!cause) return "";
  return link(name ? logsOf(found, { ...values, [key]: name, ...ofCause(cause.code) }) : null, nameOf(cause));
}

function nameOf({ name }) {
  return name || "No known cause";
}

/** Return the table of causes. */
export function causes(found, values) {
  const { rows, others } = found.causes;
  const sites = found.site ? [] : ["Sites"];
  const heads = ["Cause", "Over time", "Pilots", "Week before", ...sites, "Who can help"];
  const told = rows.map((row) => [
    link(logsOf(found, { ...values, ...ofCause(row.code) }), nameOf(row)),
    spark(row.over, `Over time: at most ${count(Math.max(...row.over))} at once`),
    count(row.logs),
    count(row.before),
    ...sites.map(() => count(row.sites)),
    row.party,
  ]);
  if (others) told.push([number(others.groups, "other cause"), "", count(others.logs), "", ...sites.map(() => ""), ""]);
  return told.length ? table("Causes, the most frequent first", heads, told) : null;
}

/** Return the table of the phases of a site's pilots. */
export function phases({ phases: found }) {
  if (!found.length) return null;
  const time = (seconds) => (seconds === null ? "–" : duration(seconds));
  return table(
    "How long phases take, in the pilots that were diagnosed last",
    ["Phase", "Median", "95 % within", "Ended well", "Did not"],
    found.map(({ name, median, p95, logs, failed }) => [
      capital(name),
      time(median),
      time(p95),
      count(logs),
      failed ? make("span", { class: "is-bad" }, count(failed)) : "0",
    ]),
  );
}
