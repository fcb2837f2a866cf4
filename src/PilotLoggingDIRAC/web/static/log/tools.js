// The tools above a log: find, errors, levels, copies, switches of the display.

import { make, fill } from "../shared/dom.js";
import { menu, viewMenu } from "../shared/menu.js";
import { count } from "../shared/words.js";

const LEVELS = [
  ["all", "All lines"],
  ["warnings", "Warnings and errors"],
  ["errors", "Errors"],
];

export class Tools {
  /** `view` is the log's; `panel` does what is asked for; `choice` is the list of commands of a phone. */
  constructor(view, panel, choice) {
    this.view = view;
    this.panel = panel;
    this.makeFind();
    this.makeButtons();
    this.makeCopies();
    const download = make(
      "a",
      {
        class: "button",
        href: view.downloadAddress(),
        download: `${view.pilot.stamp}.log`,
        title: "The whole log as a file",
      },
      "Download",
    );
    this.element = make(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Tools" },
      this.finding,
      choice,
      this.errors,
      this.gaps,
      this.levels,
      make(
        "div",
        { class: "switches" },
        this.following,
        this.deltas,
        this.wrap,
        viewMenu(() => view.redraw()),
        this.copies,
        download,
        button("?", "Keys", () => view.keys.help.showModal(), { "aria-label": "Keys" }),
      ),
    );
  }

  makeFind() {
    this.field = make("input", {
      type: "search",
      placeholder: "Find in the whole log",
      "aria-label": "Find in the whole log",
      maxlength: 200,
      keydown: (event) => this.typed(event),
    });
    this.hits = make("span", { class: "hits", role: "status" });
    this.finding = make(
      "div",
      { class: "find" },
      this.field,
      button("↑", "Hit before (N)", () => this.panel.hit(true), { "aria-label": "Hit before" }),
      button("↓", "Next hit (n)", () => this.panel.hit(false), { "aria-label": "Next hit" }),
      this.hits,
    );
  }

  makeButtons() {
    const { panel } = this;
    this.errors = button("No errors", "Next error (e)", () => panel.error(false), { class: "errors", disabled: true });
    this.gaps = button("", "Next place where text is missing", () => panel.gap(), { class: "gaps", hidden: true });
    const pressed = { "aria-pressed": "false" };
    this.deltas = button("Δ time", "Time since the line before (t)", () => panel.toggleDeltas(), pressed);
    this.wrap = button("Wrap", "Wrap long lines (w)", () => panel.toggleWrap(), pressed);
    this.following = button("Follow", "Follow what comes (f)", () => panel.toggleFollow(), pressed);
    this.levels = make(
      "select",
      {
        class: "levels",
        "aria-label": "Levels",
        title: "Lines of these levels (v)",
        change: (event) => this.view.filter(event.target.value),
      },
      LEVELS.map(([value, label]) => make("option", { value }, label)),
    );
  }

  makeCopies() {
    const { panel } = this;
    this.copied = button("Lines", "The chosen lines (c)", () => panel.copy("lines"));
    this.copies = menu(
      "Copy",
      "Copy to the clipboard",
      button("Stamp", "The pilot's stamp", () => panel.copy("stamp")),
      this.copied,
      button("Link", "The address of this log, or of the chosen lines (l)", () => panel.copy("link")),
    );
  }

  typed(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const text = this.field.value;
    if (text === (this.sought ?? "")) this.panel.hit(event.shiftKey);
    else this.view.seek((this.sought = text));
  }

  clear() {
    this.field.value = "";
    this.sought = "";
  }

  /** Put the cursor into the field. */
  seek() {
    this.field.focus();
    this.field.select();
  }

  /** Show the level that is filtered by. */
  showLevel(chosen) {
    this.levels.value = chosen;
  }

  /** Show the number of errors and gaps of the outline. */
  outlined() {
    const { outline } = this.view;
    const errors = outline.errors.length;
    this.errors.disabled = !errors;
    const number = `${count(errors)}${outline.moreErrors ? "+" : ""} error${errors === 1 ? "" : "s"}`;
    fill(this.errors, errors ? number : outline.done ? "No errors" : "Looking …");
    this.errors.classList.toggle("is-bad", errors > 0);
    this.gaps.hidden = !outline.gaps.length;
    fill(this.gaps, `${outline.gaps.length} gap${outline.gaps.length === 1 ? "" : "s"}`);
  }

  /** Show the number of hits. */
  found() {
    const { find, rows } = this.view;
    const at = find.hits.indexOf(rows.from);
    const place = at >= 0 ? `${count(at + 1)} of ` : "";
    const all = `${count(find.hits.length)}${find.isCut ? "+" : ""}`;
    const number = find.hits.length ? `${place}${all}` : find.busy ? "" : "none";
    fill(this.hits, !find.wanted ? "" : find.problem || `${number}${find.busy ? " …" : ""}`);
  }

  /** Show which lines would be copied. */
  chosen(from, to) {
    this.copied.disabled = from === null;
    const [low, high] = [Math.min(from, to) + 1, Math.max(from, to) + 1];
    fill(this.copied, from === null ? "Lines" : low === high ? `Line ${low}` : `Lines ${low} – ${high}`);
  }
}

/** Return the level that comes next. */
export function nextLevel(chosen) {
  const place = LEVELS.findIndex(([value]) => value === chosen);
  return LEVELS[(place + 1) % LEVELS.length][0];
}

function button(label, title, act, more = {}) {
  return make("button", { type: "button", title, click: act, ...more }, label);
}
