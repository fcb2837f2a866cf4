import assert from "node:assert/strict";
import test from "node:test";

import { foldAscii, picture, wantedOf } from "../../../src/PilotLoggingDIRAC/web/static/shared/render.js";

test("characters that act are shown as ones that can be seen", () => {
  assert.equal(picture("\u001b[2J\u0007\u007f"), "\u241b[2J\u2407\u2421");
  assert.equal(picture("\u0085\u200b\u202e\u{e0041}"), "<U+0085><U+200B><U+202E><U+E0041>");
});

test("characters that do nothing stay", () => {
  assert.equal(picture("plain, ü, 漢, \u{1f600}"), "plain, ü, 漢, \u{1f600}");
});

test("only capitals of ASCII are folded, and the length stays", () => {
  assert.equal(foldAscii("ERROR İÄ"), "error İÄ");
});

test("capitals count only where the wanted text has some", () => {
  assert.deepEqual(wantedOf("error"), { text: "error", fold: true });
  assert.deepEqual(wantedOf("Error"), { text: "Error", fold: false });
});
