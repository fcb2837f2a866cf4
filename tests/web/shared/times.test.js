import assert from "node:assert/strict";
import test from "node:test";

import { prefer, preference } from "../../../src/PilotLoggingDIRAC/web/static/shared/preferences.js";
import { lineTime, moment } from "../../../src/PilotLoggingDIRAC/web/static/shared/times.js";

test.beforeEach(() => {
  process.env.TZ = "Asia/Kolkata";
  prefer("zone", "utc");
});

test("a moment is shown to the second, and says that it is UTC", () => {
  assert.equal(moment("2026-11-21T08:10:11.123Z"), "2026-11-21 08:10:11 UTC");
  assert.equal(lineTime("2026-11-21T08:10:11.123456Z"), "2026-11-21T08:10:11.123456Z");
});

test("in the reader's zone it has the difference to UTC, and the day of that zone", () => {
  prefer("zone", "local");
  assert.equal(moment("2026-11-21T20:10:11.123Z"), "2026-11-22 01:40:11 +05:30");
  process.env.TZ = "America/New_York";
  assert.equal(moment("2026-11-21T02:10:11Z"), "2026-11-20 21:10:11 -05:00");
});

test("times of lines keep their form in the reader's zone", () => {
  prefer("zone", "local");
  assert.equal(lineTime("2026-11-21T08:10:11.123456Z"), "2026-11-21T13:40:11.123456+05:30");
  assert.equal(lineTime("2026-11-21 08:10:11 UTC"), "2026-11-21 13:40:11+05:30");
});

test("a time that does not say its zone stays as it is", () => {
  prefer("zone", "local");
  assert.equal(lineTime("2026-11-21 08:10:11,123"), "2026-11-21 08:10:11,123");
});

test("a choice that nobody knows is the default, and without a storage choices are kept by the page", () => {
  prefer("theme", "purple");
  assert.equal(preference("theme"), "system");
  prefer("theme", "dark");
  assert.equal(preference("theme"), "dark");
});
