import assert from "node:assert/strict";
import test from "node:test";

import { logsOf, ofCause, searchOf, spanOf } from "../../../src/PilotLoggingDIRAC/web/static/overview/links.js";
import { visit } from "../surroundings.js";

const TIME = { from: "2026-11-25T09:00:00Z", to: "2026-11-26T09:00:00Z" };
const WHEN = "since=from&FromDate=2026-11-25T09%3A00&ToDate=2026-11-26T09%3A00";

test.beforeEach(() => visit("/pilotlogs/"));

test("a figure leads to the list with its filters and its time", () => {
  assert.equal(
    logsOf(TIME, { Site: "A.b", Outcome: ["failed", "killed"] }),
    `/pilotlogs/logs?Site=A.b&Outcome=failed&Outcome=killed&${WHEN}`,
  );
  assert.equal(searchOf(TIME, { Site: "A.b" }), `/pilotlogs/search?Site=A.b&${WHEN}`);
});

test("the group goes with it", () => {
  visit("/pilotlogs/?group=g");
  assert.equal(logsOf(TIME), `/pilotlogs/logs?group=g&${WHEN}`);
});

test("an unknown site can't be a filter, so it has no list", () => {
  assert.equal(logsOf(TIME, { Site: "" }), null);
});

test("pilots without a known cause are those that failed", () => {
  assert.deepEqual(ofCause("none"), { Cause: "none", Outcome: ["failed", "killed"] });
  assert.deepEqual(ofCause("disk-full"), { Cause: "disk-full", Outcome: ["failed", "killed", "unknown"] });
});

test("a span of the figures has its own time", () => {
  const found = { from: TIME.from, seconds: 3600 };
  assert.deepEqual(spanOf(found, 2), { from: "2026-11-25T11:00:00.000Z", to: "2026-11-25T12:00:00.000Z" });
});
