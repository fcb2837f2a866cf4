// The view of one log: its standing, its commands, its lines, live.

import { address, askPatiently, logPath } from "../shared/api.js";
import { make, fill } from "../shared/dom.js";
import { Find } from "./find.js";
import { Folding } from "./folding.js";
import { Keys } from "./keys.js";
import { Lines } from "./lines.js";
import { Outline } from "./outline.js";
import { Panel } from "./panel.js";
import { Rows } from "./rows.js";
import { Scroller } from "./scroller.js";
import { Tail } from "./tail.js";
import { rangesOf, Visible } from "./visible.js";
import { backLink } from "./standing.js";
import { hasFailed } from "../shared/words.js";

const HASH = /^#L(\d+)(?:-L?(\d+))?$/;
// rows before and after the visible ones whose lines are loaded, too
const BEFORE = 50;
const AFTER = 150;
const SPARSE = 10;

export class LogView {
  constructor({ root, go }, vo, stamp) {
    this.root = root;
    this.pilot = { vo, stamp };
    this.go = go;
    this.control = new AbortController();
    document.title = `${stamp.slice(0, 12)} · pilot log`;
    this.message = make("p", { class: "message-box", role: "status" }, "Opening the log …");
    fill(root, make("header", { class: "bar" }, backLink()), make("main", {}, this.message));
    this.fetch().catch((error) => this.failed(error));
  }

  async fetch() {
    const wait = (text) => fill(this.message, `${text} …`);
    const log = await askPatiently(logPath(this.pilot, "log"), {}, this.control.signal, wait);
    this.skew = Date.parse(log.now) - Date.now();
    this.log = log;
    this.build();
    this.lines.begins = log.begins;
    this.lines.ended = log.live ? log.ended : log.lines;
    this.scroller.refresh();
    this.start();
  }

  build() {
    this.lines = new Lines(
      this.pilot,
      () => this.scroller.refresh(),
      (error) => this.failed(error),
    );
    this.visible = new Visible(() => this.lines.length);
    this.folding = new Folding();
    this.level = "all";
    this.find = new Find(this.pilot, () => this.found());
    this.rows = new Rows(this);
    this.scroller = new Scroller({
      length: () => this.visible.length,
      row: (row) => this.rows.make(this.visible.line(row), this.visible.line(row - 1)),
      drawn: (first, last) => this.drawn(first, last),
      label: "Lines of the log",
    });
    this.outline = new Outline(this.pilot, () => this.outlined());
    this.panel = new Panel(this);
    this.keys = new Keys(this);
    this.scroller.onStuck = () => this.panel.follow();
    fill(
      this.root,
      this.panel.standing.header,
      make("main", { class: "log" }, this.panel.tools.element, this.panel.side.element, this.scroller.element),
      this.panel.footer,
      this.keys.help,
    );
    this.panel.stands();
    this.panel.standing.linkPortal(this.control.signal);
    if (matchMedia("(max-width: 900px)").matches) this.panel.toggleWrap();
  }

  start() {
    this.outline.start().catch((error) => this.failed(error));
    if (!this.toHash()) this.begin();
    this.scroller.element.focus({ preventScroll: true });
    if (this.log.live) this.follow();
    this.clock = setInterval(() => this.panel.times(), 1000);
  }

  /** Show what is wanted first: the end of a live log, the cause of a failure or its first error, else the beginning. */
  begin() {
    if (this.log.live) this.scroller.toEnd();
    else if (this.log.cause?.line) this.jump(this.log.cause.line - 1);
    else this.isUntouched = hasFailed(this.log);
  }

  outlined() {
    const { errors, phases, causes, done } = this.outline;
    const isNew = phases.length + causes.size !== this.known;
    this.known = phases.length + causes.size;
    this.folding.take(phases);
    const isFolded = this.foldFirst();
    this.panel.outlined();
    if (this.level !== "all" || this.folding.folded.size) this.arrange();
    else if (isNew) this.scroller.refresh();
    if (isFolded && this.rows.from !== null) this.scroller.show(this.visible.row(this.rows.from), true);
    if (!this.isUntouched || (!errors.length && !done)) return;
    this.isUntouched = false;
    if (errors.length && this.rows.from === null && this.scroller.line === 0) this.jump(errors[0]);
  }

  /**
   * Fold the commands that ended well once the outline of a failed pilot is there: what failed stays open. Return whether
   * that was done now.
   */
  foldFirst() {
    const isFailed = hasFailed(this.log) || this.log.outcome === "killed";
    if (this.isArranged || this.log.live || !isFailed || this.folding.folded.size) return false;
    this.isArranged = this.folding.leaveFailed();
    if (this.isArranged && this.rows.from !== null) this.folding.reveal(this.rows.from);
    return this.isArranged;
  }

  follow() {
    this.tail = new Tail(this.pilot, this.log.cursor, {
      text: (line, text, lastSeen) => this.came(line, text, lastSeen),
      standing: (log) => this.stands(log),
      link: (state) => this.panel.link(state),
      refused: (error) => this.failed(error),
    });
  }

  came(line, text, lastSeen) {
    if (line !== this.lines.ended) return this.reload(); // the text has been replaced
    const { first, lines } = this.lines.append(line, text);
    this.log.lastSeen = lastSeen;
    this.log.bytes += new TextEncoder().encode(text).length;
    this.outline.more(first, lines);
    this.find.more(first, lines);
    this.panel.came(lines.length);
    this.scroller.refresh();
  }

  stands(log) {
    const ended = this.log.live && !log.live;
    this.log = { ...this.log, ...log, bytes: this.log.bytes };
    this.panel.stands();
    if (ended) setTimeout(() => this.quiet(), 5000); // the last text has arrived by then
  }

  quiet() {
    if (this.log.live) return;
    this.tail?.leave();
    this.tail = null;
    this.panel.link("ended");
  }

  /** Return the server's time in milliseconds. */
  now() {
    return Date.now() + (this.skew || 0);
  }

  drawn(first, last) {
    this.scroller.element.style.setProperty("--digits", String(Math.max(3, String(this.lines.length).length)));
    const [from, to] = [this.visible.line(first), this.visible.line(last)];
    if (to - from === last - first) this.lines.want(from - BEFORE, to + AFTER);
    else this.lines.wantThese(this.seen(first - SPARSE, last + SPARSE));
    this.panel.place(from, to);
  }

  /** Return the lines in these rows. */
  seen(first, last) {
    const lines = [];
    const end = Math.min(last, this.visible.length - 1);
    for (let row = Math.max(0, first); row <= end; row += 1) lines.push(this.visible.line(row));
    return lines;
  }

  /** Show only the lines of a level: "all", "warnings" and errors, "errors". */
  filter(level) {
    this.level = level;
    this.panel.tools.showLevel(level);
    this.arrange();
  }

  /** Fold the command that begins in a line, or unfold it. The reader looks at it then, and not at the end. */
  fold(line) {
    this.scroller.stick(false);
    this.folding.toggle(line);
    this.panel.side.show();
    this.arrange();
  }

  /** Fold all commands, or unfold them if one is folded. */
  foldAll() {
    this.folding.all(!this.folding.folded.size);
    this.panel.side.show();
    this.arrange();
  }

  /** Show the lines that the level and the folded commands leave, from the same line on. */
  arrange() {
    const line = this.visible.line(this.scroller.line);
    const { errors, warnings } = this.outline;
    if (this.level === "all") this.visible.show(this.folding.ranges());
    else this.visible.show(rangesOf(errors, this.level === "warnings" ? warnings : []));
    if (!this.scroller.stuck) this.scroller.place(this.visible.row(line), 0);
    this.scroller.refresh();
  }

  /** Make a line one of those that are seen. */
  reveal(line) {
    if (this.visible.has(line)) return;
    this.folding.reveal(line);
    this.level = "all";
    this.panel.tools.showLevel("all");
    this.panel.side.show();
    this.arrange();
  }

  /** Draw all again, in other colours or with times of another zone. */
  redraw() {
    this.panel.stands();
    this.scroller.refresh();
  }

  found() {
    this.panel.tools.found();
    this.scroller.refresh();
    const { hits, wanted } = this.find;
    if (!hits.length || this.jumped || !wanted) return;
    this.jumped = true;
    const from = this.visible.line(this.scroller.line);
    this.jump(hits.find((line) => line >= from) ?? hits[0]);
  }

  /** Search for a text in the whole log. */
  seek(text) {
    this.jumped = false;
    this.find.start(text);
  }

  /** Show a line and put it into the page's address. */
  jump(line) {
    this.mark(line, line);
    this.name(`#L${line + 1}`);
    this.reveal(line);
    this.scroller.show(this.visible.row(line));
  }

  /** Show a line at the top, as for a command, and put it into the page's address. */
  open(line) {
    this.mark(line, line);
    this.name(`#L${line + 1}`);
    this.reveal(line);
    this.scroller.stick(false);
    this.scroller.place(this.visible.row(line), -this.scroller.rowHeight);
    this.scroller.align();
  }

  /** Select lines, from one to another; null selects none. */
  mark(from, to) {
    this.rows.mark(from, to);
    this.panel.tools.chosen(from, to);
  }

  /** Select a line, or with `extend` all lines from the selected one to it. */
  choose(line, extend) {
    const from = extend && this.rows.from !== null ? this.rows.from : line;
    this.mark(from, line);
    const [low, high] = [Math.min(from, line) + 1, Math.max(from, line) + 1];
    this.name(low === high ? `#L${low}` : `#L${low}-L${high}`);
    this.scroller.refresh();
  }

  name(hash) {
    this.go(`${location.pathname}${location.search}${hash}`, true);
  }

  /** Show the lines that the changed address names. */
  moved() {
    this.toHash();
  }

  toHash() {
    const match = HASH.exec(location.hash);
    if (!match) return false;
    const line = Math.max(0, Math.min(Number(match[1]), this.lines.length) - 1);
    this.mark(line, match[2] ? Number(match[2]) - 1 : line);
    this.reveal(line);
    this.scroller.show(this.visible.row(line), true);
    return true;
  }

  downloadAddress() {
    return address(logPath(this.pilot, "text"));
  }

  reload() {
    this.leave();
    location.reload();
  }

  failed(error) {
    if (error.name === "AbortError") return;
    if (this.panel) this.panel.problem(error.message);
    else fill(this.message, error.message);
  }

  leave() {
    this.control.abort();
    clearInterval(this.clock);
    this.tail?.leave();
    this.lines?.leave();
    this.find?.clear();
    this.outline?.leave();
    this.scroller?.leave();
    this.keys?.leave();
  }
}
