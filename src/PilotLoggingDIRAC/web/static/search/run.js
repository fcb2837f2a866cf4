// One search over many logs: the server's answers as they come, and where to go on.

import { lines, pause } from "../shared/api.js";

const BUSY_MILLISECONDS = 1000;
const LOST_MILLISECONDS = 2000;
const MAX_LOST = 5;

export class SearchRun {
  /** `values` are those of the request; `changed()` is called after each answer and at the end. */
  constructor(values, tally, changed) {
    this.values = values;
    this.tally = tally;
    this.changed = changed;
    this.cursor = "";
    this.logs = 0;
    this.bytes = 0;
    this.extent = {};
    this.unreadable = [];
    this.busy = false;
    this.note = "";
    this.why = "";
  }

  /** Search from the cursor on, up to an end or the server's bounds. */
  async go() {
    this.control = new AbortController();
    this.busy = true;
    this.note = this.why = "";
    this.changed();
    try {
      await this.follow();
    } catch (error) {
      if (error.name === "AbortError") this.why = "stopped";
      else this.why = error.message;
    }
    this.busy = false;
    this.note = "";
    this.changed();
  }

  /** Read answers until the stream has an end; one that is cut off goes on after the last answer. */
  async follow() {
    let lost = 0;
    while (!this.why) {
      try {
        for await (const answer of lines("search", { ...this.values, Cursor: this.cursor }, this.control.signal)) {
          lost = 0;
          this.take(answer);
        }
        lost += 1;
      } catch (error) {
        if (this.why) return;
        if (error.status !== 503 && error.status !== 0) throw error;
        if (error.status === 0) lost += 1;
        this.note = error.message;
        this.changed();
        await pause(error.status ? BUSY_MILLISECONDS : LOST_MILLISECONDS, this.control.signal);
        if (lost >= MAX_LOST) throw error;
      }
      if (lost >= MAX_LOST) this.why = "The connection was lost";
    }
  }

  take({ kind, ...answer }) {
    if (kind === "beat") this.note = answer.waits ? "others are searching" : "";
    if (kind === "end") this.why = answer.why;
    if (kind === "found") this.found(answer);
    if (kind !== "beat") this.cursor = answer.cursor;
    this.changed();
  }

  found(answer) {
    this.note = "";
    if (!answer.cursor) this.why = "all"; // the stream may break off before it says so
    this.tally.add(answer.hits);
    this.logs += answer.logs;
    this.bytes += answer.bytes;
    this.extent = answer.extent ?? this.extent;
    this.unreadable.push(...answer.unreadable);
  }

  /** Return the share of the text that was searched, from 0 to 1; null while its size is unknown. */
  get share() {
    const places = this.values.Archive ? ["here", "archived"] : ["here"];
    const total = places.reduce((sum, place) => sum + (this.extent[place]?.[1] ?? 0), 0);
    if (this.why === "all") return 1;
    return total ? Math.min(1, this.bytes / total) : null;
  }

  /** Return whether there is more to search after the end. */
  get more() {
    return !this.busy && this.why !== "all" && this.cursor !== "";
  }

  stop() {
    this.control?.abort();
  }
}
