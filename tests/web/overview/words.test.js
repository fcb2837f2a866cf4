import assert from "node:assert/strict";
import test from "node:test";

import { changes, percent, rate, step, trend } from "../../../src/PilotLoggingDIRAC/web/static/overview/words.js";

function place(name, ended, failed, before) {
  return { name, ended, failed, before: { ended: before[0], failed: before[1] } };
}

test("a rate is that of the pilots that ended, and none without such", () => {
  assert.equal(percent(rate({ ended: 8, failed: 2 })), "25 %");
  assert.equal(percent(rate({ ended: 1000, failed: 12 })), "1.2 %");
  assert.equal(percent(rate({ ended: 0, failed: 0 })), "–");
  assert.equal(percent(0), "0 %");
});

test("a trend says by how much, and which way", () => {
  assert.equal(trend({ ended: 10, failed: 5 }, { ended: 10, failed: 1 }), "▲ 40 points, was 10 %");
  assert.equal(trend({ ended: 10, failed: 1 }, { ended: 10, failed: 5 }), "▼ 40 points, was 50 %");
  assert.equal(trend({ ended: 10, failed: 1 }, { ended: 0, failed: 0 }), "none a week before");
  assert.equal(trend({ ended: 0, failed: 0 }, { ended: 10, failed: 5 }), "");
});

test("steps of a colour begin with the first pilot and end with the most", () => {
  assert.deepEqual(
    [0, 1, 10, 500, 1000].map((value) => step(value, 1000)),
    [0, 1, 1, 4, 5],
  );
  assert.equal(step(1, 1), 5);
});

test("of pilots that are not all counted, rates are compared and numbers are not", () => {
  const sites = { rows: [place("worse", 100, 80, [100, 5])] };
  const causes = { rows: [{ code: "disk-full", name: "Disk full", logs: 12, before: 2 }] };
  const kinds = (sampled) => changes({ sites, causes, sampled }).map(({ kind }) => kind);
  assert.deepEqual(kinds(0), ["site", "cause"]);
  assert.deepEqual(kinds(10), ["site"]);
});

test("what changed most stands first, small numbers and small changes are left out", () => {
  const sites = {
    rows: [
      place("worse", 100, 80, [100, 5]),
      place("same", 100, 6, [100, 5]),
      place("few", 2, 2, [100, 0]),
      place("better", 20, 0, [10, 5]),
    ],
  };
  const causes = {
    rows: [
      { code: "disk-full", name: "Disk full", logs: 12, before: 0 },
      { code: "other", name: "Other", logs: 12, before: 10 },
      { code: "none", name: "", logs: 2, before: 2 },
    ],
  };
  const told = changes({ sites, causes });
  assert.deepEqual(
    told.map(({ kind, name, worse }) => [kind, name, worse]),
    [
      ["site", "worse", true],
      ["cause", "Disk full", true],
      ["site", "better", false],
    ],
  );
  assert.equal(told[0].text, "80 % of 100 failed, 5.0 % a week before");
  assert.equal(told[1].text, "12 pilots, none a week before");
});
