// The page of a site: how its pilots fare, why they fail, its CEs, how long phases take, the pilots that failed last.

import { ask } from "../shared/api.js";
import { make, fill } from "../shared/dom.js";
import { card } from "../list/card.js";
import { BAD, logsOf, searchOf } from "./links.js";
import { Overview } from "./overview.js";
import { causes, changed, outcomesOverTime, phases, places, scrolled, section, tiles } from "./parts.js";

const LATEST = 10;

export class SiteView extends Overview {
  constructor(page, site) {
    super(page, { title: `${site} · pilot logs`, heading: site }, "site", { Site: site });
  }

  parts(found) {
    const values = { Site: found.site };
    this.latest = make("div", { class: "cards" });
    this.failures(this.failed);
    return [
      tiles(found, values),
      make(
        "p",
        { class: "onward" },
        make("a", { class: "button", href: logsOf(found, values), "data-go": true }, "All logs of this site"),
        make("a", { class: "button", href: searchOf(found, values), "data-go": true }, "Search in them"),
      ),
      section("Pilots that failed last", make("div", { class: "sheet" }, this.latest)),
      section("Causes", scrolled("Table of causes", causes(found, values))),
      section("Outcomes over time", outcomesOverTime(found, values)),
      section("Changed against the week before", changed(found, values)),
      section("CEs", scrolled("Table of CEs", places(found, "CE", values))),
      section("Phases", scrolled("Table of phases", phases(found))),
    ];
  }

  async more(signal) {
    const { site, from } = this.found;
    const values = { Site: site, Outcome: BAD, FromDate: from, Checks: "false", Limit: LATEST };
    this.failed = await ask("logs", values, signal);
    this.failures(this.failed);
  }

  /** Show the pilots that failed last, once they are there. */
  failures(found) {
    if (!found) return;
    const now = Date.parse(found.now);
    const none = make("p", { class: "note" }, "None in this time.");
    fill(this.latest, found.logs.length ? found.logs.map((log) => card(log, now)) : none);
  }
}
