import assert from "node:assert/strict";
import test from "node:test";

import { address, ask, askPatiently, logPath, pause } from "../../../src/PilotLoggingDIRAC/web/static/shared/api.js";
import { serve, visit } from "../surroundings.js";

const ODD = { vo: "a/b", stamp: "c?d e" };

test.beforeEach(() => visit("/pilotlogs/"));

test("each value of a list is a word of the request", () => {
  assert.equal(
    address("logs", { VO: ["alpha", "beta"], Start: 100 }),
    "/pilotlogs/api/logs?VO=alpha&VO=beta&Start=100",
  );
  assert.equal(address("logs"), "/pilotlogs/api/logs");
});

test("requests are in the group of the page's address", () => {
  visit("/pilotlogs/?group=alpha_admin&VO=alpha");
  assert.equal(address("logs"), "/pilotlogs/api/logs?extraCredentials=%22alpha_admin%22");
});

test("names of VO and pilot can't leave their place in a path", () => {
  assert.equal(logPath(ODD, "lines"), "log/a%2Fb/c%3Fd%20e/lines");
});

test("an answer is the server's object", async (t) => {
  const requests = await serve(t, [200, { logs: [1, 2] }]);
  assert.deepEqual(await ask("logs", { VO: "alpha" }), { logs: [1, 2] });
  assert.deepEqual(requests, [{ path: "/pilotlogs/api/logs", values: { VO: "alpha" } }]);
});

test("a refusal has the status and the server's words", async (t) => {
  await serve(t, [404, { error: "No such log" }], [502, "<html>"], [401, { error: "who?" }]);
  await assert.rejects(ask("logs"), { status: 404, message: "No such log" });
  await assert.rejects(ask("logs"), { status: 502, message: "The server answered 502" });
  await assert.rejects(ask("logs"), { status: 401, message: /certificate in this group, or it has expired/ });
});

test("a server that can't be reached is a refusal without a status", async (t) => {
  await serve(t, (response) => response.destroy());
  await assert.rejects(ask("logs"), { status: 0, message: "The server can't be reached" });
});

test("an aborted request is no refusal", async (t) => {
  const control = new AbortController();
  await serve(t, () => control.abort());
  await assert.rejects(ask("logs", {}, control.signal), { name: "AbortError" });
});

test("an answer that is not ready is asked for again, and its message is shown", async (t) => {
  const requests = await serve(t, [202, { error: "Reading the archive" }], [200, { lines: [] }]);
  const messages = [];
  const answer = await askPatiently("logs", {}, undefined, (message) => messages.push(message));
  assert.deepEqual([answer, messages, requests.length], [{ lines: [] }, ["Reading the archive"], 2]);
});

test("a busy server is waited for until the page is left", { timeout: 10000 }, async (t) => {
  const control = new AbortController();
  const requests = await serve(t, [503, { error: "Busy" }]);
  await assert.rejects(
    askPatiently("logs", {}, control.signal, () => control.abort()),
    { name: "AbortError" },
  );
  assert.equal(requests.length, 1);
});

test("other refusals are not asked for again", async (t) => {
  const requests = await serve(t, [403, { error: "No" }], [200, {}]);
  await assert.rejects(askPatiently("logs"), { status: 403 });
  assert.equal(requests.length, 1);
});

test("a pause ends when the page is left, before it or during it", { timeout: 10000 }, async () => {
  const control = new AbortController();
  const during = pause(60000, control.signal);
  control.abort();
  await assert.rejects(during, { name: "AbortError" });
  await assert.rejects(pause(60000, control.signal), { name: "AbortError" });
});
