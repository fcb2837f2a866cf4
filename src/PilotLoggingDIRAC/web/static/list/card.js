// A log in the list: how its pilot fared, who and where it is, its size and times, the cause of a failure.

import { make } from "../shared/dom.js";
import { pageOf } from "../shared/pages.js";
import { capital, OUTCOMES, STATES } from "../shared/states.js";
import { moment } from "../shared/times.js";
import { ago, bytes, count, duration, hasFailed } from "../shared/words.js";

/** Return the element of a log; `now` is the server's time in milliseconds. */
export function card(log, now) {
  const [name, meaning] = log.outcome ? [capital(log.outcome), OUTCOMES[log.outcome]] : [log.state, STATES[log.state]];
  const place = log.cause?.line ? `#L${log.cause.line}` : "";
  return make(
    "a",
    { class: `card is-${name.toLowerCase()}`, href: `${pageOf(log)}${place}`, "data-go": true },
    make("span", { class: "dot", title: `${name}: ${meaning}` }),
    make("span", { class: "state-name" }, name),
    who(log),
    make("span", { class: "vo" }, log.vo),
    where(log),
    end(log),
    make("span", { class: "size" }, `${count(log.lines)} lines`, make("span", { class: "bytes" }, bytes(log.bytes))),
    times(log),
    make("span", { class: "seen" }, seen(log, now)),
    cause(log),
    log.lastError
      ? make("span", { class: "last-error is-bad" }, `archiving failed ${log.attempts} times: ${log.lastError}`)
      : null,
  );
}

function who(log) {
  const part = log.part > 1 ? make("span", { class: "part" }, ` part ${log.part}`) : null;
  return make("span", { class: "stamp", title: log.stamp }, log.stamp, part);
}

function where(log) {
  const title = [log.site, log.ce, log.host].filter(Boolean).join(", ");
  const ce = log.ce ? make("span", { class: "ce" }, log.ce) : null;
  return make("span", { class: "site", title }, log.site || "site unknown", ce);
}

/** Return how the pilot ended; where its text is stands below, if the outcome stands before. */
function end(log) {
  const phase = log.phase ? ` in ${log.phase}` : "";
  const open = log.pilotEnded ? `${log.pilotStatus}, says DIRAC` : `running${phase}`;
  const codes = log.returnCodes?.map((code) => code || "none").join(", ") || log.returnCode || "none";
  const text = log.state === "Receiving" ? open : log.complete ? `return code ${codes}` : "never ended";
  const missing = log.missing ? `, ${bytes(log.missing)} missing` : "";
  const bad = hasFailed(log) || missing || (!log.complete && (log.state !== "Receiving" || log.pilotEnded));
  const title = `${log.outcomeText ?? text}${missing}. ${log.state}: ${STATES[log.state]}`;
  const stored = log.outcome ? make("span", { class: "stored" }, log.state) : null;
  return make("span", { class: `end ${bad ? "is-bad" : ""}`, title }, text, missing, stored);
}

function times(log) {
  const took = (Date.parse(log.lastSeen) - Date.parse(log.firstSeen)) / 1000;
  const began = moment(log.firstSeen);
  return make(
    "span",
    { class: "took", title: began },
    make("span", { class: "began" }, began.slice(5, 16)),
    duration(took),
  );
}

function seen(log, now) {
  return make("time", { datetime: log.lastSeen, title: moment(log.lastSeen) }, ago(log.lastSeen, now));
}

function cause(log) {
  if (!log.cause) return null;
  return make(
    "span",
    { class: "cause is-bad", title: log.cause.hint },
    log.cause.line ? `${log.cause.name}, line ${count(log.cause.line)}` : log.cause.name,
    make("span", { class: "hint" }, log.cause.hint),
  );
}
