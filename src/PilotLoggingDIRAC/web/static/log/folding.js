// Commands of a pilot that are folded: their first lines are seen, the lines after them are not.

export class Folding {
  constructor() {
    this.phases = [];
    this.places = new Map();
    this.folded = new Set();
  }

  /** Take the commands as they are known now. */
  take(phases) {
    this.phases = phases;
    this.places = new Map(phases.map((phase, place) => [phase.line, place]));
  }

  /** Return whether a command begins in a line. */
  begins(line) {
    return this.places.has(line);
  }

  isFolded(line) {
    return this.folded.has(line);
  }

  /** Number of lines after a command's first, of so many lines in all. */
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

  /** Unfold the command that a line is in. */
  reveal(line) {
    const phase = this.phases.findLast((one) => one.line <= line);
    if (phase) this.folded.delete(phase.line);
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
