// The lines of one log; only those near the visible ones are loaded. A line with its line end never changes.

import { askPatiently, logPath } from "../shared/api.js";
import { squeezed } from "../shared/grammar.js";

const CHUNK = 400;
// more than rows on a large screen, each of which may be of another chunk
export const MAX_CHUNKS = 200;
const MAX_LOADS = 3;
const MAX_LINE = 16384;
const MAX_OPEN = 65536;
const OVERLAP = 256;
const CHANGED = "The text has changed or is no longer kept: open the log again";

export class Lines {
  /** `changed()` is called when lines were loaded, `failed(error)` when that failed. */
  constructor(pilot, changed, failed) {
    this.pilot = pilot;
    this.changed = changed;
    this.failed = failed;
    this.begins = null; // the part with which the text begins, as long as its lines have these numbers
    this.ended = 0;
    this.open = "";
    this.chunks = new Map();
    this.loads = new Map();
  }

  /** Number of lines; the last one may still grow. */
  get length() {
    return this.ended + (this.open ? 1 : 0);
  }

  /** Return the text of a line, undefined while it is not loaded. */
  get(number) {
    if (number === this.ended) return this.open || undefined;
    return this.chunks.get(Math.floor(number / CHUNK))?.lines[number % CHUNK];
  }

  /** Return the whole length in bytes of a line that was cut, else 0. */
  cut(number) {
    return this.chunks.get(Math.floor(number / CHUNK))?.cut.get(number % CHUNK) || 0;
  }

  /** Load the missing lines from `first` to `last`, and abort other loads. */
  want(first, last) {
    const numbers = [];
    const end = Math.max(0, Math.min(last, this.ended - 1));
    for (let line = Math.max(0, first); line <= end; line += CHUNK) numbers.push(line);
    this.wantThese([...numbers, end]);
  }

  /** Load the chunks of these lines, in ascending order, as far as they are missing, and abort other loads. */
  wantThese(numbers) {
    const chunks = new Set(numbers.filter((line) => line <= this.ended).map((line) => Math.floor(line / CHUNK)));
    for (const [chunk, load] of this.loads) {
      if (!chunks.has(chunk)) {
        load.abort();
        this.loads.delete(chunk);
      }
    }
    for (const chunk of chunks) {
      if (this.loads.size >= MAX_LOADS) break;
      const here = this.chunks.get(chunk);
      if (here) {
        this.chunks.delete(chunk); // the last that was wanted stays longest
        this.chunks.set(chunk, here);
      }
      const needed = Math.min(CHUNK, this.ended - chunk * CHUNK);
      if ((here?.lines.length ?? 0) < needed && !this.loads.has(chunk)) this.load(chunk, here);
    }
  }

  async load(chunk, here) {
    const control = new AbortController();
    this.loads.set(chunk, control);
    const have = here?.lines.length ?? 0;
    const first = chunk * CHUNK + have;
    try {
      const answer = await askPatiently(
        logPath(this.pilot, "lines"),
        { First: first, Number: CHUNK - have },
        control.signal,
      );
      if (!answer.lines.length || (this.begins !== null && answer.begins !== this.begins)) throw new Error(CHANGED);
      this.take(chunk, first, answer);
    } catch (error) {
      if (error.name !== "AbortError") this.failed(error);
      return;
    } finally {
      if (this.loads.get(chunk) === control) this.loads.delete(chunk);
    }
    this.changed();
  }

  /** Store the lines of an answer that have their line end; the last one may still grow, and comes by the tail. */
  take(chunk, first, answer) {
    const place = first - chunk * CHUNK;
    const kept = this.chunks.get(chunk) || { lines: [], cut: new Map() };
    if (kept.lines.length !== place) return;
    const sure = answer.lines.slice(0, Math.max(0, this.ended - first));
    kept.lines.push(...sure);
    for (const [at, bytes] of Object.entries(answer.cut)) kept.cut.set(place + Number(at), bytes);
    this.chunks.set(chunk, kept);
    for (const old of this.chunks.keys()) {
      if (this.chunks.size <= MAX_CHUNKS) break;
      this.chunks.delete(old);
    }
  }

  /** Append new text. Return {first, lines}: the lines that are complete now, and the number of the first. */
  append(line, text) {
    if (line !== this.ended) throw new Error(`line ${line} came, ${this.ended} was expected`);
    const parts = text.split("\n");
    const first = this.ended;
    const whole = [];
    for (const part of parts.slice(0, -1)) {
      this.grow(part);
      whole.push(squeezed(this.open, MAX_LINE));
      this.open = "";
    }
    this.grow(parts.at(-1));
    for (const part of whole) this.push(part);
    return { first, lines: whole };
  }

  /** Add text to the unfinished line; the end of a long one stays as it came, as a header may begin there. */
  grow(text) {
    this.open += text;
    if (this.open.length > MAX_OPEN)
      this.open = squeezed(this.open.slice(0, -OVERLAP), MAX_LINE) + this.open.slice(-OVERLAP);
  }

  push(line) {
    const number = Math.floor(this.ended / CHUNK);
    const place = this.ended % CHUNK;
    const kept = this.chunks.get(number);
    if (place === 0 && !kept) this.chunks.set(number, { lines: [line], cut: new Map() });
    else if (kept && kept.lines.length === place) kept.lines.push(line);
    this.ended += 1;
    while (this.chunks.size > MAX_CHUNKS) this.chunks.delete(this.chunks.keys().next().value);
  }

  /** Stop loading. */
  leave() {
    for (const load of this.loads.values()) load.abort();
    this.loads.clear();
  }
}
