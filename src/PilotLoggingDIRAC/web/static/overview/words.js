// Figures in words: rates, what changed against the week before, and the step of a colour.

import { count } from "../shared/words.js";

const LEAST_LOGS = 3;
const LEAST_CHANGE = 0.1;
const LEAST_FACTOR = 2;
const MAX_CHANGES = 6;
const STEPS = 5;

/** Return the share of pilots that failed among those that ended, null if none has ended. */
export function rate({ ended, failed }) {
  return ended ? failed / ended : null;
}

/** Return a share as text: 0.0123 → "1.2 %". */
export function percent(share) {
  if (share === null) return "–";
  const value = 100 * share;
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Return a number with its noun. */
export function number(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Return the step of a number's colour, from 0 for nothing to 5; small numbers differ more than large ones. */
export function step(value, most) {
  return value ? Math.max(1, Math.ceil(STEPS * Math.sqrt(value / Math.max(most, 1)))) : 0;
}

/** Return how a rate changed, in words; empty if it cannot be told or is much the same. */
export function trend(now, before) {
  const [here, there] = [rate(now), rate(before)];
  if (here === null) return "";
  if (there === null) return "none a week before";
  const points = Math.round(100 * (here - there));
  if (!points) return "as a week before";
  return `${points > 0 ? "▲" : "▼"} ${Math.abs(points)} points, was ${percent(there)}`;
}

/**
 * Return what changed most against the week before: {kind, name, code, text, worse}, the largest change first. If the
 * pilots are a sample, of either week, the numbers of causes are not compared.
 */
export function changes({ sites, ces, causes, sampled }) {
  const places = (sites ?? ces).rows.map((row) => ofPlace(row, sites ? "site" : "ce"));
  const found = [...places, ...(sampled ? [] : causes.rows.map(ofCause))].filter(Boolean);
  return found.sort((one, other) => other.weight - one.weight).slice(0, MAX_CHANGES);
}

function ofPlace(row, kind) {
  const [here, there] = [rate(row), rate(row.before)];
  if (row.ended < LEAST_LOGS) return null;
  const by = here - (there ?? 0);
  if (Math.abs(by) < LEAST_CHANGE) return null;
  const was = there === null ? "none ended a week before" : `${percent(there)} a week before`;
  const text = `${percent(here)} of ${count(row.ended)} failed, ${was}`;
  return { kind, name: row.name, text, worse: by > 0, weight: Math.abs(by) * row.ended };
}

function ofCause({ code, name, logs, before }) {
  if (Math.max(logs, before) < LEAST_LOGS) return null;
  const factor = logs / Math.max(before, 1);
  if (before && factor < LEAST_FACTOR && factor > 1 / LEAST_FACTOR) return null;
  const was = before ? `${count(before)} a week before` : "none a week before";
  return {
    ...{ kind: "cause", name: name || "No known cause", code },
    text: `${number(logs, "pilot")}, ${was}`,
    worse: logs > before,
    weight: Math.abs(logs - before),
  };
}
