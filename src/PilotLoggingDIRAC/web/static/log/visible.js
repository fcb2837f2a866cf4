// Which lines are seen, and in which row: all of them, or ranges of them when commands are folded or levels left out.

export class Visible {
  /** `total()` is the number of lines of the log. */
  constructor(total) {
    this.total = total;
    this.ranges = null;
  }

  /** Show only these ranges, [first, last] each, in their order; null shows all. The last one may end at Infinity. */
  show(ranges) {
    let row = 0;
    this.ranges = ranges?.map(([first, last]) => {
      const range = { first, last, row };
      row += last - first + 1;
      return range;
    });
  }

  /** Number of rows. */
  get length() {
    if (!this.ranges) return this.total();
    const end = this.ranges.at(-1);
    if (!end) return 0;
    return end.row + Math.max(0, Math.min(end.last, this.total() - 1) - end.first + 1);
  }

  /** Return the line in a row. */
  line(row) {
    if (!this.ranges) return row;
    const range = this.find((one) => one.row <= row) ?? this.ranges[0];
    return range ? range.first + row - range.row : 0;
  }

  /** Return the row of a line, or of the nearest one before it that is seen. */
  row(line) {
    if (!this.ranges) return line;
    const range = this.find((one) => one.first <= line);
    return range ? range.row + Math.min(line, range.last) - range.first : 0;
  }

  /** Return whether a line is seen. */
  has(line) {
    if (!this.ranges) return true;
    const range = this.find((one) => one.first <= line);
    return Boolean(range) && line <= range.last;
  }

  /** Return the last range for which `holds` is true; it is true up to some range, and false from there on. */
  find(holds) {
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.ranges[middle])) low = middle + 1;
      else high = middle;
    }
    return this.ranges[low - 1];
  }
}

/** Return the ranges of lines of several sorted lists. */
export function rangesOf(...lists) {
  const ranges = [];
  for (const line of lists.flat().sort((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last && line <= last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}
