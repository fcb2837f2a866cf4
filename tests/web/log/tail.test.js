// The live tail, with a stand-in for the browser's EventSource: the test says which events come.

import assert from "node:assert/strict";
import test from "node:test";

import { Tail } from "../../../src/PilotLoggingDIRAC/web/static/log/tail.js";
import { serve, visit } from "../surroundings.js";

const SECOND = 1000;
const sources = [];

class Source extends EventTarget {
  static CONNECTING = 0;
  static CLOSED = 2;

  constructor(address) {
    super();
    this.cursor = new URL(address, globalThis.location).searchParams.get("Cursor");
    this.readyState = Source.CONNECTING;
    sources.push(this);
  }

  tell(name, data, lastEventId) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }));
  }

  fail(readyState) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }

  close() {
    this.readyState = Source.CLOSED;
  }
}

/** Return a tail from the beginning, and the list of all that it told. */
function tail(t) {
  const told = [];
  const found = new Tail({ vo: "alpha", stamp: "abc" }, "begin", {
    text: (line, text, lastSeen) => told.push(["text", line, text, lastSeen]),
    standing: (log) => told.push(["standing", log]),
    link: (state) => told.push(["link", state]),
    refused: (error) => told.push(["refused", error.status]),
  });
  t.after(() => found.leave());
  return { found, told };
}

/** Hide the page, or show it. */
function show(visible) {
  globalThis.document.hidden = !visible;
  globalThis.document.dispatchEvent(new Event("visibilitychange"));
}

test.beforeEach((t) => {
  visit("/pilotlogs/log/alpha/abc");
  globalThis.document = new EventTarget();
  globalThis.EventSource = Source;
  sources.length = 0;
  t.mock.timers.enable({ apis: ["setTimeout"] });
});

test("text and standing are told as they come", (t) => {
  const { told } = tail(t);
  sources[0].tell("text", { line: 4, text: "five\n", lastSeen: "now" }, "c1");
  sources[0].tell("standing", { State: "Complete" });
  assert.deepEqual(told, [
    ["link", "live"],
    ["text", 4, "five\n", "now"],
    ["link", "live"],
    ["standing", { State: "Complete" }],
  ]);
});

test("a lost connection continues after the last text", (t) => {
  const { told } = tail(t);
  sources[0].tell("text", { line: 0, text: "one\n" }, "c1");
  sources[0].fail(Source.CLOSED);
  assert.deepEqual(told.at(-1), ["link", "cut"]);
  t.mock.timers.tick(SECOND);
  assert.deepEqual(
    sources.map((source) => source.cursor),
    ["begin", "c1"],
  );
});

test("tries are further and further apart, up to ten seconds, until one succeeds", (t) => {
  tail(t);
  for (const seconds of [1, 2, 5, 10, 10]) {
    const before = sources.length;
    sources.at(-1).fail(Source.CLOSED);
    t.mock.timers.tick(seconds * SECOND - 1);
    assert.equal(sources.length, before);
    t.mock.timers.tick(1);
    assert.equal(sources.length, before + 1);
  }
  sources.at(-1).tell("beat");
  sources.at(-1).fail(Source.CLOSED);
  t.mock.timers.tick(SECOND);
  assert.equal(sources.length, 7);
});

test("who is refused is told so, and there is no further try", async (t) => {
  for (const status of [401, 403, 404]) {
    const requests = await serve(t, [status, { error: "no" }]);
    const { found, told } = tail(t);
    const before = sources.length;
    sources.at(-1).fail(Source.CLOSED);
    await new Promise((done) => (found.told.refused = (error) => done(told.push(["refused", error.status]))));
    assert.deepEqual(told.slice(-2), [
      ["link", "refused"],
      ["refused", status],
    ]);
    t.mock.timers.tick(60 * SECOND);
    show(true);
    assert.deepEqual([sources.length, requests[0].path], [before, "/pilotlogs/api/log/alpha/abc/lines"]);
  }
});

test("a server that is busy, or away, is tried again", async (t) => {
  tail(t);
  const requests = await serve(t, [503, { error: "later" }]);
  sources[0].fail(Source.CLOSED);
  while (!requests.length) await new Promise(setImmediate);
  t.mock.timers.tick(SECOND);
  assert.equal(sources.length, 2);
});

test("the browser's own new try is waited for", (t) => {
  const { told } = tail(t);
  sources[0].fail(Source.CONNECTING);
  t.mock.timers.tick(30 * SECOND);
  assert.deepEqual([sources.length, told], [1, [["link", "cut"]]]);
});

test("a connection that is silent for 40 s is lost, one that beats is not", (t) => {
  tail(t);
  t.mock.timers.tick(39 * SECOND);
  sources[0].tell("beat");
  t.mock.timers.tick(39 * SECOND);
  assert.equal(sources[0].readyState, Source.CONNECTING);
  t.mock.timers.tick(SECOND);
  assert.equal(sources[0].readyState, Source.CLOSED);
  t.mock.timers.tick(SECOND);
  assert.equal(sources.length, 2);
});

test("an error of a connection that was given up is no matter", (t) => {
  const { told } = tail(t);
  sources[0].fail(Source.CLOSED);
  t.mock.timers.tick(SECOND);
  sources[1].tell("beat");
  sources[0].fail(Source.CLOSED);
  assert.deepEqual(told.at(-1), ["link", "live"]);
});

test("a page that is hidden for 30 s is disconnected, and catches up when it is seen", (t) => {
  const { told } = tail(t);
  sources[0].tell("text", { line: 0, text: "one\n" }, "c1");
  show(false);
  t.mock.timers.tick(30 * SECOND);
  assert.deepEqual([sources[0].readyState, told.at(-1)], [Source.CLOSED, ["link", "paused"]]);
  t.mock.timers.tick(600 * SECOND);
  assert.equal(sources.length, 1);
  show(true);
  assert.deepEqual([sources.length, sources[1].cursor], [2, "c1"]);
});

test("a page that is hidden for a moment stays connected", (t) => {
  tail(t);
  show(false);
  t.mock.timers.tick(29 * SECOND);
  show(true);
  t.mock.timers.tick(2 * SECOND);
  assert.deepEqual([sources.length, sources[0].readyState], [1, Source.CONNECTING]);
});

test("a tail that was left connects no more", (t) => {
  const { found } = tail(t);
  sources[0].fail(Source.CLOSED);
  found.leave();
  t.mock.timers.tick(60 * SECOND);
  show(true);
  assert.equal(sources.length, 1);
});
