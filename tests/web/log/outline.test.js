import assert from "node:assert/strict";
import test from "node:test";

import { currentPhase, Outline } from "../../../src/PilotLoggingDIRAC/web/static/log/outline.js";
import { serve, visit } from "../surroundings.js";

const PILOT = { vo: "alpha", stamp: "abc" };
const TIME = "2026-11-21T08:10:11.123Z";
const ERROR = `${TIME} ERROR [Launch] it failed`;
const COMMAND = `${TIME} INFO [Launch] Command GetPilotVersion instantiated from pilotCommands`;
const GAP = `${TIME} WARN [PilotLogging] 5 bytes are missing here: lost`;
const WARNING = `${TIME} WARN [Launch] little space`;
const PLAIN = "no header";

const answer = (lines, done, found = {}) => [
  200,
  { phases: [], errors: [], warnings: [], gaps: [], moreErrors: false, lines, done, ...found },
];

function outline(changed = () => {}) {
  return new Outline(PILOT, changed);
}

test.beforeEach(() => visit("/pilotlogs/"));

test("the server is asked until it has scanned all, and each answer is shown", async (t) => {
  const phases = [{ line: 1, command: "A", module: "m", time: TIME }];
  const requests = await serve(
    t,
    answer(100, false, { errors: [4] }),
    answer(250, true, { errors: [4, 200], phases, gaps: [9], moreErrors: true }),
  );
  const shown = [];
  const found = outline(() => shown.push([...found.errors]));
  await found.start();
  assert.deepEqual(shown, [[4], [4, 200]]);
  assert.deepEqual([found.phases, found.gaps, found.moreErrors], [phases, [9], true]);
  assert.deepEqual(
    requests.map(({ path }) => path),
    Array(2).fill("/pilotlogs/api/log/alpha/abc/outline"),
  );
});

test("errors, warnings, commands and gaps of new lines have their numbers", async (t) => {
  await serve(t, answer(10, true, { errors: [2] }));
  const found = outline();
  await found.start();
  found.more(10, [PLAIN, ERROR, COMMAND]);
  found.more(13, [GAP, WARNING]);
  assert.deepEqual(
    [found.errors, found.warnings],
    [
      [2, 11],
      [13, 14],
    ],
  );
  assert.deepEqual(found.phases, [
    { line: 12, command: "GetPilotVersion", module: "pilotCommands", time: TIME.slice(0, -1) },
  ]);
  assert.deepEqual(found.gaps, [13]);
});

test("lines that come during the server's scan wait for its end, and none counts twice", async (t) => {
  const found = outline();
  await serve(t, (response) => {
    found.more(8, [ERROR, ERROR]);
    found.more(10, [PLAIN, ERROR]);
    assert.deepEqual(found.errors, []);
    const [status, body] = answer(10, true, { errors: [8, 9] });
    response.writeHead(status).end(JSON.stringify(body));
  });
  await found.start();
  assert.deepEqual(found.errors, [8, 9, 11]);
});

test("lines that come again are not scanned again", async (t) => {
  await serve(t, answer(0, true));
  const found = outline();
  await found.start();
  found.more(0, [ERROR]);
  found.more(0, [ERROR, ERROR]);
  assert.deepEqual(found.errors, [0, 1]);
});

test("new lines are shown", async (t) => {
  await serve(t, answer(0, true));
  let shown = 0;
  const found = outline(() => (shown += 1));
  await found.start();
  found.more(0, [PLAIN]);
  assert.equal(shown, 2);
});

test("leaving the page ends the request", async (t) => {
  const found = outline();
  await serve(t, () => found.leave());
  await assert.rejects(found.start(), { name: "AbortError" });
});

test("the current command is that of the chosen line if it is visible, else that at the top", () => {
  const phases = [{ line: 2 }, { line: 10 }, { line: 30 }];
  const at = (first, chosen) => currentPhase(phases, first, first + 20, chosen);
  assert.deepEqual([at(0, null), at(8, null), at(7, null)], [0, 1, 0]);
  assert.deepEqual([at(0, 12), at(11, 30), at(11, 3)], [1, 2, 1]);
  assert.equal(currentPhase([], 0, 9, null), -1);
});

test("causes stand beside their lines, each once, the likeliest known as such", async (t) => {
  const cause = (code, line) => ({ code, line, name: code });
  const causes = [cause("disk-full", 7), cause("install-failed", 9), cause("disk-full", 7), cause("tar-failed", 7)];
  const found = { phases: [], errors: [], warnings: [], gaps: [], lines: 10, done: true, causes };
  await serve(t, [200, found]);
  const outline = new Outline(PILOT, () => {});
  await outline.start();
  assert.deepEqual(
    [...outline.causes].map(([line, here]) => [line, here.map(({ code, place }) => [code, place])]),
    [
      [
        7,
        [
          ["disk-full", 0],
          ["tar-failed", 3],
        ],
      ],
      [9, [["install-failed", 1]]],
    ],
  );
});
