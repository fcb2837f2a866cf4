// The outline of a log: its phases, causes, errors, warnings and gaps by line. The server scans the text that it has; new lines are
// scanned here.

import { askPatiently, logPath } from "../shared/api.js";
import { isGap, phase, pieces } from "../shared/grammar.js";

// a command that begins in one of this many lines at the top is the one that is looked at
const TOP_LINES = 2;

export class Outline {
  constructor(pilot, changed) {
    this.pilot = pilot;
    this.changed = changed;
    this.control = new AbortController();
    this.phases = [];
    this.causes = new Map();
    this.errors = [];
    this.warnings = [];
    this.gaps = [];
    this.moreErrors = false;
    this.done = false;
    this.looked = 0;
    this.later = [];
  }

  async start() {
    while (!this.done) {
      const found = await askPatiently(logPath(this.pilot, "outline"), {}, this.control.signal);
      Object.assign(this, {
        phases: found.phases,
        errors: found.errors,
        warnings: found.warnings,
        gaps: found.gaps,
        moreErrors: found.moreErrors,
      });
      this.causes = byLine(found.causes);
      this.looked = found.lines;
      this.done = found.done;
      this.changed();
    }
    for (const [first, lines] of this.later) this.more(first, lines);
    this.later = [];
  }

  /** Scan new lines. */
  more(first, lines) {
    if (!this.done) {
      this.later.push([first, lines]);
      return;
    }
    lines.forEach((line, place) => {
      const number = first + place;
      if (number < this.looked) return;
      this.looked = number + 1;
      this.note(number, line);
    });
    this.changed();
  }

  /** Note a line; it is in the lists already if the server scanned it before it had ended. */
  note(number, line) {
    const found = pieces(line);
    for (const [kind, lines] of [
      ["error", this.errors],
      ["warn", this.warnings],
    ])
      if (found.some(({ head }) => head?.kind === kind) && lines.at(-1) !== number) lines.push(number);
    const begun = found.flatMap(({ text, earlier }) => [...earlier, text].map(phase).filter(Boolean));
    if (this.phases.at(-1)?.line !== number) this.phases.push(...begun.map((one) => ({ line: number, ...one })));
    if (isGap(line) && this.gaps.at(-1) !== number) this.gaps.push(number);
  }

  leave() {
    this.control.abort();
  }
}

/** Return the causes of a failure, likeliest first, by their lines. */
function byLine(causes = []) {
  const lines = new Map();
  causes.forEach((cause, place) => {
    const there = lines.get(cause.line) ?? [];
    if (!there.some(({ code }) => code === cause.code)) lines.set(cause.line, [...there, { ...cause, place }]);
  });
  return lines;
}

/**
 * Return the place in `phases` of the one that is looked at: that of the chosen line if it is visible, else that of the
 * first visible lines; -1 before the first.
 */
export function currentPhase(phases, first, last, chosen) {
  const isSeen = chosen !== null && chosen >= first && chosen <= last;
  const line = isSeen ? chosen : first + TOP_LINES;
  return phases.findLastIndex((phase) => phase.line <= line);
}
