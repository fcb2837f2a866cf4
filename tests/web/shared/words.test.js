import assert from "node:assert/strict";
import test from "node:test";

import { ago, bytes, count, duration, hasFailed } from "../../../src/PilotLoggingDIRAC/web/static/shared/words.js";

test("sizes have at most three digits and a decimal unit", () => {
  const texts = [0, 999, 1000, 9949, 10000, 104857600, 5e9, 7e15].map(bytes);
  assert.deepEqual(texts, ["0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "105 MB", "5.0 GB", "7000 TB"]);
});

test("counts have a narrow space before each three digits", () => {
  assert.deepEqual([0, 123, 1234, 1234567].map(count), ["0", "123", "1\u202f234", "1\u202f234\u202f567"]);
});

test("durations are given in the unit that fits", () => {
  const texts = [0.44, 9.9, 12, 119, 180, 5400, 172799, 172800].map(duration);
  assert.deepEqual(texts, ["0.4 s", "9.9 s", "12 s", "119 s", "3 min", "2 h", "48 h", "2 d"]);
});

test("times are told relative to the clock that is given", () => {
  const now = Date.parse("2026-11-21T08:10:11Z");
  assert.equal(ago("2026-11-21T08:10:10Z", now), "just now");
  assert.equal(ago("2026-11-21T08:07:11Z", now), "3 min ago");
});

test("a pilot has failed with any code but 0; one without a code has not", () => {
  assert.deepEqual(
    [null, "", "0", "1", "x"].map((returnCode) => hasFailed({ returnCode })),
    [false, false, false, true, true],
  );
});
