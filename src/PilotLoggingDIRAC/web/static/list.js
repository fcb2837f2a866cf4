// The list of logs. Its filters are in the page's address, so that a link shows the same list.

import { ask, pageOf, searchPage } from "./api.js";
import { make, fill, isTyping } from "./dom.js";
import { Filters, selection } from "./filters.js";
import { Heads } from "./heads.js";
import { viewMenu } from "./menu.js";
import { moment } from "./times.js";
import { ago, bytes, count, duration, hasFailed } from "./words.js";

const PAGE = 50;
const REFRESH_MILLISECONDS = 15000;
const STATES = ["Receiving", "Complete", "Incomplete", "Archived", "Kept", "Purged"];
const MEANINGS = {
  Receiving: "The pilot has not reported its end",
  Complete: "Ended, waits for its archive",
  Incomplete: "Fell silent, waits for its archive",
  Archived: "In the archive, and in the database for a while",
  Kept: "Ended; its VO has no archive",
  Purged: "In the archive alone",
};

export class ListView {
  constructor(root, go, whoami) {
    this.go = go;
    this.query = new URLSearchParams(location.search);
    document.title = "Pilot logs";
    this.filters = new Filters(this.query, () => this.filtered());
    this.states = make("div", { class: "states", role: "group", "aria-label": "States" });
    this.heads = new Heads(this.query, () => this.filtered());
    this.body = make("div", { class: "cards" });
    this.pager = make("nav", { class: "pager", "aria-label": "Pages" });
    this.note = make("p", { class: "note", role: "status" }, "Loading …");
    this.search = make("a", { class: "button", "data-go": true, title: "Look for text in all of these logs (s)" });
    fill(this.search, "Search in these logs");
    const me = make("div", { class: "me" });
    fill(
      root,
      make(
        "header",
        { class: "bar" },
        make("h1", {}, "Pilot logs"),
        me,
        viewMenu(() => this.found && this.show(this.found)),
      ),
      make(
        "main",
        { class: "list" },
        this.filters.element,
        this.states,
        make("div", { class: "above" }, this.note, this.search),
        make("div", { class: "sheet" }, this.heads.element, this.body),
        this.pager,
      ),
    );
    whoami(me);
    this.listener = (event) => this.pressed(event);
    document.addEventListener("keydown", this.listener);
    this.timer = setInterval(() => this.refresh(), REFRESH_MILLISECONDS);
    this.load();
  }

  get start() {
    return Math.max(0, (Number(this.query.get("page")) || 1) - 1) * PAGE;
  }

  async load() {
    this.control?.abort();
    this.control = new AbortController();
    try {
      const values = { ...selection(this.query), Start: this.start, Limit: PAGE };
      this.show(await ask("logs", values, this.control.signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      const isKept = this.body.hasChildNodes() && this.loaded === `${this.query}`;
      fill(this.note, isKept ? `Not refreshed, the list is that of before: ${error.message}` : error.message);
      this.note.classList.add("is-bad");
      if (!isKept) fill(this.body);
    }
  }

  /** Refresh the list from time to time, but not while somebody works in it. */
  refresh() {
    if (!document.hidden && !this.body.contains(document.activeElement) && this.start === 0) this.load();
  }

  show(found) {
    this.loaded = `${this.query}`;
    this.found = found;
    this.heads.show();
    this.search.href = searchPage(this.query);
    const now = Date.parse(found.now);
    this.note.classList.remove("is-bad");
    fill(this.note, found.total ? this.number(found) : "No logs match. Take a longer time, or fewer filters.");
    fill(
      this.states,
      STATES.map((state) => this.state(state, found.states[state])),
    );
    fill(
      this.body,
      found.logs.map((log) => this.row(log, now)),
    );
    const pages = Math.ceil(found.total / PAGE);
    const page = this.start / PAGE + 1;
    fill(
      this.pager,
      pages > 1
        ? [
            this.turn("← Newer", page - 1, page > 1),
            make("span", {}, `page ${count(page)} of ${count(pages)}`),
            this.turn("Older →", page + 1, page < pages),
          ]
        : [],
    );
  }

  /** Return the number of logs in words, with a note if only the newest were counted by state. */
  number(found) {
    const logs = `${found.more ? "more than " : ""}${count(found.total)} log${found.total === 1 ? "" : "s"}`;
    return found.newest
      ? `${logs}; states and orders other than by time are of the newest ${count(found.newest)}`
      : logs;
  }

  state(state, number) {
    const chosen = this.query.getAll("State").includes(state);
    return make(
      "button",
      {
        type: "button",
        class: `state is-${state.toLowerCase()}`,
        "aria-pressed": String(chosen),
        title: MEANINGS[state],
        click: () => this.choose(state, chosen),
      },
      make("span", { class: "dot" }),
      state,
      make("span", { class: "number" }, count(number)),
    );
  }

  choose(state, chosen) {
    const states = this.query.getAll("State").filter((one) => one !== state);
    this.query.delete("State");
    for (const one of chosen ? states : [...states, state]) this.query.append("State", one);
    this.filtered();
  }

  row(log, now) {
    const took = (Date.parse(log.lastSeen) - Date.parse(log.firstSeen)) / 1000;
    const seen = make("time", { datetime: log.lastSeen, title: moment(log.lastSeen) }, ago(log.lastSeen, now));
    const open = log.pilotEnded ? `${log.pilotStatus}, says DIRAC` : "running";
    const codes = log.returnCodes?.map((code) => code || "none").join(", ") || log.returnCode || "none";
    const end = log.state === "Receiving" ? open : log.complete ? `return code ${codes}` : "never ended";
    const missing = log.missing ? `, ${bytes(log.missing)} missing` : "";
    const bad = hasFailed(log) || missing || (!log.complete && (log.state !== "Receiving" || log.pilotEnded));
    const place = log.cause && log.part === 1 ? `#L${log.cause.line}` : "";
    return make(
      "a",
      { class: `card is-${log.state.toLowerCase()}`, href: `${pageOf(log)}${place}`, "data-go": true },
      make("span", { class: "dot", title: `${log.state}: ${MEANINGS[log.state]}` }),
      make("span", { class: "state-name" }, log.state),
      make(
        "span",
        { class: "stamp" },
        log.stamp,
        log.part > 1 ? make("span", { class: "part" }, ` part ${log.part}`) : null,
      ),
      make("span", { class: "vo" }, log.vo),
      make(
        "span",
        { class: "site", title: log.ce },
        log.site || "site unknown",
        log.ce ? make("span", { class: "ce" }, log.ce) : null,
      ),
      make("span", { class: `end ${bad ? "is-bad" : ""}`, title: end + missing }, end, missing),
      make("span", { class: "size" }, `${count(log.lines)} lines`, make("span", { class: "bytes" }, bytes(log.bytes))),
      make(
        "span",
        { class: "took", title: moment(log.firstSeen) },
        make("span", { class: "began" }, moment(log.firstSeen).slice(5, 16)),
        duration(took),
      ),
      make("span", { class: "seen" }, seen),
      log.cause
        ? make(
            "span",
            { class: "cause is-bad", title: log.cause.hint },
            `${log.cause.name}, line ${count(log.cause.line)}`,
            make("span", { class: "hint" }, log.cause.hint),
          )
        : null,
      log.lastError
        ? make("span", { class: "last-error is-bad" }, `archiving failed ${log.attempts} times: ${log.lastError}`)
        : null,
    );
  }

  turn(label, page, possible) {
    return make("button", { type: "button", disabled: !possible, click: () => this.turnTo(page) }, label);
  }

  turnTo(page) {
    if (page > 1) this.query.set("page", String(page));
    else this.query.delete("page");
    this.renew();
    window.scrollTo(0, 0);
  }

  /** Apply changed filters, from the first page on. */
  filtered() {
    this.query.delete("page");
    this.renew();
  }

  renew() {
    const words = this.query.toString();
    this.go(`${location.pathname}${words ? `?${words}` : ""}`, true);
    this.load();
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const cards = [...this.body.children];
    const at = cards.indexOf(document.activeElement);
    const actions = {
      j: () => cards[Math.min(at + 1, cards.length - 1)]?.focus(),
      ArrowDown: () => cards[Math.min(at + 1, cards.length - 1)]?.focus(),
      k: () => cards[Math.max(at - 1, 0)]?.focus(),
      ArrowUp: () => cards[Math.max(at - 1, 0)]?.focus(),
      "/": () => this.filters.focus(),
      r: () => this.load(),
      s: () => this.search.click(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  leave() {
    this.control?.abort();
    clearInterval(this.timer);
    document.removeEventListener("keydown", this.listener);
  }
}
