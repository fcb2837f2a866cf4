// The grammar of log lines: pieces of a line, headers, commands, gaps. The server looks for the same in
// pilotlog/text/terminal_lines.py and outline.py; tests/log_lines.json is tested by both.

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?/;
const HEADER =
  /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| UTC)?)([ \t]+(?:[!-Z\\-~][!-~]{0,99} )?(?:\[\d{1,20}\] )?)(DEBUG|VERBOSE|INFO|NOTICE|ALWAYS|WARN(?:ING)?|ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL)(?!\w)(:?[ \t]*)(\[[^\]]{1,100}\])?/;
// the header of a pilot's line, wherever it stands
const GLUED =
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{1,9}Z[ \t]+(?:DEBUG|VERBOSE|INFO|NOTICE|ALWAYS|WARN(?:ING)?|ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL)[ \t]+\[/g;
// blanks, and sequences that colour or erase: they show nothing
const BLANK = new RegExp(String.raw`^(?:[ \t]|\u001b\[[0-9;?]*[A-Za-z])*$`);
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

/** Return the pieces of a line, at least one: {text, head, earlier}.
 *
 * A piece begins at a header: at the line's beginning, after a carriage return, or glued after other text. Other text
 * after a carriage return takes the place of the state before, which is then in `earlier`.
 */
export function pieces(line) {
  const found = [];
  for (const text of states(line)) {
    const head = header(text);
    const last = found.at(-1);
    if (!last || head || last.head) {
      found.push({ text, head, earlier: [] });
    } else {
      last.earlier.push(last.text);
      last.text = text;
    }
  }
  return found.length ? found : [{ text: "", head: null, earlier: [] }];
}

/** Return the texts between carriage returns, cut before each glued header, without those that show nothing. */
function states(line) {
  const found = [];
  const keep = (text) => {
    if (!BLANK.test(text)) found.push(text);
  };
  for (const state of line.split("\r")) {
    let from = 0;
    for (const match of state.matchAll(GLUED)) {
      keep(state.slice(from, match.index));
      from = match.index;
    }
    keep(state.slice(from));
  }
  return found;
}

/** Return a line within a limit of characters: the last states first, then as many earlier ones as fit. */
export function squeezed(line, limit) {
  if (line.length <= limit) return line;
  const found = pieces(line);
  let room = limit - found.reduce((sum, piece) => sum + piece.text.length + 1, 0);
  if (room < 0) return cut(found, limit);
  const kept = [];
  for (const piece of found.reverse()) {
    kept.push(piece.text);
    while (piece.earlier.length && piece.earlier.at(-1).length < room) {
      kept.push(piece.earlier.pop());
      room -= kept.at(-1).length + 1;
    }
    if (piece.earlier.length) room = 0;
  }
  return kept.reverse().join("\r");
}

const LEAST_PIECE = 64;

/** Return the beginnings of pieces, of equal length at most. */
function cut(found, limit) {
  if (found.length === 1) return found[0].text.slice(0, limit);
  const share = Math.max(Math.floor(limit / found.length), LEAST_PIECE);
  const texts = found.map(({ text }) => (text.length < share ? text : `${text.slice(0, share - 1)}…`));
  return texts.join("\r").slice(0, limit);
}
