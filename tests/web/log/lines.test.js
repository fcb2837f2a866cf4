import assert from "node:assert/strict";
import test from "node:test";

import { pieces } from "../../../src/PilotLoggingDIRAC/web/static/shared/grammar.js";
import { Lines, MAX_CHUNKS } from "../../../src/PilotLoggingDIRAC/web/static/log/lines.js";
import { serve, visit } from "../surroundings.js";

const PILOT = { vo: "alpha", stamp: "abc" };

function lines(ended = 0) {
  const found = new Lines(
    PILOT,
    () => {},
    (error) => assert.fail(error),
  );
  found.ended = ended;
  return found;
}

test("a line that comes in several texts is one line", () => {
  const found = lines();
  assert.deepEqual(found.append(0, "first\nsec"), { first: 0, lines: ["first"] });
  assert.deepEqual([found.length, found.get(1)], [2, "sec"]);
  assert.deepEqual(found.append(1, "ond\n"), { first: 1, lines: ["second"] });
  assert.deepEqual([found.length, found.get(0), found.get(1), found.get(2)], [2, "first", "second", undefined]);
});

test("text that does not continue the lines is an error", () => {
  const found = lines();
  found.append(0, "first\n");
  assert.throws(() => found.append(2, "third\n"), /line 2 came, 1 was expected/);
});

test("an open line is bounded, and so is an ended one", () => {
  const found = lines();
  for (let number = 0; number < 50; number += 1) found.append(0, "x".repeat(10000));
  assert.ok(found.get(0).length <= 65536);
  found.append(0, "\n");
  assert.equal(found.get(0).length, 16384);
});

test("a pilot's line behind a long progress bar is there, however the text comes", () => {
  const error = "2026-11-21T08:10:11.123456Z ERROR [InstallDIRAC] It failed";
  const text = Array.from({ length: 20000 }, (_, n) => `${n} of 20000\r`).join("") + `50%${error}\n`;
  for (const step of [37, 1000, 100000]) {
    const found = lines();
    for (let at = 0; at < text.length; at += step) found.append(0, text.slice(at, at + step));
    assert.equal(pieces(found.get(0)).at(-1).text, error);
  }
});

/** Return lines that are drawn again whenever some were loaded, and the list of [failure] and [] for each drawing. */
function drawn(ended) {
  const seen = [];
  const found = new Lines(
    PILOT,
    () => {
      seen.push([]);
      found.want(0, 10);
    },
    (error) => seen.push([error.message]),
  );
  found.ended = ended;
  return { found, seen };
}

/** Wait until the lines from 0 to 10 are loaded, or can't be. */
async function settled(found) {
  found.want(0, 10);
  while (found.loads.size) await new Promise((done) => setTimeout(done, 5));
}

test("lines that are no longer kept are asked for once", async (t) => {
  visit("/pilotlogs/");
  const requests = await serve(t, [200, { begins: null, lines: [], cut: {} }]);
  const { found, seen } = drawn(2);
  await settled(found);
  assert.equal(requests.length, 1);
  assert.deepEqual(seen, [["The text has changed or is no longer kept: open the log again"]]);
});

test("lines of a text that begins with another part are not taken under the old numbers", async (t) => {
  visit("/pilotlogs/");
  const answer = { begins: 2, lines: ["of part 2", "more"], cut: {} };
  await serve(t, [200, answer], [200, answer]);
  const { found, seen } = drawn(2);
  found.begins = 1;
  await settled(found);
  assert.equal(found.get(0), undefined);
  assert.deepEqual(seen, [["The text has changed or is no longer kept: open the log again"]]);
  found.begins = 2;
  await settled(found);
  assert.deepEqual([found.get(0), found.get(1)], ["of part 2", "more"]);
});

test("an answer is taken as far as its lines have ended", () => {
  const found = lines(2);
  found.take(0, 0, { lines: ["first", "second", "third, may grow"], cut: {} });
  assert.deepEqual([found.get(0), found.get(1), found.get(2)], ["first", "second", undefined]);
});

test("an answer that does not continue a chunk is not taken", () => {
  const found = lines(500);
  found.take(0, 7, { lines: ["eighth"], cut: {} });
  assert.equal(found.get(7), undefined);
});

test("the length of a cut line is known by its number", () => {
  const found = lines(500);
  found.take(1, 400, { lines: ["short", "long"], cut: { 1: 70000 } });
  assert.deepEqual([found.cut(400), found.cut(401), found.cut(0)], [0, 70000, 0]);
});

test("the chunks that were taken longest ago make room", () => {
  const found = lines(400 * (MAX_CHUNKS + 1));
  for (let chunk = 0; chunk <= MAX_CHUNKS; chunk += 1)
    found.take(chunk, 400 * chunk, { lines: [`chunk ${chunk}`], cut: {} });
  assert.deepEqual(
    [found.get(0), found.get(400), found.get(400 * MAX_CHUNKS)],
    [undefined, "chunk 1", `chunk ${MAX_CHUNKS}`],
  );
});
