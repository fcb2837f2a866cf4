// What the start view and a site's page have in common: the choice of a window, figures that are fetched again.

import { askPatiently } from "../shared/api.js";
import { make, fill } from "../shared/dom.js";
import { group, listPage } from "../shared/pages.js";
import { kindOf } from "../shared/pilot_name.js";
import { moment } from "../shared/times.js";
import { View } from "../shared/view.js";
import { count } from "../shared/words.js";

const WINDOWS = [
  ["1h", "1 h"],
  ["24h", "24 h"],
  ["7d", "7 d"],
];
const DEFAULT = "24h";
const REFRESH_MILLISECONDS = 60000;

export class Overview extends View {
  /** `frame` is that of the view; `question` and `values` are those of its request. */
  constructor(page, frame, question, values = {}) {
    super(page, { ...frame, kind: "list overview" });
    this.question = question;
    this.values = values;
    this.windows = make("div", { class: "windows", role: "group", "aria-label": "Time" });
    this.note = make("p", { class: "note", role: "status" }, "Counting …");
    this.body = make("div", { class: "parts" });
    this.main.append(make("div", { class: "above" }, this.windows, this.note, this.finding()), this.body);
    this.timer = setInterval(() => this.refresh(), REFRESH_MILLISECONDS);
    this.choices();
    this.load();
  }

  /** Return the field that finds a pilot: it leads to the list. */
  finding() {
    const field = make("input", {
      type: "search",
      name: "pilot",
      placeholder: "stamp, reference, job, host …",
      "aria-label": "Find a pilot",
      change: () => this.find(field.value.trim()),
    });
    return field;
  }

  find(text) {
    const query = new URLSearchParams(group() ? { group: group() } : {});
    if (text) query.set(kindOf(text), text);
    if (text) this.go(listPage(query));
  }

  get window() {
    return this.query.get("Window") ?? DEFAULT;
  }

  choices() {
    fill(
      this.windows,
      WINDOWS.map(([value, label]) => {
        const pressed = String(value === this.window);
        return make("button", { type: "button", "aria-pressed": pressed, click: () => this.choose(value) }, label);
      }),
    );
  }

  choose(window) {
    this.query.set("Window", window);
    this.go(`${location.pathname}?${this.query}`, true);
    this.choices();
    this.load();
  }

  async load() {
    this.control?.abort();
    this.control = new AbortController();
    const { signal } = this.control;
    try {
      const wait = (text) => fill(this.note, `${text} …`);
      this.show(await askPatiently(this.question, { ...this.values, Window: this.window }, signal, wait));
      await this.more(signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(this.note, this.found ? `Not refreshed, the figures are those of before: ${error.message}` : error.message);
      this.note.classList.add("is-bad");
    }
  }

  /** Fetch what else the view shows. */
  async more() {}

  /** Refresh the figures from time to time, but not while somebody works in them. */
  refresh() {
    if (!document.hidden && !this.body.contains(document.activeElement)) this.load();
  }

  show(found) {
    this.found = found;
    this.note.classList.remove("is-bad");
    const part = found.sampled ? ` Of each bar the newest ${count(found.sampled)} are counted.` : "";
    fill(this.note, `${count(found.total.logs)} pilots from ${moment(found.from)} to ${moment(found.now)}.${part}`);
    fill(this.body, this.parts(found));
  }

  redraw() {
    if (this.found) this.show(this.found);
  }

  leave() {
    this.control?.abort();
    clearInterval(this.timer);
    super.leave();
  }
}
