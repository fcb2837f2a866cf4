// The visible rows: number, time since the line before, text.

import { make } from "../shared/dom.js";
import { bytes, count } from "../shared/words.js";
import { isGap, moment, pieces } from "../shared/grammar.js";
import { foldAscii, lineParts } from "../shared/render.js";

const LOOK_BACK = 60;
const SLOW_SECONDS = 10;

/** Return the class of a piece by its header. */
function kindOf(piece) {
  return piece?.head ? `is-${piece.head.kind}` : "is-plain";
}

export class Rows {
  constructor(view) {
    this.view = view;
    this.from = null;
    this.to = null;
    this.deltas = false;
    this.opened = new Set();
  }

  /** Select lines, from one to another. */
  mark(from, to) {
    this.from = from;
    this.to = to;
  }

  chosen(number) {
    return this.from !== null && number >= Math.min(this.from, this.to) && number <= Math.max(this.from, this.to);
  }

  /** Return the element of a line; an empty one while the line is loading. `before` is the line in the row above. */
  make(number, before) {
    const text = this.view.lines.get(number);
    const found = text === undefined ? [] : pieces(text);
    const head = found.find((piece) => piece.head)?.head;
    const classes = ["row", found.length > 1 ? "is-pieces" : kindOf(found[0])];
    if (found.length > 1 && found.some((piece) => piece.head?.kind === "error")) classes.push("has-error");
    if (text === undefined) classes.push("is-away");
    if (this.chosen(number)) classes.push("is-chosen");
    if (text !== undefined && isGap(text)) classes.push("is-gap");
    if (number > 0 && before !== number - 1) classes.push("is-behind-hidden");
    return make(
      "div",
      { class: classes.join(" "), "data-line": number + 1 },
      make(
        "a",
        { class: "number", href: `#L${number + 1}`, tabindex: -1, click: (event) => this.clicked(event, number) },
        String(number + 1),
      ),
      this.deltas ? this.delta(number, head) : null,
      this.view.folding.folds(number, this.view.lines.length) ? this.fold(number) : null,
      this.annotated(
        number,
        make("span", { class: "text" }, text === undefined ? "\u00a0" : this.parts(number, found)),
      ),
    );
  }

  /** Return the text of a line, with the causes below it that it tells of. */
  annotated(number, text) {
    const causes = this.view.outline.causes.get(number);
    return causes
      ? make(
          "span",
          { class: "annotated" },
          text,
          causes.map((cause) => this.cause(number, cause)),
        )
      : text;
  }

  /** Return a cause of the pilot's failure, beside the line that tells of it, with a button that copies its link. */
  cause(number, { name, code, party, hint, place, because_of: root }) {
    const label = `Copy the link to this cause: ${name}`;
    const rank = place === 0 ? "likeliest cause" : root ? `because of ${root}` : `cause ${place + 1}`;
    return make(
      "span",
      { class: `annotation ${place === 0 ? "is-first" : ""}`, role: "note" },
      make("strong", {}, name),
      make("span", { class: "about" }, `${rank}; ${party}; ${code}`),
      make("span", { class: "hint" }, hint),
      make("button", { type: "button", "aria-label": label, title: label, click: () => this.share(number) }, "Link"),
    );
  }

  share(number) {
    this.view.choose(number, false);
    this.view.panel.copy("link");
  }

  /** Return the button that folds the command which begins in a line, or unfolds it. */
  fold(number) {
    const { folding, lines } = this.view;
    const isFolded = folding.isFolded(number);
    const size = `${count(folding.size(number, lines.length))} lines`;
    return make(
      "button",
      {
        type: "button",
        class: "fold",
        title: isFolded ? `Show the ${size} of this command (z)` : `Fold the ${size} of this command (z)`,
        "aria-expanded": String(!isFolded),
        "aria-label": `${size} of this command`,
        click: () => this.view.fold(number),
      },
      isFolded ? `▸ ${size}` : "▾",
    );
  }

  /** Return the elements of a line's pieces, each on a line of its own if there are several. */
  parts(number, found) {
    const parts = found.flatMap((piece) => {
      const earlier = piece.earlier.length ? this.earlier(number, piece) : [];
      const own = [...lineParts(piece.text, piece.head, this.view.find.wanted), ...earlier.slice(-1)];
      const states = earlier.slice(0, -1);
      if (found.length === 1 && !states.length) return own;
      return [...states, make("span", { class: `piece ${kindOf(piece)}` }, own)];
    });
    const whole = this.view.lines.cut(number);
    if (whole)
      parts.push(
        make("span", { class: "cut" }, ` … cut here: the line has ${bytes(whole)}, download the log to see all of it`),
      );
    return parts;
  }

  /** Return the states that a piece took the place of, if they are to be seen, and a button that shows or hides them. */
  earlier(number, piece) {
    const { wanted } = this.view.find;
    const shown = this.opened.has(number);
    const here = (text) => (wanted?.fold ? foldAscii(text) : text).includes(wanted.text);
    const states = piece.earlier.filter((text) => shown || (wanted?.text && here(text)));
    const label = `${count(piece.earlier.length)} earlier state${piece.earlier.length === 1 ? "" : "s"}`;
    const button = make(
      "button",
      {
        type: "button",
        class: "earlier",
        title: "This line was written over, as a terminal does: show or hide what it was before",
        "aria-expanded": String(shown),
        click: () => this.toggle(number),
      },
      label,
    );
    return [...states.map((text) => make("span", { class: "piece state" }, lineParts(text, null, wanted))), button];
  }

  toggle(number) {
    if (!this.opened.delete(number)) this.opened.add(number);
    this.view.scroller.refresh();
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
      const head = pieces(this.view.lines.get(line) ?? "").findLast((piece) => piece.head)?.head;
      if (head) return moment(head);
    }
    return NaN;
  }
}
