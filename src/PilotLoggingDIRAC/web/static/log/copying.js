// Copies to the clipboard: a stamp, lines, a link.

import { askPatiently, logPath } from "../shared/api.js";
import { make } from "../shared/dom.js";

export const MAX_COPIED_LINES = 5000;
const LINES_AT_ONCE = 1000;

/** Put a text into the clipboard; return whether the browser did. A frame may have to do it the old way. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text) {
  const before = document.activeElement;
  const field = make("textarea", { class: "clipboard", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  before?.focus?.({ preventScroll: true });
  return isDone;
}

/** Return the text of lines of a log as the server shows them, from one to another, each with its line end. */
export async function textOf(pilot, from, to, signal) {
  const found = [];
  while (from + found.length <= to) {
    const first = from + found.length;
    const values = { First: first, Number: Math.min(LINES_AT_ONCE, to - first + 1) };
    const { lines } = await askPatiently(logPath(pilot, "lines"), values, signal);
    if (!lines.length) break;
    found.push(...lines);
  }
  return found.map((line) => `${line}\n`).join("");
}
