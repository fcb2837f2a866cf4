// Commands of a pilot that are folded: their first lines are seen, the lines after them are not.

/** Return whether a phase did not end well, by the outcome that its diagnosis tells. */
export function isBad(outcome) {
  return outcome === "failed" || outcome === "cut off";
}

export class Folding {
  constructor() {
    this.phases = [];
    this.places = new Map();
    this.folded = new Set();
  }

  /** Take the commands as they are known now; what is a part of one is folded with it. */
  take(all) {
    const phases = all.filter((phase) => !phase.within);
    this.phases = phases;
    this.places = new Map(phases.map((phase, place) => [phase.line, place]));
  }

  /** Return whether a command begins in a line. */
  begins(line) {
    return this.places.has(line);
  }

  /** Return whether a command begins in a line that has lines to fold, of `total` lines in all. */
  folds(line, total) {
    return this.begins(line) && this.size(line, total) > 0;
  }

  isFolded(line) {
    return this.folded.has(line);
  }

  /** Number of lines after a command's first, of `total` lines in all. */
  size(line, total) {
    return Math.max(0, Math.min(this.end(line), total) - line - 1);
  }

  /** The line at which the next command begins; Infinity for the last command. */
  end(line) {
    return this.phases[this.places.get(line) + 1]?.line ?? Infinity;
  }

  /** Fold the command that begins in a line, or unfold it. */
  toggle(line) {
    if (!this.folded.delete(line)) this.folded.add(line);
  }

  /** Fold all commands, or unfold all. */
  all(isFolded) {
    this.folded = new Set(isFolded ? this.places.keys() : []);
  }

  /** Fold all commands but those that did not end well, if there are such. Return whether any was folded. */
  leaveFailed() {
    const failed = this.phases.filter((phase) => isBad(phase.outcome));
    if (!failed.length) return false;
    this.all(true);
    for (const { line } of failed) this.folded.delete(line);
    return this.folded.size > 0;
  }

  /** Return the line at which the command begins that a line is in, undefined before the first. */
  holder(line) {
    return this.phases.findLast((one) => one.line <= line)?.line;
  }

  /** Unfold the command that a line is in. */
  reveal(line) {
    this.folded.delete(this.holder(line));
  }

  /** Return the ranges of lines that are seen; null if all are. */
  ranges() {
    const ranges = [];
    let from = 0;
    for (const line of [...this.folded].filter((one) => this.begins(one)).sort((one, other) => one - other)) {
      ranges.push([from, line]);
      from = this.end(line);
    }
    if (!ranges.length) return null;
    if (from < Infinity) ranges.push([from, Infinity]);
    return ranges;
  }
}
