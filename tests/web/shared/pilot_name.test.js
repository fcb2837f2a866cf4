import assert from "node:assert/strict";
import test from "node:test";

import { kindOf, named } from "../../../src/PilotLoggingDIRAC/web/static/shared/pilot_name.js";

test("what is typed tells what it is", () => {
  const kinds = {
    "": "",
    93221: "Job",
    4294967295: "Job",
    917157540422: "Name",
    "0123456789abcdef0123456789abcdef": "PilotStamp",
    "0123abc": "Name",
    "htcondorce://ce01.example.org/40000.0": "PilotReference",
    "ce01.example.org/40000": "Name",
    "wn012.farm.example": "Host",
    wn012: "Host",
    alice: "User",
  };
  for (const [text, kind] of Object.entries(kinds)) assert.equal(kindOf(text), kind, text);
});

test("a query names a pilot by one of them, or by none", () => {
  assert.deepEqual(named(new URLSearchParams("Job=12&Site=X")), ["Job", "12"]);
  assert.deepEqual(named(new URLSearchParams("Site=X&Job=")), ["", ""]);
});
