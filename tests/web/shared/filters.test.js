import assert from "node:assert/strict";
import test from "node:test";

import { numberOf, selection } from "../../../src/PilotLoggingDIRAC/web/static/shared/filters.js";

/** Return the selection of words that ask for checks, too, as if there were none. */
const selected = (words) => selection(new URLSearchParams(`${words}&Checks=true`));

test("without words the last day is asked for", () => {
  const { FromDate, ...others } = selected("");
  assert.deepEqual(others, {});
  assert.ok(Math.abs(Date.now() - Date.parse(FromDate) - 24 * 3600e3) < 60e3);
});

test("a pilot is looked for in all times", () => {
  assert.deepEqual(selected("PilotStamp=abc"), { PilotStamp: ["abc"] });
  assert.deepEqual(selected("PilotReference=htcondorce://ce/1.0"), { PilotReference: ["htcondorce://ce/1.0"] });
});

test("hours and days are counted back from now", () => {
  const hours = (words) => Math.round((Date.now() - Date.parse(selected(words).FromDate)) / 3600e3);
  assert.deepEqual([hours("since=6h"), hours("since=7d")], [6, 168]);
});

test("dates count only when they are chosen, and are UTC", () => {
  const dates = "FromDate=2026-11-21T08:00&ToDate=2026-11-22T08:00";
  assert.deepEqual(selected(`since=from&${dates}`), { FromDate: "2026-11-21T08:00Z", ToDate: "2026-11-22T08:00Z" });
  assert.deepEqual(selected(`since=all&${dates}`), {});
});

test("several values of one field are all asked for, empty ones are not", () => {
  assert.deepEqual(selected("since=all&VO=alpha&VO=beta&Site="), { VO: ["alpha", "beta"] });
});

test("each tick is asked for, as the command's switches are", () => {
  assert.deepEqual(selected("since=all&Incomplete=true&Dead=true&Missing=true"), {
    Incomplete: "true",
    Dead: "true",
    Missing: "true",
  });
});

test("only a tick that is set is asked for", () => {
  assert.deepEqual(selected("since=all&Incomplete=true&LastError=proxy&Order=-NumberOfBytes"), {
    LastError: "proxy",
    Incomplete: "true",
    Order: "-NumberOfBytes",
  });
  assert.deepEqual(selected("since=all&Incomplete=false"), {});
});

test("words that are no field of the selection are not sent", () => {
  assert.deepEqual(selected("since=all&group=admin&Start=100"), {});
});

test("logs of checks are left out, unless they are wanted or a pilot is named", () => {
  const checks = (words) => selection(new URLSearchParams(words)).Checks;
  assert.deepEqual(["", "Checks=true", "Job=12", "PilotStamp=canary-1"].map(checks), [
    "false",
    undefined,
    undefined,
    undefined,
  ]);
});

test("a job, and a part of a name, are looked for in all times, hosts and users are not", () => {
  const since = (words) => Boolean(selected(words).FromDate);
  assert.deepEqual(["Job=12", "Name=abc", "Host=wn1", "User=ann"].map(since), [false, false, true, true]);
});

test("each filter counts once, the search's own words and the usual time don't", () => {
  const count = (query) => numberOf(new URLSearchParams(query));
  assert.equal(count("group=g&Pattern=x&since=1d"), 0);
  assert.equal(count("Site=A.b&Site=C.d&Incomplete=true&since=7d"), 3);
  for (const name of ["Incomplete", "Dead", "Missing", "Checks"]) assert.equal(count(`${name}=true`), 1, name);
});
