import assert from "node:assert/strict";
import test from "node:test";

import { Folding } from "../../../src/PilotLoggingDIRAC/web/static/log/folding.js";
import { rangesOf, Visible } from "../../../src/PilotLoggingDIRAC/web/static/log/visible.js";

const PHASES = [{ line: 2 }, { line: 10 }, { line: 15 }];

function seen(visible) {
  return Array.from({ length: visible.length }, (_, row) => visible.line(row));
}

function folded(...lines) {
  const folding = new Folding();
  folding.take(PHASES);
  for (const line of lines) folding.toggle(line);
  return folding;
}

test("all lines are seen, each in the row of its number, until ranges are chosen", () => {
  let total = 3;
  const visible = new Visible(() => total);
  assert.deepEqual([seen(visible), visible.has(2), visible.row(2)], [[0, 1, 2], true, 2]);
  visible.show([[1, 1]]);
  total = 9;
  assert.deepEqual(seen(visible), [1]);
  visible.show(null);
  assert.equal(visible.length, 9);
});

test("rows and lines of ranges belong together", () => {
  const visible = new Visible(() => 100);
  visible.show([
    [3, 4],
    [10, 10],
    [50, 52],
  ]);
  const lines = [3, 4, 10, 50, 51, 52];
  assert.deepEqual(seen(visible), lines);
  assert.deepEqual(
    lines.map((line) => [visible.row(line), visible.has(line)]),
    lines.map((_, row) => [row, true]),
  );
});

test("a line that is not seen is in the row of the one before it", () => {
  const visible = new Visible(() => 100);
  visible.show([
    [3, 4],
    [10, 10],
  ]);
  assert.deepEqual(
    [0, 5, 9, 11, 99].map((line) => [visible.row(line), visible.has(line)]),
    [
      [0, false],
      [1, false],
      [1, false],
      [2, false],
      [2, false],
    ],
  );
});

test("the last range grows with the log, and no range has no rows", () => {
  let total = 12;
  const visible = new Visible(() => total);
  visible.show([
    [0, 2],
    [10, Infinity],
  ]);
  assert.equal(visible.length, 5);
  total = 20;
  assert.deepEqual([visible.length, visible.line(12)], [13, 19]);
  total = 5;
  assert.equal(visible.length, 3);
  visible.show([]);
  assert.deepEqual([visible.length, visible.row(7), visible.has(7)], [0, 0, false]);
});

test("ranges of lists are sorted, and neighbours are one range", () => {
  assert.deepEqual(rangesOf([9, 3], [4, 20, 9]), [
    [3, 4],
    [9, 9],
    [20, 20],
  ]);
  assert.deepEqual(rangesOf([]), []);
});

test("of a folded command the first line is seen", () => {
  assert.equal(folded().ranges(), null);
  assert.deepEqual(folded(10).ranges(), [
    [0, 10],
    [15, Infinity],
  ]);
  assert.deepEqual(folded(10, 2).ranges(), [
    [0, 2],
    [10, 10],
    [15, Infinity],
  ]);
});

test("the last command is folded up to the end of the log", () => {
  assert.deepEqual(folded(15).ranges(), [[0, 15]]);
  assert.deepEqual([folded().size(15, 40), folded().size(10, 40), folded().size(15, 12)], [24, 4, 0]);
});

test("all are folded, and unfolded, and one that is looked for is shown", () => {
  const folding = folded();
  folding.all(true);
  assert.deepEqual(
    [2, 10, 15].map((line) => folding.isFolded(line)),
    [true, true, true],
  );
  folding.reveal(12);
  assert.deepEqual(
    [2, 10, 15].map((line) => folding.isFolded(line)),
    [true, false, true],
  );
  folding.all(false);
  assert.equal(folding.ranges(), null);
});
