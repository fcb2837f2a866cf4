// A line of a log as elements: time, level, command; what would act on a terminal or turn the text about is shown, not done.

import { make } from "./dom.js";

const HEADER =
  /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| UTC)?)(\s+(?:[^\s[]{1,100} )?)(DEBUG|VERBOSE|INFO|NOTICE|ALWAYS|WARN(?:ING)?|ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL)\b(:?\s*)(\[[^\]]{1,100}\])?/;
const PHASE = /Command ([\w.:-]{1,100}) instantiated from ([\w.:-]{1,100})/;
const KINDS = { DEBUG: "debug", VERBOSE: "debug", WARN: "warn", WARNING: "warn" };
const ERRORS = ["ERROR", "EXCEPT", "EXCEPTION", "FATAL", "CRITICAL"];

// a terminal's sequences as a whole; then single control characters, those that turn text about, and invisible ones
const HARMFUL =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -~])?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]/gu;

/** What a line says of itself: {time, level, kind, command, length of the header}; null for a program's output. */
export function header(line) {
  const match = HEADER.exec(line);
  if (!match) return null;
  const level = match[3];
  const kind = ERRORS.includes(level) ? "error" : KINDS[level] || "info";
  return {
    time: match[1],
    gap: match[2],
    level,
    colon: match[4],
    command: match[5] || "",
    kind,
    length: match[0].length,
  };
}

/** {command, module} of a line in which a command begins, else null. */
export function phase(line) {
  const match = line.includes(" instantiated from ") ? PHASE.exec(line) : null;
  return match && { command: match[1], module: match[2] };
}

/** The moment that a line's header names, in milliseconds; NaN without one. */
export function moment(head) {
  if (!head) return NaN;
  const text = head.time.replace(",", ".").replace(" UTC", "").replace(" ", "T");
  const fraction = /\.(\d+)/.exec(text);
  const seconds = Date.parse(`${text.slice(0, 19)}Z`);
  return seconds + (fraction ? Number(`0.${fraction[1]}`) * 1000 : 0);
}

/** Text with what is harmful shown as marks. */
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

/** Characters that can be seen, in place of those that act. */
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

const HARMFUL_ALONE =
  /^[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]$/u;

/** Text with what is looked for marked, and what is harmful neutralised. */
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

/** Small letters for ASCII's capitals only, as the server compares; the length stays. */
export function foldAscii(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** What is looked for, as the server takes it: capitals count only where there are some. */
export function wantedOf(text) {
  return { text, fold: text === foldAscii(text) };
}

/** Date, clock, fraction: a phone shows the clock alone. */
function timeParts(time, wanted) {
  return [
    make("span", { class: "date" }, marked(time.slice(0, 11), wanted)),
    make("span", {}, marked(time.slice(11, 19), wanted)),
    make("span", { class: "fraction" }, marked(time.slice(19), wanted)),
  ];
}

/** The line's own elements. */
export function lineParts(line, head, wanted) {
  if (!head) return [make("span", { class: "plain" }, marked(line, wanted))];
  const rest = line.slice(head.length);
  return [
    make("span", { class: "time" }, timeParts(head.time, wanted)),
    make("span", {}, neutral(head.gap)),
    make("span", { class: "level" }, marked(head.level, wanted)),
    make("span", {}, neutral(head.colon)),
    head.command ? make("span", { class: "command" }, marked(head.command, wanted)) : null,
    make("span", { class: phase(rest) ? "message phase" : "message" }, marked(rest, wanted)),
  ];
}
