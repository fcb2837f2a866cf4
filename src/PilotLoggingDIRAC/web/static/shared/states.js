// How pilots fared, and where the text of their logs is: names, meanings, and the buttons that choose among them.

import { make, fill } from "./dom.js";
import { count } from "./words.js";

export const OUTCOMES = {
  failed: "Ended with a return code that is not 0",
  killed: "Ended without a word of its own, as DIRAC says",
  unknown: "Ended, and nobody tells how",
  silent: "Runs, and has sent nothing for a while",
  running: "Runs",
  succeeded: "Ended with return code 0",
};
export const STATES = {
  Receiving: "The pilot has not reported its end",
  Complete: "Ended, waits for its archive",
  Incomplete: "Fell silent, waits for its archive",
  Archived: "In the archive, and in the database for a while",
  Kept: "Ended; its VO has no archive",
  Purged: "In the archive alone",
};

/** Return a name with a capital: "failed" → "Failed". */
export function capital(name) {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

export class States {
  /** `changed()` is called after a button has changed the query. */
  constructor(query, changed) {
    this.query = query;
    this.changed = changed;
    this.outcomes = make("div", { class: "states", role: "group", "aria-label": "Outcomes" });
    this.states = make("div", { class: "states", role: "group", "aria-label": "States" });
    this.element = make("div", {}, this.outcomes, this.states);
  }

  /** Show the numbers of logs by outcome, where the server tells them, and by state. */
  show({ outcomes, states }) {
    this.outcomes.hidden = !outcomes;
    this.states.classList.toggle("is-quiet", Boolean(outcomes));
    if (outcomes) fill(this.outcomes, this.buttons("Outcome", OUTCOMES, outcomes));
    fill(
      this.states,
      outcomes ? make("span", { class: "label" }, "Text") : null,
      this.buttons("State", STATES, states),
    );
  }

  buttons(key, meanings, numbers) {
    return Object.entries(meanings).map(([name, title]) => this.button(key, name, title, numbers[name] ?? 0));
  }

  button(key, name, title, number) {
    const chosen = this.query.getAll(key).includes(name);
    return make(
      "button",
      {
        type: "button",
        class: `state is-${name.toLowerCase()}`,
        "aria-pressed": String(chosen),
        title,
        click: () => this.choose(key, name, chosen),
      },
      make("span", { class: "dot" }),
      capital(name),
      make("span", { class: "number" }, count(number)),
    );
  }

  choose(key, name, chosen) {
    const others = this.query.getAll(key).filter((one) => one !== name);
    this.query.delete(key);
    for (const one of chosen ? others : [...others, name]) this.query.append(key, one);
    this.changed();
  }
}
