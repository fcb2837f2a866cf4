// The search over many logs: what to look for and where, what is found as it comes, its figures, and the way to each line.

import { isTyping, make, fill } from "../shared/dom.js";
import { pageOf, searchPage } from "../shared/api.js";
import { Filters, selection } from "../shared/filters.js";
import { Found } from "./found.js";
import { viewMenu } from "../shared/menu.js";
import { SearchRun } from "./run.js";
import { Tally } from "./tally.js";
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

export class SearchView {
  constructor(root, go, whoami) {
    this.go = go;
    this.query = new URLSearchParams(location.search);
    document.title = "Search · pilot logs";
    this.filters = new Filters(this.query, () => this.name());
    this.found = new Found(this.query);
    this.progress = make("progress", { max: 1, hidden: true, "aria-label": "Searched" });
    this.note = make("p", { class: "note", role: "status" });
    this.onward = make("button", { type: "button", hidden: true, click: () => this.run.go() }, "Search on");
    const me = make("div", { class: "me" });
    fill(
      root,
      make(
        "header",
        { class: "bar" },
        make("a", { href: pageOf(null), "data-go": true, class: "back" }, "← Logs"),
        make("h1", {}, "Search in logs"),
        me,
        viewMenu(() => this.found.show(this.run?.tally)),
      ),
      make(
        "main",
        { class: "list search" },
        this.form(),
        this.filters.element,
        make("div", { class: "progress" }, this.progress, this.note, this.onward),
        this.found.element,
      ),
    );
    whoami(me);
    this.listener = (event) => this.pressed(event);
    document.addEventListener("keydown", this.listener);
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

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key !== "/") return;
    event.preventDefault();
    this.pattern.focus();
    this.pattern.select();
  }

  leave() {
    this.run?.stop();
    cancelAnimationFrame(this.frame);
    document.removeEventListener("keydown", this.listener);
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
