// Moments as text, in UTC or in the reader's zone; each says in which it is.

import { preference } from "./preferences.js";

const IN_UTC = /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)([.,]\d{1,9})?(?:Z| UTC)$/;

/** Return a moment to the second: "2026-11-21T08:10:11.123Z" → "2026-11-21 08:10:11 UTC", or "… 09:10:11 +01:00". */
export function moment(text) {
  const date = new Date(text);
  if (preference("zone") === "utc") return `${plain(date)} UTC`;
  return `${plain(shifted(date))} ${offset(date)}`;
}

/** Return the time of a line's header in the chosen zone; as it is, if it does not say that it is in UTC. */
export function lineTime(text) {
  const match = preference("zone") === "utc" ? null : IN_UTC.exec(text);
  if (!match) return text;
  const date = new Date(`${match[1]}T${match[3]}Z`);
  return `${plain(shifted(date)).replace(" ", match[2])}${match[4] ?? ""}${offset(date)}`;
}

/** Return the difference of the reader's zone to UTC at a moment: "+01:00". */
export function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const two = (number) => String(number).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

function shifted(date) {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000);
}

function plain(date) {
  return date.toISOString().slice(0, 19).replace("T", " ");
}
