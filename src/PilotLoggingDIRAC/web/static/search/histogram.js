// Numbers over time as bars, each of which can be chosen.

import { make, fill } from "../shared/dom.js";
import { moment } from "../shared/times.js";
import { count } from "../shared/words.js";

export class Histogram {
  /** `choose(from, to)` is called with the times of a bar at a click. */
  constructor(choose) {
    this.choose = choose;
    this.bars = make("div", { class: "bars", role: "group", "aria-label": "Lines over time" });
    this.first = make("span");
    this.last = make("span");
    this.element = make(
      "div",
      { class: "histogram" },
      this.bars,
      make("div", { class: "ends" }, this.first, this.last),
    );
  }

  /** Show bars of {from, to, lines}; `range` is the chosen one. */
  show(bins, range) {
    const most = bins.reduce((largest, { lines }) => Math.max(largest, lines), 1);
    this.element.hidden = !bins.length;
    fill(
      this.bars,
      bins.map((bin) => this.bar(bin, most, range)),
    );
    fill(this.first, bins.length ? moment(bins[0].from) : "");
    fill(this.last, bins.length ? moment(bins.at(-1).to) : "");
  }

  bar({ from, to, lines }, most, range) {
    const title = `${moment(from)} – ${moment(to)}: ${count(lines)} line${lines === 1 ? "" : "s"}`;
    const fillOf = make("span", { class: "bar-fill" });
    fillOf.style.height = `${lines ? Math.max(4, (100 * lines) / most) : 0}%`;
    return make(
      "button",
      {
        type: "button",
        title,
        "aria-label": title,
        "aria-pressed": String(range?.from === from),
        disabled: !lines,
        click: () => this.choose(from, to),
      },
      fillOf,
    );
  }
}
