// Search within a whole log: each request searches a part of it, until the end.

import { askPatiently, logPath } from "../shared/api.js";
import { foldAscii, wantedOf } from "../shared/render.js";

const MAX_HITS = 20000;

export class Find {
  /** `changed()` is called when there are new hits and at the end of the search. */
  constructor(pilot, changed) {
    this.pilot = pilot;
    this.changed = changed;
    this.clear();
  }

  clear() {
    this.control?.abort();
    this.control = null;
    this.wanted = null;
    this.hits = [];
    this.later = [];
    this.busy = false;
    this.isCut = false; // there are more hits than the bound
    this.problem = "";
  }

  /** Search for a text from the beginning of the log. */
  async start(text) {
    this.clear();
    if (!text) return this.changed();
    this.wanted = wantedOf(text);
    this.busy = true;
    const control = new AbortController();
    this.control = control;
    this.changed();
    try {
      await this.collect(text, control.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.problem = error.message;
    }
    this.busy = false;
    for (const [first, lines] of this.later) this.more(first, lines);
    this.later = [];
    this.changed();
  }

  async collect(text, signal) {
    let first = 0;
    while (first !== null && this.hits.length < MAX_HITS) {
      const answer = await askPatiently(logPath(this.pilot, "find"), { Text: text, First: first }, signal);
      const last = this.hits.at(-1) ?? -1;
      this.hits.push(...answer.hits.filter((line) => line > last));
      first = answer.next;
      this.changed();
    }
    this.isCut = first !== null;
  }

  /**
   * Search lines that came after the page did; during the search they wait, as the server may have looked already. Of a
   * search that ended at its bound they are left out, too: between its hits and theirs would be a hole.
   */
  more(first, lines) {
    if (!this.wanted || this.isCut) return;
    if (this.busy) {
      this.later.push([first, lines]);
      return;
    }
    lines.forEach((line, place) => {
      const text = this.wanted.fold ? foldAscii(line) : line;
      if (text.includes(this.wanted.text) && first + place > (this.hits.at(-1) ?? -1)) this.hits.push(first + place);
    });
  }
}

/** Return the index of the next number after (or before) a line in a sorted list, wrapping around; -1 if it is empty. */
export function nextOf(sorted, line, backwards = false) {
  if (!sorted.length) return -1;
  if (backwards) {
    const found = sorted.findLastIndex((one) => one < line);
    return found >= 0 ? found : sorted.length - 1;
  }
  const found = sorted.findIndex((one) => one > line);
  return found >= 0 ? found : 0;
}
