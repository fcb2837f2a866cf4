// The grammar of log lines: headers, commands, gaps. The server looks for the same in pilotlog/text/outline.py;
// tests/log_lines.json is tested by both.

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?/;
const HEADER =
  /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| UTC)?)([ \t]+(?:[!-Z\\-~]{1,100} )?)(DEBUG|VERBOSE|INFO|NOTICE|ALWAYS|WARN(?:ING)?|ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL)(?!\w)(:?[ \t]*)(\[[^\]]{1,100}\])?/;
const PHASE = /Command ([\w.:-]{1,100}) instantiated from ([\w.:-]{1,100})/;
const GAP = " missing here: ";
const KINDS = { DEBUG: "debug", VERBOSE: "debug", WARN: "warn", WARNING: "warn" };
const ERRORS = ["ERROR", "EXCEPT", "EXCEPTION", "FATAL", "CRITICAL"];

/** Return {time, space, component, level, colon, command, kind, length} of a line's header, null without one.
 *
 * `space` is all between time and level, with the component in it; `length` is that of the whole header.
 */
export function header(line) {
  const match = HEADER.exec(line);
  if (!match) return null;
  const level = match[3];
  const kind = ERRORS.includes(level) ? "error" : KINDS[level] || "info";
  return {
    time: match[1],
    space: match[2],
    component: match[2].trim(),
    level,
    colon: match[4],
    command: match[5] || "",
    kind,
    length: match[0].length,
  };
}

/** Return {command, module, time} of a line in which a command begins, else null. */
export function phase(line) {
  const match = line.includes(" instantiated from ") ? PHASE.exec(line) : null;
  return match && { command: match[1], module: match[2], time: TIME.exec(line)?.[0] ?? "" };
}

/** Return whether a line says that text is missing at its place. */
export function isGap(line) {
  return line.includes(GAP);
}

/** Return the time in a header in milliseconds since 1970; NaN without a header. */
export function moment(head) {
  if (!head) return NaN;
  const text = head.time.replace(",", ".").replace(" UTC", "").replace(" ", "T");
  const fraction = /\.(\d+)/.exec(text);
  const seconds = Date.parse(`${text.slice(0, 19)}Z`);
  return seconds + (fraction ? Number(`0.${fraction[1]}`) * 1000 : 0);
}
