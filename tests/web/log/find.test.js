import assert from "node:assert/strict";
import test from "node:test";

import { Find, nextOf } from "../../../src/PilotLoggingDIRAC/web/static/log/find.js";
import { serve, visit } from "../surroundings.js";

const PILOT = { vo: "alpha", stamp: "abc" };
const MAX_HITS = 20000;

/** Return a search, and the list of what it showed: [hits, busy] at each change. */
function searching() {
  const shown = [];
  const find = new Find(PILOT, () => shown.push([find.hits.length, find.busy]));
  return { find, shown };
}

test.beforeEach(() => visit("/pilotlogs/"));

test("a log is searched part by part to its end, and hits are shown as they come", async (t) => {
  const requests = await serve(t, [200, { hits: [3, 8], next: 100 }], [200, { hits: [120], next: null }]);
  const { find, shown } = searching();
  await find.start("Error");
  assert.deepEqual(
    requests.map(({ path, values }) => [path, values.Text, values.First]),
    [
      ["/pilotlogs/api/log/alpha/abc/find", "Error", "0"],
      ["/pilotlogs/api/log/alpha/abc/find", "Error", "100"],
    ],
  );
  assert.deepEqual([find.hits, find.problem], [[3, 8, 120], ""]);
  assert.deepEqual(shown, [
    [0, true],
    [2, true],
    [3, true],
    [3, false],
  ]);
});

test("a line that two answers have is one hit", async (t) => {
  await serve(t, [200, { hits: [3, 8], next: 8 }], [200, { hits: [8, 9], next: null }]);
  const { find } = searching();
  await find.start("x");
  assert.deepEqual(find.hits, [3, 8, 9]);
});

test("a search ends at the bound of hits", async (t) => {
  const hits = Array.from({ length: MAX_HITS }, (_, line) => line);
  const requests = await serve(t, [200, { hits, next: MAX_HITS }], [200, { hits: [MAX_HITS], next: null }]);
  const { find } = searching();
  await find.start("x");
  assert.deepEqual([find.hits.length, find.busy, requests.length], [MAX_HITS, false, 1]);
});

test("what a search that ended at the bound left out is told of, and no later line is a hit behind it", async (t) => {
  const hits = Array.from({ length: MAX_HITS }, (_, line) => line);
  const { find } = searching();
  const came = (response) => {
    find.more(MAX_HITS + 500, ["x"]);
    response.writeHead(200).end(JSON.stringify({ hits, next: MAX_HITS }));
  };
  await serve(t, came, [200, { hits, next: null }]);
  await find.start("x");
  find.more(MAX_HITS + 501, ["x"]);
  assert.deepEqual([find.hits.length, find.isCut], [MAX_HITS, true]);
  await find.start("x");
  find.more(MAX_HITS, ["x"]);
  assert.deepEqual([find.hits.length, find.isCut], [MAX_HITS + 1, false]);
});

test("a refusal is shown, and the hits before it stay", async (t) => {
  await serve(t, [200, { hits: [3], next: 100 }], [403, { error: "Not for you" }]);
  const { find } = searching();
  await find.start("x");
  assert.deepEqual([find.hits, find.busy, find.problem], [[3], false, "Not for you"]);
});

test("a new search ends the old one, which shows nothing more", async (t) => {
  const { find, shown } = searching();
  let second;
  await serve(t, () => (second = find.start("new")), [200, { hits: [5], next: null }]);
  await find.start("old");
  await second;
  assert.deepEqual([find.wanted.text, find.hits, find.busy, find.problem], ["new", [5], false, ""]);
  assert.deepEqual(shown.at(-1), [1, false]);
});

test("without text nothing is asked for, and hits are gone", async (t) => {
  const requests = await serve(t, [200, { hits: [3], next: null }]);
  const { find } = searching();
  await find.start("x");
  await find.start("");
  assert.deepEqual([find.hits, find.busy, requests.length], [[], false, 1]);
  find.more(9, ["x"]);
  assert.deepEqual(find.hits, []);
});

test("new lines are searched as the server does", async (t) => {
  await serve(t, [200, { hits: [], next: null }], [200, { hits: [], next: null }]);
  const { find } = searching();
  const hits = async (text) => {
    await find.start(text);
    find.more(7, ["an error", "an Error", "none", "ERROR"]);
    return find.hits;
  };
  assert.deepEqual(await hits("error"), [7, 8, 10]);
  assert.deepEqual(await hits("Error"), [8]);
});

test("a new line that the server has found is one hit", async (t) => {
  await serve(t, [200, { hits: [7], next: null }]);
  const { find } = searching();
  await find.start("x");
  find.more(7, ["x", "x"]);
  assert.deepEqual(find.hits, [7, 8]);
});

test("a line that comes while the server searches the end is found, once", async (t) => {
  const { find } = searching();
  const came = (hits, next) => (response) => {
    find.more(7, ["x", "none", "x"]);
    response.writeHead(200).end(JSON.stringify({ hits, next }));
  };
  await serve(t, came([3], 7), came([7], null));
  await find.start("x");
  assert.deepEqual([find.hits, find.later], [[3, 7, 9], []]);
});

test("a line that comes during a search that is replaced is not found by the next one", async (t) => {
  const { find } = searching();
  let second;
  const replaced = () => {
    find.more(7, ["new"]);
    second = find.start("new");
  };
  await serve(t, replaced, [200, { hits: [], next: null }]);
  await find.start("old");
  await second;
  assert.deepEqual(find.hits, []);
});

test("the next hit is after the line, or before it, around the end", () => {
  const forward = [0, 3, 8, 9].map((line) => nextOf([3, 8], line));
  const backwards = [0, 3, 8, 9].map((line) => nextOf([3, 8], line, true));
  assert.deepEqual(forward, [0, 1, 0, 0]);
  assert.deepEqual(backwards, [1, 1, 0, 1]);
  assert.deepEqual([nextOf([], 3), nextOf([], 3, true)], [-1, -1]);
});
