// What is around the lines: the head, the tools, the commands, the position; and what the keys and buttons do.

import { copy, MAX_COPIED_LINES, textOf } from "./copying.js";
import { make, fill } from "../shared/dom.js";
import { nextOf } from "./find.js";
import { Side } from "./side.js";
import { Standing } from "./standing.js";
import { Tools } from "./tools.js";
import { bytes, count } from "../shared/words.js";

const LINKS = {
  live: "live",
  cut: "connection lost, trying again",
  paused: "paused while nobody looks",
  refused: "no longer live",
  ended: "",
};
const TOLD_MILLISECONDS = 3000;

export class Panel {
  /** `view` is the log's. */
  constructor(view) {
    this.view = view;
    this.news = 0;
    this.standing = new Standing(view);
    this.side = new Side(view);
    this.tools = new Tools(view, this, this.side.choice);
    this.where = make("span", { class: "place" });
    this.state = make("span", { class: "link", role: "status" });
    this.trouble = make("span", { class: "trouble", role: "alert" });
    this.done = make("span", { class: "done", role: "status" });
    this.newer = make("button", { type: "button", class: "newer", hidden: true, click: () => this.toggleFollow() });
    this.footer = make("footer", { class: "foot" }, this.where, this.trouble, this.done, this.newer, this.state);
    this.tools.chosen(null, null);
  }

  /** Show how the log stands. */
  stands() {
    this.standing.show();
    this.tools.following.hidden = !this.view.log.live;
    this.times();
  }

  times() {
    this.standing.times();
    const { log } = this.view;
    if (this.linked === "live") fill(this.state, log.standing === "ended" ? "open for the rest" : LINKS.live);
  }

  /** Show the outline: commands, errors, gaps. */
  outlined() {
    this.side.show();
    this.tools.outlined();
    this.place(this.first ?? 0, this.last ?? 0);
  }

  // ways through the log

  error(backwards) {
    this.next(this.view.outline.errors, backwards);
  }

  gap() {
    this.next(this.view.outline.gaps, false);
  }

  /** Go to the next or previous command. */
  step(backwards) {
    this.next(
      this.view.outline.phases.map((phase) => phase.line),
      backwards,
    );
  }

  hit(backwards) {
    this.next(this.view.find.hits, backwards);
    this.tools.found();
  }

  next(lines, backwards) {
    const from = this.view.rows.from ?? this.first - 1;
    const place = nextOf(lines, from, backwards);
    if (place >= 0) this.view.jump(lines[place]);
  }

  /** Clear the search and the selection. */
  clear() {
    this.tools.clear();
    this.view.find.clear();
    this.view.mark(null, null);
    this.view.name("");
    this.tools.found();
    this.view.scroller.refresh();
  }

  // copies

  /** Copy the "stamp", the chosen "lines" or the "link". */
  async copy(thing) {
    const { pilot, rows, control } = this.view;
    try {
      if (thing === "stamp") return this.copied("stamp", pilot.stamp);
      if (thing === "link") return this.copied("link", location.href);
      if (rows.from === null) return this.tell("Choose lines by a click on their numbers first");
      const [low, high] = [Math.min(rows.from, rows.to), Math.max(rows.from, rows.to)];
      if (high - low >= MAX_COPIED_LINES)
        return this.tell(`Not copied: choose at most ${count(MAX_COPIED_LINES)} lines, or download the log`);
      const lines = `${count(high - low + 1)} line${high > low ? "s" : ""}`;
      return this.copied(lines, await textOf(pilot, low, high, control.signal));
    } catch (error) {
      this.view.failed(error);
    }
  }

  async copied(name, text) {
    this.tools.copies.open = false;
    this.tell((await copy(text)) ? `Copied: ${name}` : "The browser does not let this page copy");
  }

  tell(text) {
    fill(this.done, text);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => fill(this.done), TOLD_MILLISECONDS);
  }

  // display

  toggleDeltas() {
    this.view.rows.deltas = !this.view.rows.deltas;
    this.tools.deltas.setAttribute("aria-pressed", String(this.view.rows.deltas));
    this.view.scroller.refresh();
  }

  toggleWrap() {
    const wraps = this.view.scroller.element.classList.toggle("wraps");
    this.tools.wrap.setAttribute("aria-pressed", String(wraps));
    this.view.scroller.refresh();
  }

  toggleFollow() {
    const { scroller } = this.view;
    if (scroller.stuck) scroller.stick(false);
    else scroller.toEnd();
    scroller.align();
  }

  follow() {
    const { stuck } = this.view.scroller;
    this.tools.following.setAttribute("aria-pressed", String(stuck));
    if (stuck) this.news = 0;
    this.newer.hidden = !this.news;
  }

  // new text

  /** Show how many new lines have come. */
  came(number) {
    this.times();
    if (this.view.scroller.stuck) return;
    this.news += number;
    this.newer.hidden = !this.news;
    fill(this.newer, `${count(this.news)} new line${this.news === 1 ? "" : "s"} ↓`);
  }

  link(state) {
    if (state === this.linked) return;
    this.linked = state;
    this.state.className = `link is-${state}`;
    fill(this.state, LINKS[state] ?? state);
    if (state === "live") this.problem("");
  }

  problem(text) {
    fill(this.trouble, text);
  }

  /** Show the position of the visible lines. */
  place(first, last) {
    this.first = first;
    this.last = last;
    const { lines, log, rows, visible } = this.view;
    const left = lines.length - visible.length;
    fill(
      this.where,
      lines.length ? `lines ${count(first + 1)} – ${count(last + 1)} of ${count(lines.length)}` : "no lines",
      left > 0 ? `, ${count(left)} not shown` : "",
      ` · ${bytes(Math.max(log.bytes, 0))}`,
    );
    this.side.place(first, last, rows.from);
  }
}
