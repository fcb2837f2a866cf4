// The grammar of log lines, by the file that the server's tests/pilotlog/text/test_outline.py reads too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  header,
  isGap,
  moment,
  phase,
  pieces,
  squeezed,
} from "../../../src/PilotLoggingDIRAC/web/static/shared/grammar.js";

const LINES = JSON.parse(readFileSync(new URL("../../log_lines.json", import.meta.url)));

/** Return what the file has of a header. */
function fields(head) {
  if (!head) return null;
  const { time, component, level, kind, command } = head;
  return { time, component, level, kind, command };
}

for (const entry of LINES) {
  test(`line: ${entry.line.slice(0, 60)}`, () => {
    const expected = entry.pieces ?? [{ text: entry.line, header: entry.header, earlier: [] }];
    const found = pieces(entry.line);
    assert.deepEqual(
      found.map(({ text, head, earlier }) => ({ text, header: fields(head), earlier })),
      expected,
    );
    const begun = found.flatMap(({ text, earlier }) => [...earlier, text].map(phase).filter(Boolean));
    assert.deepEqual(begun, entry.phase ? [entry.phase] : []);
    assert.equal(
      found.some(({ head }) => head?.kind === "error"),
      entry.error,
    );
    assert.equal(isGap(entry.line), entry.gap);
  });
}

test("a long line keeps its last state and the pilot's lines", () => {
  const error = "2026-11-21T08:10:11.123456Z ERROR [InstallDIRAC] It failed";
  const progress = Array.from({ length: 3000 }, (_, n) => `\r${String(n).padStart(5)} of 3000`).join("");
  const short = squeezed(progress + error + progress, 1000);
  assert.ok(short.length <= 1000);
  assert.deepEqual(
    pieces(short).map(({ text }) => text),
    [" 2999 of 3000", error, " 2999 of 3000"],
  );
  assert.equal(pieces(short).at(-1).earlier.at(-1), " 2998 of 3000");
});

test("a long line without states is cut at its end", () => {
  assert.equal(squeezed("x".repeat(100), 15), "x".repeat(15));
});

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
