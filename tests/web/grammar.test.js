// The grammar of log lines, by the file that the server's tests/pilotlog/text/test_outline.py reads too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { header, isGap, moment, phase } from "../../src/PilotLoggingDIRAC/web/static/grammar.js";

const LINES = JSON.parse(readFileSync(new URL("../log_lines.json", import.meta.url)));

for (const entry of LINES) {
  test(`line: ${entry.line.slice(0, 60)}`, () => {
    const head = header(entry.line);
    const { time, component, level, kind, command } = head ?? {};
    assert.deepEqual(head && { time, component, level, kind, command }, entry.header);
    assert.deepEqual(phase(entry.line), entry.phase);
    assert.equal(head?.kind === "error", entry.error);
    assert.equal(isGap(entry.line), entry.gap);
  });
}

test("a header is a whole prefix of its line", () => {
  for (const { line } of LINES) {
    const head = header(line);
    if (head) assert.equal(head.time + head.space + head.level + head.colon + head.command, line.slice(0, head.length));
  }
});

test("moments of all kinds of times are the same moment", () => {
  const times = ["2026-11-21T08:10:11.500Z", "2026-11-21 08:10:11,5 UTC", "2026-11-21 08:10:11.500000000"];
  const moments = times.map((time) => moment(header(`${time} INFO text`)));
  assert.deepEqual(moments, Array(3).fill(Date.UTC(2026, 10, 21, 8, 10, 11, 500)));
});

test("a line without a header has no moment", () => {
  assert.ok(Number.isNaN(moment(header("plain"))));
});
