// The commands of a pilot: where they begin, how long each took, how many errors it has; the one that is looked at.

import { make, fill } from "../shared/dom.js";
import { isBad } from "./folding.js";
import { currentPhase } from "./outline.js";
import { count, duration } from "../shared/words.js";

export class Side {
  /** `view` is the log's. */
  constructor(view) {
    this.view = view;
    this.list = make("ol", { class: "phases" });
    this.fold = make("button", { type: "button", class: "quiet", title: "Fold all commands, or unfold them (Z)" });
    this.fold.addEventListener("click", () => view.foldAll());
    this.element = make(
      "nav",
      { class: "side", "aria-label": "Commands of the pilot" },
      make("div", { class: "side-head" }, make("h2", {}, "Commands"), this.fold),
      this.list,
    );
    // on a phone, in the place of the list
    this.choice = make("select", { class: "choice", "aria-label": "Command", change: (event) => this.chosen(event) });
  }

  /** Show the commands of the outline. */
  show() {
    const { outline, folding } = this.view;
    const { phases } = outline;
    fill(
      this.list,
      phases.map((phase, place) => this.phase(phase, this.following(place))),
    );
    fill(
      this.choice,
      make("option", { value: "" }, "Commands"),
      phases.map((phase) => make("option", { value: phase.line }, `${phase.within ? "– " : ""}${phase.command}`)),
    );
    this.choice.hidden = !phases.length;
    this.element.classList.toggle("is-empty", !phases.length);
    fill(this.fold, folding.folded.size ? "Unfold all" : "Fold all");
    this.current = null;
  }

  /** Return the phase that follows one of the same level. */
  following(place) {
    const { phases } = this.view.outline;
    const { within } = phases[place];
    return phases.find((one, other) => other > place && (within ? true : !one.within));
  }

  phase(phase, following) {
    const end = following?.line ?? Infinity;
    const errors = this.view.outline.errors.filter((line) => line >= phase.line && line < end).length;
    const seconds = phase.seconds ?? between(phase, following);
    const isFailed = isBad(phase.outcome);
    const told = phase.outcome && phase.outcome !== "good" ? `, ${phase.outcome}` : "";
    const from = phase.module ? `, from ${phase.module}` : "";
    const link = make(
      "a",
      {
        href: `#L${phase.line + 1}`,
        title: `${phase.command}${told}${from}, line ${phase.line + 1}`,
        click: (event) => this.followed(event, phase.line),
      },
      make("span", { class: "command" }, phase.command),
      isFailed ? make("span", { class: "outcome is-bad" }, phase.outcome) : null,
      errors ? make("span", { class: "bad", title: `${errors} errors` }, count(errors)) : null,
      Number.isNaN(seconds) ? null : make("span", { class: "took" }, duration(seconds)),
    );
    return make("li", { "data-line": phase.line, class: phase.within ? "is-within" : null }, link);
  }

  followed(event, line) {
    event.preventDefault();
    this.view.open(line);
  }

  chosen(event) {
    if (event.target.value) this.view.open(Number(event.target.value));
  }

  /** Mark the command that is looked at, by the visible lines and the chosen one. */
  place(first, last, chosen) {
    const { phases } = this.view.outline;
    const place = currentPhase(phases, first, last, chosen);
    if (place === this.current) return;
    this.current = place;
    [...this.list.children].forEach((item, number) => item.classList.toggle("is-current", number === place));
    this.list.children[place]?.scrollIntoView({ block: "nearest" });
    this.choice.value = place >= 0 ? String(phases[place].line) : "";
  }
}

/** Return the seconds from one phase to the one that follows, NaN without their times. */
function between(phase, following) {
  return following ? (Date.parse(`${following.time}Z`) - Date.parse(`${phase.time}Z`)) / 1000 : NaN;
}
