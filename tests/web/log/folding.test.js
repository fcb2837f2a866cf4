import assert from "node:assert/strict";
import test from "node:test";

import { Folding } from "../../../src/PilotLoggingDIRAC/web/static/log/folding.js";

function folding(...phases) {
  const found = new Folding();
  found.take(phases.map(([line, outcome, within = ""]) => ({ line, outcome, within })));
  return found;
}

test("of a failed pilot what failed stays open, and the rest is folded", () => {
  const found = folding([0, "good"], [10, "good"], [20, "failed"]);
  assert.equal(found.leaveFailed(), true);
  assert.deepEqual(found.ranges(), [
    [0, 0],
    [10, 10],
    [20, Infinity],
  ]);
});

test("nothing is folded where nobody tells what failed", () => {
  const found = folding([0], [10]);
  assert.equal(found.leaveFailed(), false);
  assert.equal(found.ranges(), null);
});

test("a part of a command is folded with it, and has no fold of its own", () => {
  const found = folding([0, "good"], [10, "failed"], [15, "good", "LaunchAgent"], [18, "failed", "LaunchAgent"]);
  assert.equal(found.begins(15), false);
  assert.equal(found.holder(18), 10);
  found.toggle(10);
  assert.deepEqual(found.ranges(), [[0, 10]]);
  found.reveal(18);
  assert.equal(found.ranges(), null);
});

test("a command of one line has nothing to fold, until more lines come", () => {
  const found = folding([0], [1]);
  assert.equal(found.folds(0, 2), false);
  assert.equal(found.folds(1, 2), false);
  assert.equal(found.folds(1, 3), true);
});
