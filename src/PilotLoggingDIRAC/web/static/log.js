// The view of one log: its standing, its commands, its lines, live.

import { address, askPatiently, logPath, pageOf } from "./api.js";
import { make, fill } from "./dom.js";
import { Find } from "./find.js";
import { Keys } from "./keys.js";
import { Lines } from "./lines.js";
import { Outline } from "./outline.js";
import { Panel } from "./panel.js";
import { Rows } from "./rows.js";
import { Scroller } from "./scroller.js";
import { Tail } from "./tail.js";

const HASH = /^#L(\d+)(?:-L?(\d+))?$/;

export class LogView {
  constructor(root, pilot, go) {
    this.root = root;
    this.pilot = pilot;
    this.go = go;
    this.control = new AbortController();
    document.title = `${pilot.stamp.slice(0, 12)} · pilot log`;
    this.message = make("p", { class: "message-box", role: "status" }, "Opening the log …");
    fill(
      root,
      make("header", { class: "bar" }, make("a", { href: pageOf(null), "data-go": true, class: "back" }, "← Logs")),
      make("main", {}, this.message),
    );
    this.open().catch((error) => this.failed(error));
  }

  async open() {
    const wait = (text) => fill(this.message, `${text} …`);
    const log = await askPatiently(logPath(this.pilot, "log"), {}, this.control.signal, wait);
    this.skew = Date.parse(log.now) - Date.now();
    this.log = log;
    this.build();
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
    this.find = new Find(this.pilot, () => this.found());
    this.rows = new Rows(this);
    this.scroller = new Scroller({
      length: () => this.lines.length,
      row: (number) => this.rows.make(number),
      drawn: (first, last) => this.drawn(first, last),
      label: "Lines of the log",
    });
    this.outline = new Outline(this.pilot, () => this.panel.phases());
    this.panel = new Panel(this);
    this.keys = new Keys(this);
    this.scroller.onStuck = () => this.panel.follow();
    fill(
      this.root,
      this.panel.header,
      make("main", { class: "log" }, this.panel.toolbar, this.panel.side, this.scroller.element),
      this.panel.footer,
      this.keys.help,
    );
    this.panel.stands();
    if (matchMedia("(max-width: 900px)").matches) this.panel.toggleWrap();
  }

  start() {
    this.outline.start().catch((error) => this.failed(error));
    if (!this.toHash() && this.log.live) this.scroller.toEnd();
    this.scroller.element.focus({ preventScroll: true });
    if (this.log.live) this.follow();
    this.clock = setInterval(() => this.panel.times(), 1000);
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
    this.lines.want(first - 50, last + 150);
    this.panel.place(first, last);
  }

  found() {
    this.panel.found();
    this.scroller.refresh();
    if (this.find.hits.length && !this.jumped && this.find.wanted) {
      this.jumped = true;
      this.jump(
        this.find.hits[
          Math.max(
            0,
            this.find.hits.findIndex((line) => line >= this.scroller.line),
          )
        ],
      );
    }
  }

  /** Search for a text in the whole log. */
  seek(text) {
    this.jumped = false;
    this.find.start(text);
  }

  /** Show a line and put it into the page's address. */
  jump(line) {
    this.rows.mark(line, line);
    this.name(`#L${line + 1}`);
    this.scroller.show(line);
  }

  /** Select a line, or with `extend` all lines from the selected one to it. */
  choose(line, extend) {
    const from = extend && this.rows.from !== null ? this.rows.from : line;
    this.rows.mark(from, line);
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
    this.rows.mark(line, match[2] ? Number(match[2]) - 1 : line);
    this.scroller.show(line, true);
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
