// What a search has found: a histogram, figures by site, CE and host, and the lines by pilot.

import { make, fill } from "../shared/dom.js";
import { header } from "../shared/grammar.js";
import { Histogram } from "./histogram.js";
import { pageOf } from "../shared/pages.js";
import { foldAscii, lineParts } from "../shared/render.js";
import { count } from "../shared/words.js";

const GROUPS = [
  ["site", "Site"],
  ["ce", "CE"],
  ["host", "Host"],
];
const FEW_GROUPS = 8;
const MAX_GROUPS = 200;
const MAX_PILOTS = 200;
const MAX_LINES = 5;

export class Found {
  /** `query` has the pattern, whose places are marked in the lines. */
  constructor(query) {
    this.query = query;
    this.opened = new Set();
    this.histogram = new Histogram((from, to) => this.chosen((tally) => tally.within(from, to)));
    this.by = make("div", { class: "groups" });
    this.pilots = make("div", { class: "pilots" });
    this.element = make(
      "div",
      { class: "found", hidden: true },
      this.histogram.element,
      make("div", { class: "columns" }, this.by, this.pilots),
    );
  }

  /** Show the hits of a tally, none without one. */
  show(tally) {
    this.tally = tally;
    this.element.hidden = !tally?.hits.length;
    if (this.element.hidden) return;
    this.histogram.show(tally.bins(), tally.range);
    fill(
      this.by,
      GROUPS.map(([by, label]) => this.group(by, label)),
    );
    const pilots = tally.pilots();
    const more = pilots.length - MAX_PILOTS;
    fill(
      this.pilots,
      pilots.slice(0, MAX_PILOTS).map((hits) => this.pilot(hits)),
      more > 0
        ? make("p", { class: "note" }, `${count(more)} more pilots: choose a site, a CE, a host or a time`)
        : null,
    );
  }

  chosen(choose) {
    choose(this.tally);
    this.show(this.tally);
  }

  group(by, label) {
    const groups = this.tally.groups(by);
    const most = groups[0]?.pilots ?? 1;
    const shown = groups.slice(0, this.opened.has(by) ? MAX_GROUPS : FEW_GROUPS);
    return make(
      "section",
      { class: "group", "aria-label": label },
      make(
        "h2",
        {},
        make("span", {}, label, make("span", { class: "number" }, ` ${count(groups.length)}`)),
        make("span", { class: "number" }, "pilots", make("span", { class: "lines" }, "lines")),
      ),
      shown.map((group) => this.value(by, group, most, this.tally.chosen[by])),
      this.rest(by, groups.length),
    );
  }

  /** Return the button that shows the rest of the values, or but a few again; null if there are but a few. */
  rest(by, number) {
    if (number <= FEW_GROUPS) return null;
    const isOpen = this.opened.has(by);
    const hidden = number - MAX_GROUPS;
    const toggle = () => {
      if (!this.opened.delete(by)) this.opened.add(by);
      this.show(this.tally);
    };
    return make(
      "button",
      { type: "button", class: "quiet", "aria-expanded": String(isOpen), click: toggle },
      isOpen ? `fewer${hidden > 0 ? ` (${count(hidden)} not shown)` : ""}` : `${count(number - FEW_GROUPS)} more`,
    );
  }

  value(by, { value, lines, pilots }, most, chosen) {
    const share = make("span", { class: "share" });
    share.style.width = `${(100 * pilots) / most}%`;
    const title = `${value || "unknown"}: ${count(lines)} lines of ${count(pilots)} pilots`;
    return make(
      "button",
      {
        type: "button",
        class: "value",
        title,
        "aria-pressed": String(chosen === value),
        click: () => this.chosen((tally) => tally.choose(by, value)),
      },
      share,
      make("span", { class: "name" }, value || "unknown"),
      make("span", { class: "number" }, count(pilots), make("span", { class: "lines" }, ` ${count(lines)}`)),
    );
  }

  pilot(hits) {
    const [first] = hits;
    const more = hits.length - MAX_LINES;
    return make(
      "section",
      { class: "pilot", "aria-label": `Pilot ${first.stamp}` },
      make(
        "h2",
        {},
        make("a", { href: pageOf(first), "data-go": true, class: "stamp" }, first.stamp),
        make(
          "span",
          { class: "where" },
          [first.vo, first.site || "site unknown", first.ce].filter(Boolean).join(" · "),
        ),
      ),
      hits.slice(0, MAX_LINES).map((hit) => this.line(hit)),
      more > 0 ? make("p", { class: "more" }, `${count(more)} more lines in this log`) : null,
    );
  }

  /** Return a hit as a link to its line. */
  line(hit) {
    const head = header(hit.text);
    return make(
      "a",
      { class: `hit row is-${head?.kind ?? "plain"}`, href: `${pageOf(hit)}#L${hit.line}`, "data-go": true },
      make("span", { class: "number" }, count(hit.line)),
      make("span", { class: "text" }, lineParts(hit.text, head, this.wanted())),
    );
  }

  /** Return the text that is marked; an expression is not, as only the server knows what it matches. */
  wanted() {
    if (this.query.get("Regex") === "true") return null;
    const text = this.query.get("Pattern") ?? "";
    const fold = this.query.get("IgnoreCase") === "true";
    return { text: fold ? foldAscii(text) : text, fold };
  }
}
