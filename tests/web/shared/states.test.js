import assert from "node:assert/strict";
import test from "node:test";

import { selection } from "../../../src/PilotLoggingDIRAC/web/static/shared/filters.js";
import { capital, OUTCOMES, STATES } from "../../../src/PilotLoggingDIRAC/web/static/shared/states.js";

test("a name begins with a capital", () => {
  assert.deepEqual(["failed (code 3)", "", "Kept"].map(capital), ["Failed (code 3)", "", "Kept"]);
});

test("outcomes and states in the address are sent to the server", () => {
  const query = new URLSearchParams("Outcome=failed&Outcome=killed&State=Kept&Job=12&Host=wn1&User=ann&Name=abc");
  const values = selection(query);
  assert.deepEqual(values, {
    Outcome: ["failed", "killed"],
    State: ["Kept"],
    Job: ["12"],
    Host: ["wn1"],
    User: ["ann"],
    Name: ["abc"],
  });
});

test("each outcome and state has a meaning", () => {
  assert.ok([...Object.values(OUTCOMES), ...Object.values(STATES)].every((meaning) => meaning.length > 3));
});
