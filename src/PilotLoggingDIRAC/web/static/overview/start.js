// The start view: how pilots fare and why they fail, by site and over time, and what changed against the week before.

import { heatMap } from "./heat.js";
import { Overview } from "./overview.js";
import { causes, changed, outcomesOverTime, places, scrolled, section, tiles } from "./parts.js";

export class StartView extends Overview {
  constructor(page) {
    super(page, { title: "Overview · pilot logs", heading: "Overview" }, "figures");
  }

  parts(found) {
    return [
      tiles(found, {}),
      section("Why pilots fail, and where", scrolled("Table of sites and causes", heatMap(found))),
      section("Outcomes over time", outcomesOverTime(found, {})),
      section("Changed against the week before", changed(found, {})),
      section("Sites", scrolled("Table of sites", places(found, "Site", {}))),
      section("Causes", scrolled("Table of causes", causes(found, {}))),
    ];
  }
}
