// A line of a log as elements: time, level, command, message. Control characters become visible marks.

import { make } from "./dom.js";
import { phase } from "./grammar.js";
import { lineTime } from "./times.js";

// parts of the expressions: escape sequences, control characters, characters that reorder text or are invisible
const SEQUENCE = String.raw`\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -~])?`;
const CONTROL = String.raw`[\u0000-\u0008\u000a-\u001f\u007f-\u009f]`;
const INVISIBLE = String.raw`\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]`;
const HARMFUL = new RegExp(`${SEQUENCE}|${CONTROL}|${INVISIBLE}`, "gu");
const HARMFUL_ALONE = new RegExp(`^(?:${INVISIBLE})$`, "u");

/** Return text as nodes, with a visible mark for each harmful character. */
function neutral(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(HARMFUL)) {
    if (match.index > from) found.push(text.slice(from, match.index));
    found.push(
      make("span", { class: "mark-control", title: "control character, shown and not obeyed" }, picture(match[0])),
    );
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

/** Return text with visible characters in place of harmful ones. */
export function picture(text) {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0);
      if (code < 0x20) return String.fromCodePoint(0x2400 + code);
      if (code === 0x7f) return "\u2421";
      if ((code > 0x7f && code < 0xa0) || HARMFUL_ALONE.test(character))
        return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
      return character;
    })
    .join("");
}

/** Return text as nodes, with hits highlighted and harmful characters marked. */
function marked(text, wanted) {
  if (!wanted || !wanted.text) return neutral(text);
  const whole = wanted.fold ? foldAscii(text) : text;
  const found = [];
  let from = 0;
  for (let at = whole.indexOf(wanted.text); at >= 0; at = whole.indexOf(wanted.text, from)) {
    found.push(...neutral(text.slice(from, at)));
    found.push(make("mark", {}, neutral(text.slice(at, at + wanted.text.length))));
    from = at + wanted.text.length;
  }
  found.push(...neutral(text.slice(from)));
  return found;
}

/** Return text with ASCII capitals as small letters, as the server compares; the length stays. */
export function foldAscii(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Return the wanted text as the server takes it: capitals count only if it has some. */
export function wantedOf(text) {
  return { text, fold: text === foldAscii(text) };
}

/** Return date, clock and fraction as elements; a phone shows only the clock. */
function timeParts(time, wanted) {
  return [
    make("span", { class: "date" }, marked(time.slice(0, 11), wanted)),
    make("span", {}, marked(time.slice(11, 19), wanted)),
    make("span", { class: "fraction" }, marked(time.slice(19), wanted)),
  ];
}

/** Return the elements of a line. */
export function lineParts(line, head, wanted) {
  if (!head) return [make("span", { class: "plain" }, marked(line, wanted))];
  const rest = line.slice(head.length);
  return [
    make("span", { class: "time" }, timeParts(lineTime(head.time), wanted)),
    make("span", {}, neutral(head.space)),
    make("span", { class: "level" }, marked(head.level, wanted)),
    make("span", {}, neutral(head.colon)),
    head.command ? make("span", { class: "command" }, marked(head.command, wanted)) : null,
    make("span", { class: phase(rest) ? "message phase" : "message" }, marked(rest, wanted)),
  ];
}
