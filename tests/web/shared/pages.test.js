import assert from "node:assert/strict";
import test from "node:test";

import {
  listPage,
  pageOf,
  remember,
  searchPage,
  sitePage,
  startPage,
  viewOfAddress,
  wayBack,
} from "../../../src/PilotLoggingDIRAC/web/static/shared/pages.js";
import { visit } from "../surroundings.js";

const PILOT = { vo: "alpha", stamp: "abc" };
const ODD = { vo: "a/b", stamp: "c?d e" };

test.beforeEach(() => visit("/pilotlogs/"));

test("pages are in the group of the page's address", () => {
  visit("/pilotlogs/?group=alpha_admin&Window=7d");
  assert.equal(startPage(), "/pilotlogs/?group=alpha_admin");
  assert.equal(listPage(), "/pilotlogs/logs?group=alpha_admin");
  assert.equal(searchPage(), "/pilotlogs/search?group=alpha_admin");
  assert.equal(sitePage("A.b", "1h"), "/pilotlogs/site/A.b?Window=1h&group=alpha_admin");
  assert.equal(pageOf(PILOT), "/pilotlogs/log/alpha/abc?group=alpha_admin");
});

test("each address names its view, whatever is in the names", () => {
  for (const pilot of [PILOT, ODD]) {
    visit(pageOf(pilot));
    assert.deepEqual(viewOfAddress(), { kind: "log", names: [pilot.vo, pilot.stamp] });
  }
  visit(sitePage("a/b ?"));
  assert.deepEqual(viewOfAddress(), { kind: "site", names: ["a/b ?"] });
  for (const [address, kind] of [
    [startPage("7d"), "start"],
    [listPage(), "list"],
    [searchPage(), "search"],
  ]) {
    visit(address);
    assert.deepEqual(viewOfAddress(), { kind, names: [] });
  }
});

test("an address of the list from before there was a start view is one of the list", () => {
  visit("/pilotlogs/?group=g&Site=A.b");
  assert.equal(viewOfAddress().kind, "list");
});

test("the way back from a log leads to the view before it, the list keeps its filters", () => {
  assert.deepEqual(wayBack(), { address: "/pilotlogs/logs", label: "Logs" });
  remember("list", "Logs", "/pilotlogs/logs?Site=A");
  remember("site", "A.b", "/pilotlogs/site/A.b");
  assert.deepEqual(wayBack(), { address: "/pilotlogs/site/A.b", label: "A.b" });
  assert.equal(listPage(), "/pilotlogs/logs?Site=A");
});

test("views that were seen in another group are led back to in the present one", () => {
  remember("list", "Logs", "/pilotlogs/logs?Site=A&group=before&State=Kept");
  remember("site", "A.b", "/pilotlogs/site/A.b?group=before");
  visit("/pilotlogs/log/alpha/abc?group=now");
  assert.equal(listPage(), "/pilotlogs/logs?Site=A&group=now&State=Kept");
  assert.equal(wayBack().address, "/pilotlogs/site/A.b?group=now");
  visit("/pilotlogs/log/alpha/abc");
  assert.equal(listPage(), "/pilotlogs/logs?Site=A&State=Kept");
  assert.equal(wayBack().address, "/pilotlogs/site/A.b");
  remember("list", "Logs", "/pilotlogs/logs");
  visit("/pilotlogs/log/alpha/abc?group=now");
  assert.equal(listPage(), "/pilotlogs/logs?group=now");
});
