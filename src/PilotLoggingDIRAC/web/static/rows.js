// The visible rows: number, time since the line before, text.

import { make } from "./dom.js";
import { bytes } from "./words.js";
import { header, isGap, moment } from "./grammar.js";
import { lineParts } from "./render.js";

const LOOK_BACK = 60;
const SLOW_SECONDS = 10;

export class Rows {
  constructor(view) {
    this.view = view;
    this.from = null;
    this.to = null;
    this.deltas = false;
  }

  /** Select lines, from one to another. */
  mark(from, to) {
    this.from = from;
    this.to = to;
  }

  chosen(number) {
    return this.from !== null && number >= Math.min(this.from, this.to) && number <= Math.max(this.from, this.to);
  }

  /** Return the element of a line; an empty one while the line is loading. */
  make(number) {
    const text = this.view.lines.get(number);
    const head = text === undefined ? null : header(text);
    const classes = ["row", head ? `is-${head.kind}` : "is-plain"];
    if (text === undefined) classes.push("is-away");
    if (this.chosen(number)) classes.push("is-chosen");
    if (text !== undefined && isGap(text)) classes.push("is-gap");
    return make(
      "div",
      { class: classes.join(" "), "data-line": number + 1 },
      make(
        "a",
        { class: "number", href: `#L${number + 1}`, tabindex: -1, click: (event) => this.clicked(event, number) },
        String(number + 1),
      ),
      this.deltas ? this.delta(number, head) : null,
      make("span", { class: "text" }, text === undefined ? "\u00a0" : this.parts(number, text, head)),
    );
  }

  parts(number, text, head) {
    const parts = lineParts(text, head, this.view.find.wanted);
    const whole = this.view.lines.cut(number);
    if (whole)
      parts.push(
        make("span", { class: "cut" }, ` … cut here: the line has ${bytes(whole)}, download the log to see all of it`),
      );
    return parts;
  }

  clicked(event, number) {
    event.preventDefault();
    this.view.choose(number, event.shiftKey);
  }

  delta(number, head) {
    const seconds = (moment(head) - this.before(number)) / 1000;
    if (Number.isNaN(seconds)) return make("span", { class: "delta" });
    const text = `${seconds < 0 ? "−" : "+"}${Math.abs(seconds).toFixed(Math.abs(seconds) < 100 ? 3 : 0)}`;
    return make("span", { class: seconds >= SLOW_SECONDS ? "delta is-slow" : "delta" }, text);
  }

  /** Return the time of the nearest earlier line with a header, NaN without one nearby. */
  before(number) {
    for (let line = number - 1; line >= Math.max(0, number - LOOK_BACK); line -= 1) {
      const head = header(this.view.lines.get(line) ?? "");
      if (head) return moment(head);
    }
    return NaN;
  }
}
