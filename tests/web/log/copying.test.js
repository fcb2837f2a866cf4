import assert from "node:assert/strict";
import test from "node:test";

import { textOf } from "../../../src/PilotLoggingDIRAC/web/static/log/copying.js";
import { serve, visit } from "../surroundings.js";

const PILOT = { vo: "alpha", stamp: "abc" };

test.beforeEach(() => visit("/pilotlogs/"));

test("lines are copied whole, however many answers they come in", async (t) => {
  const requests = await serve(t, [200, { lines: ["one", "two"], cut: {} }], [200, { lines: ["three"], cut: {} }]);
  assert.equal(await textOf(PILOT, 4, 6), "one\ntwo\nthree\n");
  assert.deepEqual(
    requests.map(({ values }) => [values.First, values.Number]),
    [
      ["4", "3"],
      ["6", "1"],
    ],
  );
});

test("lines that are gone end the copy", async (t) => {
  await serve(t, [200, { lines: ["one"], cut: {} }], [200, { lines: [], cut: {} }]);
  assert.equal(await textOf(PILOT, 0, 9), "one\n");
});
