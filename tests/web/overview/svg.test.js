import assert from "node:assert/strict";
import test from "node:test";

import { stacked } from "../../../src/PilotLoggingDIRAC/web/static/overview/svg.js";

const NAMES = ["failed", "killed", "succeeded"];

test("numbers are stacked from the ground line, as high as their share of the most", () => {
  const found = stacked({ failed: 50, killed: 0, succeeded: 50 }, NAMES, 100);
  assert.deepEqual(
    found.map(({ name, y, height }) => [name, y, height]),
    [
      ["failed", 50, 50],
      ["succeeded", 0, 50],
    ],
  );
});

test("a single failure among thousands is seen, and nothing leaves the chart", () => {
  const found = stacked({ failed: 1, killed: 1, succeeded: 9998 }, NAMES, 10_000);
  assert.ok(found[0].height >= 3);
  assert.ok(found.at(-1).y >= -0.001, `${found.at(-1).y}`);
  assert.deepEqual(stacked({ failed: 0 }, NAMES, 0), []);
});
