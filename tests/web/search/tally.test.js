import assert from "node:assert/strict";
import test from "node:test";

import { Tally } from "../../../src/PilotLoggingDIRAC/web/static/search/tally.js";

const MINUTE = 60000;
const START = Date.parse("2026-11-21T08:00:00Z");

function hit(stamp, site, minutes = 0, more = {}) {
  const time = new Date(START + minutes * MINUTE).toISOString();
  return { vo: "alpha", stamp, site, ce: `ce.${site}`, host: "", line: 1, text: "x", time, ...more };
}

function tally(...hits) {
  const found = new Tally();
  found.add(hits);
  return found;
}

test("values are counted by pilots and lines, the one with most pilots first", () => {
  const found = tally(hit("a", "X"), hit("a", "X"), hit("a", "X"), hit("b", "Y"), hit("c", "Y"), hit("d", ""));
  assert.deepEqual(found.groups("site"), [
    { value: "Y", lines: 2, pilots: 2 },
    { value: "X", lines: 3, pilots: 1 },
    { value: "", lines: 1, pilots: 1 },
  ]);
});

test("a choice leaves the hits of one value, and the figures of its own kind", () => {
  const found = tally(hit("a", "X"), hit("b", "Y"), hit("c", "Y"));
  found.choose("site", "X");
  assert.deepEqual(
    found.pilots().map(([first]) => first.stamp),
    ["a"],
  );
  assert.deepEqual(
    found.groups("ce").map(({ value }) => value),
    ["ce.X"],
  );
  assert.equal(found.groups("site").length, 2);
  found.choose("site", "X");
  assert.equal(found.left().length, 3);
});

test("bars cover all times with equal widths, and a chosen one leaves its hits", () => {
  const found = tally(hit("a", "X", 3), hit("b", "X", 3), hit("c", "X", 20));
  const bins = found.bins();
  assert.deepEqual(
    bins
      .filter(({ lines }) => lines)
      .map(({ from, to, lines }) => [(from - START) / MINUTE, (to - from) / MINUTE, lines]),
    [
      [3, 1, 2],
      [20, 1, 1],
    ],
  );
  assert.equal(bins.length, 18);
  found.within(bins[0].from, bins[0].to);
  assert.deepEqual([found.left().length, found.bins().length], [2, 18]);
  found.within(bins[0].from, bins[0].to);
  assert.equal(found.left().length, 3);
});

test("bars are few, however long the time is", () => {
  for (const minutes of [1, 100, 10_000, 1_000_000, 100_000_000]) {
    const bins = tally(hit("a", "X"), hit("b", "X", minutes)).bins();
    assert.ok(bins.length <= 60, `${bins.length} bars for ${minutes} minutes`);
    assert.equal(
      bins.reduce((sum, { lines }) => sum + lines, 0),
      2,
    );
  }
  assert.deepEqual(tally().bins(), []);
});

test("pilots come in the order in which they were found, with all their lines", () => {
  const found = tally(hit("b", "X"), hit("a", "X"), hit("b", "X"));
  assert.deepEqual(
    found.pilots().map((hits) => [hits[0].stamp, hits.length]),
    [
      ["b", 2],
      ["a", 1],
    ],
  );
});
