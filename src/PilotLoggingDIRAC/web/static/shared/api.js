// Requests to the server, in the group that the page's address names.

import { group } from "./pages.js";

const BASE = "/pilotlogs/";
const EXPIRED =
  "The server does not know your certificate in this group, or it has expired. " +
  "Renew it, close the browser, and open this page again";

/** A refusal of the server; `status` is that of HTTP, 0 when the server can't be reached. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Return the address of a request; `values` may hold lists. */
export function address(path, values = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, one);
  }
  if (group()) query.set("extraCredentials", JSON.stringify(group()));
  const words = query.toString();
  return `${BASE}api/${path}${words ? `?${words}` : ""}`;
}

/** Return the path of a request about one log. */
export function logPath(pilot, question) {
  return `log/${encodeURIComponent(pilot.vo)}/${encodeURIComponent(pilot.stamp)}/${question}`;
}

/** Return the server's answer. Throws Refusal; status 202 means: ask again in a moment. */
export async function ask(path, values, signal) {
  const answer = await reach(path, values, signal);
  return answer.json().catch(() => ({}));
}

/** Yield the objects of an answer that has one in each line, as they come. Throws Refusal. */
export async function* lines(path, values, signal) {
  const answer = await reach(path, values, signal);
  let rest = "";
  for await (const text of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
    const whole = (rest + text).split("\n");
    rest = whole.pop();
    for (const line of whole) yield JSON.parse(line);
  }
}

/** Yield the chunks of a stream, which not all browsers do themselves; one that breaks off is out of reach. */
async function* chunks(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw unreached(error);
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function reach(path, values, signal) {
  let answer;
  try {
    answer = await fetch(address(path, values), { signal, credentials: "same-origin" });
  } catch (error) {
    throw unreached(error);
  }
  if (answer.status === 200) return answer;
  const body = await answer.json().catch(() => ({}));
  throw new Refusal(answer.status, explain(answer.status, body.error));
}

function unreached(error) {
  return error.name === "AbortError" ? error : new Refusal(0, "The server can't be reached");
}

function explain(status, message) {
  if (status === 401) return EXPIRED;
  return message || `The server answered ${status}`;
}

/**
 * Return the server's answer; repeat the request while the answer is not ready (202) or the server is busy (503), and
 * call `wait` with its message.
 */
export async function askPatiently(path, values, signal, wait = () => {}) {
  for (;;) {
    try {
      return await ask(path, values, signal);
    } catch (error) {
      if (error.status !== 202 && error.status !== 503) throw error;
      wait(error.message);
      await pause(1000, signal);
    }
  }
}

/** Resolve after a while; reject when the signal is aborted first. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("left", "AbortError"));
    });
  });
}
