// The list of logs. Its filters are in the page's address, so that a link shows the same list.

import { ask } from "../shared/api.js";
import { card } from "./card.js";
import { make, fill } from "../shared/dom.js";
import { Filters, selection } from "../shared/filters.js";
import { Heads } from "./heads.js";
import { listPage, searchPage } from "../shared/pages.js";
import { States } from "../shared/states.js";
import { View } from "../shared/view.js";
import { count } from "../shared/words.js";

const PAGE = 50;
const REFRESH_MILLISECONDS = 15000;
const HELP = [
  ["j / k, ↓ / ↑", "a log down, up"],
  ["Enter", "open the log"],
  ["/", "look for a pilot"],
  ["s", "search in these logs"],
  ["r", "refresh"],
  ["?", "this"],
];

export class ListView extends View {
  constructor(page) {
    super(page, { title: "Pilot logs", heading: "Logs", kind: "list", help: HELP });
    this.filters = new Filters(this.query, () => this.filtered());
    this.states = new States(this.query, () => this.filtered());
    this.heads = new Heads(this.query, () => this.filtered());
    this.body = make("div", { class: "cards" });
    this.pager = make("nav", { class: "pager", "aria-label": "Pages" });
    this.note = make("p", { class: "note", role: "status" }, "Loading …");
    this.search = make("a", { class: "button", "data-go": true, title: "Look for text in all of these logs (s)" });
    fill(this.search, "Search in these logs");
    this.search.href = searchPage(this.query);
    this.main.append(
      this.filters.element,
      this.states.element,
      make("div", { class: "above" }, this.note, this.search),
      make("div", { class: "sheet" }, this.heads.element, this.body),
      this.pager,
    );
    this.timer = setInterval(() => this.refresh(), REFRESH_MILLISECONDS);
    this.load();
  }

  redraw() {
    if (this.found) this.show(this.found);
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
    fill(this.note, found.total ? this.number(found) : this.nothing());
    this.states.show(found);
    fill(
      this.body,
      found.logs.map((log) => card(log, now)),
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

  /** Return why there may be no logs. */
  nothing() {
    const unknown = this.filters.places.unknown(this.query);
    if (unknown.length) return unknown.join(". ");
    const said = "No logs match. Take a longer time, or fewer filters.";
    return this.query.get("Host") ? [said, " ", this.asOwner(this.query.get("Host"))] : said;
  }

  /** Return a link that looks for a name with a digit, taken for a host, as that of a job's owner. */
  asOwner(name) {
    const query = new URLSearchParams(this.query);
    query.delete("Host");
    query.set("User", name);
    return make("a", { href: listPage(query), "data-go": true }, `Look for ${name} as the owner of a job`);
  }

  /** Return the number of logs in words, with a note if only the newest were counted by state or outcome. */
  number(found) {
    const logs = `${found.more ? "more than " : ""}${count(found.total)} log${found.total === 1 ? "" : "s"}`;
    return found.newest
      ? `${logs}; states, outcomes and orders other than by time are of the newest ${count(found.newest)}`
      : logs;
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
    this.go(listPage(this.query), true);
    this.load();
  }

  actions() {
    const cards = [...this.body.children];
    const at = cards.indexOf(document.activeElement);
    return {
      j: () => cards[Math.min(at + 1, cards.length - 1)]?.focus(),
      ArrowDown: () => cards[Math.min(at + 1, cards.length - 1)]?.focus(),
      k: () => cards[Math.max(at - 1, 0)]?.focus(),
      ArrowUp: () => cards[Math.max(at - 1, 0)]?.focus(),
      "/": () => this.filters.focus(),
      r: () => this.load(),
      s: () => this.search.click(),
    };
  }

  leave() {
    this.control?.abort();
    clearInterval(this.timer);
    super.leave();
  }
}
