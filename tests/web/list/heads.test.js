import assert from "node:assert/strict";
import test from "node:test";

import { nextOrder } from "../../../src/PilotLoggingDIRAC/web/static/list/heads.js";

test("a heading sorts by its column, the most first, and a second click turns that round", () => {
  assert.equal(nextOrder("-LastSeen", "NumberOfBytes"), "-NumberOfBytes");
  assert.equal(nextOrder("-NumberOfBytes", "NumberOfBytes"), "NumberOfBytes");
  assert.equal(nextOrder("NumberOfBytes", "NumberOfBytes"), "-NumberOfBytes");
});
