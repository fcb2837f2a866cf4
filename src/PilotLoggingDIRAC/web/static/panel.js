// The panel around the lines: the log's standing, the tools, the commands, the position.

import { pageOf } from "./api.js";
import { make, fill } from "./dom.js";
import { nextOf } from "./find.js";
import { currentPhase } from "./outline.js";
import { ago, bytes, count, duration, moment } from "./words.js";

const LINKS = {
  live: "live",
  cut: "connection lost, trying again",
  paused: "paused while nobody looks",
  refused: "no longer live",
  ended: "",
};
const STANDINGS = { running: "Running", ended: "Ended", complete: "Complete", incomplete: "Incomplete" };
const SILENT_SECONDS = 300;

export class Panel {
  constructor(view) {
    this.view = view;
    this.news = 0;
    this.makeHeader();
    this.makeToolbar();
    this.list = make("ol", { class: "phases" });
    this.side = make(
      "nav",
      { class: "side", "aria-label": "Commands of the pilot" },
      make("h2", {}, "Commands"),
      this.list,
    );
    this.where = make("span", { class: "place" });
    this.state = make("span", { class: "link", role: "status" });
    this.trouble = make("span", { class: "trouble", role: "alert" });
    this.newer = make("button", { type: "button", class: "newer", hidden: true, click: () => this.toggleFollow() });
    this.footer = make("footer", { class: "foot" }, this.where, this.trouble, this.newer, this.state);
  }

  makeHeader() {
    this.chip = make("span", { class: "standing" });
    this.why = make("span", { class: "why" });
    this.source = make("span", { class: "source" });
    this.facts = make("div", { class: "facts", tabindex: 0, role: "group", "aria-label": "Facts" });
    this.cause = make("div", { class: "cause", hidden: true });
    const stamp = make("h1", { class: "stamp", title: this.view.pilot.stamp }, this.view.pilot.stamp);
    this.header = make(
      "header",
      { class: "bar of-log" },
      make(
        "div",
        { class: "title" },
        make("a", { href: pageOf(null), "data-go": true, class: "back", title: "Back to the list (u)" }, "← Logs"),
        stamp,
      ),
      make("div", { class: "stands" }, this.chip, this.source, this.why),
      this.cause,
      this.facts,
    );
  }

  makeToolbar() {
    const button = (label, title, act, more = {}) =>
      make("button", { type: "button", title, click: act, ...more }, label);
    this.field = make("input", {
      type: "search",
      placeholder: "Find in the whole log",
      "aria-label": "Find in the whole log",
      maxlength: 200,
      keydown: (event) => this.typed(event),
    });
    this.hits = make("span", { class: "hits", role: "status" });
    this.errors = button("No errors", "Next error (e)", () => this.error(false), { class: "errors", disabled: true });
    this.gaps = button("", "Next place where text is missing", () => this.gap(), { class: "gaps", hidden: true });
    this.choice = make("select", { class: "choice", "aria-label": "Command", change: (event) => this.chosen(event) });
    this.deltas = button("Δ time", "Time since the line before (t)", () => this.toggleDeltas(), {
      "aria-pressed": "false",
    });
    this.wrap = button("Wrap", "Wrap long lines (w)", () => this.toggleWrap(), { "aria-pressed": "false" });
    this.following = button("Follow", "Follow what comes (f)", () => this.toggleFollow(), { "aria-pressed": "false" });
    const download = make(
      "a",
      {
        class: "button",
        href: this.view.downloadAddress(),
        download: `${this.view.pilot.stamp}.log`,
        title: "The whole log as a file",
      },
      "Download",
    );
    this.toolbar = make(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Tools" },
      make(
        "div",
        { class: "find" },
        this.field,
        button("↑", "Hit before (N)", () => this.hit(true), { "aria-label": "Hit before" }),
        button("↓", "Next hit (n)", () => this.hit(false), { "aria-label": "Next hit" }),
        this.hits,
      ),
      this.choice,
      this.errors,
      this.gaps,
      make(
        "div",
        { class: "switches" },
        this.following,
        this.deltas,
        this.wrap,
        download,
        button("?", "Keys", () => this.view.keys.help.showModal(), { "aria-label": "Keys" }),
      ),
    );
  }

  // standing

  stands() {
    const { log } = this.view;
    this.chip.className = `standing is-${log.standing}`;
    this.shown = "";
    fill(this.why, log.why);
    fill(this.source, "from the ", log.where);
    this.caused(log.cause);
    this.following.hidden = !log.live;
    this.times();
  }

  /** Show why the pilot failed, with a link to the line that tells so. */
  caused(cause) {
    this.cause.hidden = !cause;
    if (!cause) return;
    const follow = (event) => this.followed(event, cause.line - 1);
    fill(
      this.cause,
      make("strong", { class: "is-bad" }, cause.name),
      ` (${cause.party}), `,
      make("a", { href: `#L${cause.line}`, click: follow }, `line ${count(cause.line)}`),
      make("span", { class: "hint" }, cause.hint),
    );
  }

  /** Show the facts about the log, relative times included. */
  times() {
    const { log } = this.view;
    this.name();
    const failed = log.returnCode !== null && log.returnCode !== "0" && log.returnCode !== "";
    const facts = [
      ["VO", log.vo],
      ["Site", log.site],
      ["CE", log.ce],
      ["Return code", log.returnCodes?.join(", ") || log.returnCode, failed ? "is-bad" : ""],
      ["Began", moment(log.firstSeen)],
      [log.live ? "Last heard" : "Ended", log.live ? ago(log.lastSeen, this.view.now()) : moment(log.lastSeen)],
      ["Took", log.live ? "" : duration((Date.parse(log.lastSeen) - Date.parse(log.firstSeen)) / 1000)],
      ["Sent from", log.manySenders ? log.senders?.join(", ") || "several addresses" : "", "is-bad is-long"],
      ["Reference", log.reference, "is-long"],
      ["Archive", log.files?.at(-1), "is-long"],
      ["Archiving failed", log.lastError, "is-bad is-long"],
    ];
    const shown = facts.filter(([, value]) => value);
    const text = JSON.stringify(shown);
    if (text === this.told) return;
    this.told = text;
    fill(
      this.facts,
      shown.map(([name, value, kind]) =>
        make(
          "span",
          { class: `fact ${kind ?? ""}`, title: `${name}: ${value}` },
          make("span", { class: "name" }, name),
          make("span", { class: "value" }, value),
        ),
      ),
    );
  }

  /** Show the standing, with the silence of a log that may still get text. */
  name() {
    const { log } = this.view;
    const silent = log.live ? (this.view.now() - Date.parse(log.lastSeen)) / 1000 : 0;
    const name = STANDINGS[log.standing] ?? log.standing;
    const status = log.standing === "ended" ? ` (${log.pilotStatus})` : "";
    const missing = log.missing ? `, ${bytes(log.missing)} missing` : "";
    const text = `${name}${status}${missing}${silent >= SILENT_SECONDS ? `, silent for ${duration(silent)}` : ""}`;
    if (text !== this.shown) fill(this.chip, (this.shown = text));
    if (this.linked === "live") fill(this.state, log.standing === "ended" ? "open for the rest" : LINKS.live);
  }

  // commands and errors

  phases() {
    const { outline } = this.view;
    fill(
      this.list,
      outline.phases.map((phase, place) => this.phase(phase, outline.phases[place + 1], outline)),
    );
    fill(
      this.choice,
      make("option", { value: "" }, "Commands"),
      outline.phases.map((phase) => make("option", { value: phase.line }, phase.command)),
    );
    this.choice.hidden = !outline.phases.length;
    this.side.classList.toggle("is-empty", !outline.phases.length);
    const errors = outline.errors.length;
    this.errors.disabled = !errors;
    fill(
      this.errors,
      errors
        ? `${count(errors)}${outline.moreErrors ? "+" : ""} error${errors === 1 ? "" : "s"}`
        : outline.done
          ? "No errors"
          : "Looking …",
    );
    this.errors.classList.toggle("is-bad", errors > 0);
    this.gaps.hidden = !outline.gaps.length;
    fill(this.gaps, `${outline.gaps.length} gap${outline.gaps.length === 1 ? "" : "s"}`);
    this.current = null;
    this.place(this.first ?? 0, this.last ?? 0);
  }

  phase(phase, following, outline) {
    const end = following?.line ?? Infinity;
    const errors = outline.errors.filter((line) => line >= phase.line && line < end).length;
    const seconds = following ? (Date.parse(`${following.time}Z`) - Date.parse(`${phase.time}Z`)) / 1000 : NaN;
    const link = make(
      "a",
      {
        href: `#L${phase.line + 1}`,
        title: `${phase.command}, from ${phase.module}, line ${phase.line + 1}`,
        click: (event) => this.followed(event, phase.line),
      },
      make("span", { class: "command" }, phase.command),
      errors ? make("span", { class: "bad", title: `${errors} errors` }, count(errors)) : null,
      Number.isNaN(seconds) ? null : make("span", { class: "took" }, duration(seconds)),
    );
    return make("li", { "data-line": phase.line }, link);
  }

  followed(event, line) {
    event.preventDefault();
    this.view.rows.mark(line, line);
    this.view.name(`#L${line + 1}`);
    this.view.scroller.stick(false);
    this.view.scroller.place(line, -this.view.scroller.rowHeight);
    this.view.scroller.align();
  }

  chosen(event) {
    if (event.target.value) this.followed(event, Number(event.target.value));
  }

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

  next(lines, backwards) {
    const from = this.view.rows.from ?? this.first - 1;
    const place = nextOf(lines, from, backwards);
    if (place >= 0) this.view.jump(lines[place]);
  }

  // search

  typed(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const text = this.field.value;
    if (text === (this.sought ?? "")) this.hit(event.shiftKey);
    else this.view.seek((this.sought = text));
  }

  seek() {
    this.field.focus();
    this.field.select();
  }

  hit(backwards) {
    this.next(this.view.find.hits, backwards);
    this.found();
  }

  found() {
    const { find, rows } = this.view;
    const at = find.hits.indexOf(rows.from);
    const number = find.hits.length
      ? `${at >= 0 ? `${count(at + 1)} of ` : ""}${count(find.hits.length)}`
      : find.busy
        ? ""
        : "none";
    fill(this.hits, !find.wanted ? "" : find.problem || `${number}${find.busy ? " …" : ""}`);
  }

  /** Clear the search and the selection. */
  clear() {
    this.field.value = "";
    this.sought = "";
    this.view.find.clear();
    this.view.rows.mark(null, null);
    this.view.name("");
    this.found();
    this.view.scroller.refresh();
  }

  // display

  toggleDeltas() {
    this.view.rows.deltas = !this.view.rows.deltas;
    this.deltas.setAttribute("aria-pressed", String(this.view.rows.deltas));
    this.view.scroller.refresh();
  }

  toggleWrap() {
    const wraps = this.view.scroller.element.classList.toggle("wraps");
    this.wrap.setAttribute("aria-pressed", String(wraps));
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
    this.following.setAttribute("aria-pressed", String(stuck));
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
    const { lines, log, outline } = this.view;
    fill(
      this.where,
      lines.length ? `lines ${count(first + 1)} – ${count(last + 1)} of ${count(lines.length)}` : "no lines",
      ` · ${bytes(Math.max(log.bytes, 0))}`,
    );
    const chosen = currentPhase(outline.phases, first, last, this.view.rows.from);
    if (chosen === this.current) return;
    this.current = chosen;
    [...this.list.children].forEach((item, place) => item.classList.toggle("is-current", place === chosen));
    this.list.children[chosen]?.scrollIntoView({ block: "nearest" });
    this.choice.value = chosen >= 0 ? String(outline.phases[chosen].line) : "";
  }
}
