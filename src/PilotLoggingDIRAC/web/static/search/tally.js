// The hits of a search, counted: by site, CE and host, and over time.

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const WIDTHS = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  168 * HOUR,
];
const MAX_BINS = 60;

export class Tally {
  constructor() {
    this.hits = [];
    this.chosen = {};
    this.range = null;
  }

  /** Take more hits: {vo, stamp, site, ce, host, line, text, time}. */
  add(hits) {
    for (const hit of hits) this.hits.push({ ...hit, at: Date.parse(hit.time) });
  }

  /** Leave only the hits of one value of "site", "ce" or "host"; the same value again leaves all. */
  choose(by, value) {
    if (this.chosen[by] === value) delete this.chosen[by];
    else this.chosen[by] = value;
  }

  /** Leave only the hits of a time from `from` to `to` (milliseconds); the same again leaves all. */
  within(from, to) {
    const isSame = this.range?.from === from && this.range.to === to;
    this.range = isSame ? null : { from, to };
  }

  /** Return the hits that the choices leave; those `but` one choice, for the figures among which it is made. */
  left(but = "") {
    const named = Object.entries(this.chosen).filter(([by]) => by !== but);
    const range = but === "time" ? null : this.range;
    return this.hits.filter(
      (hit) =>
        named.every(([by, value]) => hit[by] === value) && (!range || (hit.at >= range.from && hit.at < range.to)),
    );
  }

  /** Return {value, lines, pilots} of each site, CE or host, the one with most pilots first. */
  groups(by) {
    const found = new Map();
    for (const hit of this.left(by)) {
      const group = found.get(hit[by]) ?? { value: hit[by], lines: 0, pilots: new Set() };
      group.lines += 1;
      group.pilots.add(nameOf(hit));
      found.set(hit[by], group);
    }
    return [...found.values()]
      .map((group) => ({ ...group, pilots: group.pilots.size }))
      .sort((one, other) => other.pilots - one.pilots || other.lines - one.lines || (one.value < other.value ? -1 : 1));
  }

  /** Return {from, to, lines} of equal times, the earliest first, as many as fit. */
  bins() {
    const hits = this.left("time");
    if (!hits.length) return [];
    let [first, last] = [Infinity, -Infinity];
    for (const { at } of hits) {
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
    const width =
      WIDTHS.find((one) => (last - first) / one < MAX_BINS - 1) ?? Math.ceil((last - first) / (MAX_BINS - 2));
    const start = Math.floor(first / width) * width;
    const bins = Array.from({ length: Math.floor((last - start) / width) + 1 }, (_, place) => {
      const from = start + place * width;
      return { from, to: from + width, lines: 0 };
    });
    for (const { at } of hits) bins[Math.floor((at - start) / width)].lines += 1;
    return bins;
  }

  /** Return the hits that are left by pilot, in the order in which they were found. */
  pilots() {
    const found = new Map();
    for (const hit of this.left()) {
      const name = nameOf(hit);
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(hit);
    }
    return [...found.values()];
  }
}

function nameOf(hit) {
  return `${hit.vo}/${hit.stamp}`;
}
