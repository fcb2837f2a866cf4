// Figures and times as text.

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Return a size in bytes as text: 104857600 → "105 MB". */
export function bytes(number) {
  let unit = 0;
  let value = number;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** Return a number with narrow spaces: 1234567 → "1 234 567". */
export function count(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Return seconds as text: "0.4 s", "12 s", "3 min", "5 h", "2 d". */
export function duration(seconds) {
  const value = Math.abs(seconds);
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  if (value < 172800) return `${Math.round(value / 3600)} h`;
  return `${Math.round(value / 86400)} d`;
}

/** Return the time since a moment in words, by the server's clock. */
export function ago(moment, now) {
  const seconds = (now - Date.parse(moment)) / 1000;
  return seconds < 2 ? "just now" : `${duration(seconds)} ago`;
}

/** Return whether a pilot ended with a code that tells of a failure. */
export function hasFailed(log) {
  return log.returnCode !== null && log.returnCode !== "0" && log.returnCode !== "";
}
