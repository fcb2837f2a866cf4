// The search over many logs: what to look for and where, what is found as it comes, its figures, and the way to each line.

import { make, fill } from "../shared/dom.js";
import { Filters, selection } from "../shared/filters.js";
import { Found } from "./found.js";
import { searchPage } from "../shared/pages.js";
import { SearchRun } from "./run.js";
import { Tally } from "./tally.js";
import { View } from "../shared/view.js";
import { bytes, count } from "../shared/words.js";

const TICKS = [
  ["Regex", "regular expression", "An expression of RE2, not text"],
  ["IgnoreCase", "any case", "Capital and small letters are the same"],
  ["Archive", "archive, too", "Also logs that are only in the archive, which is slow"],
];
const ENDS = {
  all: "",
  time: "The server's time for one search is over.",
  hits: "That is as much as one search may find.",
  stopped: "Stopped.",
};

export class SearchView extends View {
  constructor(page) {
    super(page, { title: "Search · pilot logs", heading: "Search", kind: "list search" });
    this.filters = new Filters(this.query, () => this.name());
    this.found = new Found(this.query);
    this.progress = make("progress", { max: 1, hidden: true, "aria-label": "Searched" });
    this.note = make("p", { class: "note", role: "status" });
    this.onward = make("button", { type: "button", hidden: true, click: () => this.run.go() }, "Search on");
    this.main.append(
      this.form(),
      this.filters.element,
      make("div", { class: "progress" }, this.progress, this.note, this.onward),
      this.found.element,
    );
    if (this.query.get("Pattern")) this.start();
    else this.pattern.focus();
  }

  form() {
    this.pattern = make("input", {
      type: "search",
      name: "Pattern",
      "aria-label": "Text to look for",
      placeholder: "Text of a line, such as: No space left on device",
      maxlength: 1000,
      value: this.query.get("Pattern") ?? "",
    });
    this.button = make("button", { class: "main" }, "Search");
    const submitted = (event) => {
      event.preventDefault();
      if (this.run?.busy) this.run.stop();
      else this.start();
    };
    return make(
      "form",
      { class: "pattern", submit: submitted },
      this.pattern,
      this.button,
      TICKS.map(([name, label, title]) => this.tick(name, label, title)),
    );
  }

  tick(name, label, title) {
    const box = make("input", {
      type: "checkbox",
      name,
      checked: this.query.get(name) === "true",
      change: (event) => {
        if (event.target.checked) this.query.set(name, "true");
        else this.query.delete(name);
        this.name();
      },
    });
    return make("label", { class: "tick", title }, box, label);
  }

  /** Put what is looked for into the page's address. */
  name() {
    this.go(searchPage(this.query), true);
  }

  start() {
    const text = this.pattern.value;
    if (!text) return;
    this.query.set("Pattern", text);
    this.name();
    this.run?.stop();
    const values = selection(this.query);
    delete values.Order;
    for (const [name] of TICKS) if (this.query.get(name) === "true") values[name] = "true";
    const run = new SearchRun({ ...values, Pattern: text }, new Tally(), () => this.changed(run));
    this.run = run;
    run.go();
  }

  /** Draw once for all answers between two frames. */
  changed(run) {
    if (run !== this.run || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.show();
    });
  }

  show() {
    const { run } = this;
    fill(this.button, run.busy ? "Stop" : "Search");
    this.progress.hidden = !run.busy;
    if (run.share === null) this.progress.removeAttribute("value");
    else this.progress.value = run.share;
    this.onward.hidden = !run.more;
    this.note.classList.toggle("is-bad", !run.busy && !(run.why in ENDS));
    fill(this.note, this.words(run));
    this.found.show(run.tally);
  }

  /** Return the figures of a search, and what it left out. */
  words(run) {
    const hits = run.tally.hits.length;
    const pilots = new Set(run.tally.hits.map((hit) => `${hit.vo}/${hit.stamp}`)).size;
    const share = run.busy && run.share !== null ? `${Math.floor(100 * run.share)} % · ` : "";
    const figures = `${share}${number(hits, "line")} of ${number(pilots, "pilot")} · ${number(run.logs, "log")} searched, ${bytes(run.bytes)}`;
    return [figures, run.note, run.busy ? "" : (ENDS[run.why] ?? run.why), ...left(run)].filter(Boolean).join(" · ");
  }

  actions() {
    return { "/": () => this.seek() };
  }

  seek() {
    this.pattern.focus();
    this.pattern.select();
  }

  redraw() {
    this.found.show(this.run?.tally);
  }

  leave() {
    this.run?.stop();
    cancelAnimationFrame(this.frame);
    super.leave();
  }
}

/** Return what was not searched, in words. */
function left(run) {
  const [archived, gone] = ["archived", "gone"].map((place) => run.extent[place]?.[0] ?? 0);
  return [
    archived && !run.values.Archive ? `${number(archived, "log")} only in the archive` : "",
    gone ? `${number(gone, "log")} no longer kept` : "",
    run.unreadable.length ? `${number(run.unreadable.length, "log")} could not be read` : "",
  ];
}

function number(value, name) {
  return `${count(value)} ${name}${value === 1 ? "" : "s"}`;
}
