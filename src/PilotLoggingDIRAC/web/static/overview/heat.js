// The heat map: a table of sites and causes, with the number of pilots in each cell and a colour for how many.

import { make } from "../shared/dom.js";
import { sitePage } from "../shared/pages.js";
import { count } from "../shared/words.js";
import { logsOf, ofCause } from "./links.js";
import { number, step } from "./words.js";

/** Return the table of the figures; null if there is no cause. */
export function heatMap(found) {
  const causes = columns(found);
  const sites = rows(found);
  if (!causes.length) return null;
  const most = Math.max(1, ...found.heat.flat());
  return make(
    "table",
    { class: "heat-map" },
    make("caption", {}, "Pilots that did not end well, by site and cause; a click on a number shows their logs"),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col" }, "Site"),
        causes.map(({ name }) => make("th", { scope: "col" }, name)),
      ),
    ),
    make(
      "tbody",
      {},
      sites.map(
        (site, place) =>
          found.heat[place].some(Boolean) &&
          make(
            "tr",
            {},
            make(
              "th",
              { scope: "row" },
              site.link ? make("a", { href: site.link, "data-go": true }, site.name) : site.name,
            ),
            causes.map((cause, column) => cell(found, site, cause, found.heat[place][column], most)),
          ),
      ),
    ),
  );
}

function cell(found, site, cause, value, most) {
  const told = `${number(value, "pilot")} at ${site.name}: ${cause.name}`;
  const address = value && site.values && cause.values ? logsOf(found, { ...site.values, ...cause.values }) : null;
  return make(
    "td",
    { class: `heat is-${step(value, most)}` },
    address
      ? make("a", { href: address, "data-go": true, "aria-label": told, title: told }, count(value))
      : value || "",
  );
}

/** Return {name, values} of the causes; without values, logs can't be selected by them. */
function columns({ causes }) {
  const shown = causes.rows.map(({ code, name }) => ({ name: name || "No known cause", values: ofCause(code) }));
  const { others } = causes;
  if (!others) return shown;
  const isKnown = others.names.length && !others.names.includes("none");
  return [...shown, { name: `${number(others.groups, "other")}`, values: isKnown ? ofCause(others.names) : null }];
}

function rows({ sites, window }) {
  const shown = sites.rows.map(({ name }) => ({
    name: name || "site unknown",
    values: name ? { Site: name } : null,
    link: name ? sitePage(name, window) : null,
  }));
  const { others } = sites;
  if (!others) return shown;
  const isKnown = others.names.length && !others.names.includes("");
  return [...shown, { name: number(others.groups, "other site"), values: isKnown ? { Site: others.names } : null }];
}
