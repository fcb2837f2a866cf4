import assert from "node:assert/strict";
import test from "node:test";

import { SearchRun } from "../../../src/PilotLoggingDIRAC/web/static/search/run.js";
import { Tally } from "../../../src/PilotLoggingDIRAC/web/static/search/tally.js";
import { serve, visit } from "../surroundings.js";

const HIT = {
  vo: "alpha",
  stamp: "abc",
  site: "X",
  ce: "",
  host: "",
  line: 3,
  text: "x",
  time: "2026-11-21T08:00:00Z",
};

const found = (cursor, more = {}) => ({
  kind: "found",
  hits: [HIT],
  cursor,
  logs: 1,
  bytes: 10,
  extent: null,
  unreadable: [],
  ...more,
});
const end = (why, cursor = "") => ({ kind: "end", why, cursor });
const answer = (...objects) => [200, objects.map((one) => `${JSON.stringify(one)}\n`).join("")];

function searching(values = { Pattern: "x" }) {
  return new SearchRun(values, new Tally(), () => {});
}

test.beforeEach(() => visit("/pilotlogs/search"));

test("answers are taken as they come, up to the end", async (t) => {
  const requests = await serve(
    t,
    answer(found("c1", { extent: { here: [2, 40] } }), { kind: "beat" }, found(""), end("all")),
  );
  const run = searching();
  const shares = [];
  run.changed = () => shares.push(run.share);
  await run.go();
  assert.deepEqual([run.tally.hits.length, run.logs, run.bytes, run.why, run.more], [2, 2, 20, "all", false]);
  assert.deepEqual(
    [requests.length, requests[0].path, requests[0].values],
    [1, "/pilotlogs/api/search", { Pattern: "x", Cursor: "" }],
  );
  assert.deepEqual([shares[0], shares[1], shares.at(-1)], [null, 0.25, 1]);
});

test("what a bound has ended goes on from where it was", async (t) => {
  const requests = await serve(t, answer(found("c1"), end("time", "c1")), answer(found(""), end("all")));
  const run = searching();
  await run.go();
  assert.deepEqual([run.why, run.more, run.tally.hits.length], ["time", true, 1]);
  await run.go();
  assert.deepEqual([run.why, run.more, run.tally.hits.length, requests[1].values.Cursor], ["all", false, 2, "c1"]);
});

test("a stream that breaks off goes on behind its last answer", async (t) => {
  const cut = (response) => {
    response.writeHead(200);
    response.write(`${JSON.stringify(found("c1"))}\n`, () => response.destroy());
  };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const requests = await serve(t, cut, answer(found(""), end("all")));
  const run = searching();
  const done = run.go();
  while (requests.length < 2) {
    t.mock.timers.tick(2000);
    await new Promise(setImmediate);
  }
  await done;
  assert.deepEqual([run.tally.hits.length, run.why, requests[1].values.Cursor], [2, "all", "c1"]);
});

test("a stream that breaks off behind its last hits has ended, and nothing is asked again", async (t) => {
  const cut = (response) => {
    response.writeHead(200);
    response.write(`${JSON.stringify(found("c1"))}\n${JSON.stringify(found(""))}\n`, () => response.destroy());
  };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const requests = await serve(t, cut, answer(found(""), end("all")));
  const run = searching();
  const done = run.go();
  while (run.busy) {
    t.mock.timers.tick(2000);
    await new Promise(setImmediate);
  }
  await done;
  assert.deepEqual([requests.length, run.tally.hits.length, run.why, run.more], [1, 2, "all", false]);
});

test("a refusal ends the search with the server's words", async (t) => {
  await serve(t, [400, { error: "Not a regular expression" }]);
  const run = searching();
  await run.go();
  assert.deepEqual([run.why, run.busy, run.more], ["Not a regular expression", false, false]);
});

test("a search that is stopped says so, and goes on when it is wanted", async (t) => {
  const endless = (response) => {
    response.writeHead(200);
    response.write(`${JSON.stringify(found("c1"))}\n`);
  };
  await serve(t, endless, answer(found(""), end("all")));
  const run = searching();
  run.changed = () => run.tally.hits.length === 1 && run.stop();
  await run.go();
  assert.deepEqual([run.why, run.more], ["stopped", true]);
  run.changed = () => {};
  await run.go();
  assert.deepEqual([run.why, run.tally.hits.length], ["all", 2]);
});
