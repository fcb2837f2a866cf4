// Questions to the server. The page's own address says in which group they are asked.

const BASE = "/pilotlogs/";

/** The server said no; `status` is HTTP's. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The group to ask in, if the address names one. */
export function group() {
  return new URLSearchParams(location.search).get("group");
}

/** The address of a question; `values` may hold lists. */
export function address(path, values = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, one);
  }
  if (group()) query.set("extraCredentials", JSON.stringify(group()));
  const words = query.toString();
  return `${BASE}api/${path}${words ? `?${words}` : ""}`;
}

/** The path of a question about one log. */
export function logPath(pilot, question) {
  return `log/${encodeURIComponent(pilot.vo)}/${encodeURIComponent(pilot.stamp)}/${question}`;
}

/** The server's answer. Raises Refusal; status 202 means: ask again in a moment. */
export async function ask(path, values, signal) {
  let answer;
  try {
    answer = await fetch(address(path, values), { signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server can't be reached");
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.status !== 200) throw new Refusal(answer.status, explain(answer.status, body.error));
  return body;
}

function explain(status, message) {
  if (status === 401) return "Your certificate, or this group, is not one that this server knows";
  return message || `The server answered ${status}`;
}

/** Ask as long as the answer is on its way (202) or the server is busy (503), telling `wait` what it says meanwhile. */
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

/** Wait, unless the signal comes first. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("left", "AbortError"));
    });
  });
}

/** The address of the page of one log, or of the list. */
export function pageOf(pilot) {
  const query = new URLSearchParams();
  if (group()) query.set("group", group());
  const words = query.toString() ? `?${query}` : "";
  return pilot
    ? `${BASE}log/${encodeURIComponent(pilot.vo)}/${encodeURIComponent(pilot.stamp)}${words}`
    : `${BASE}${words}`;
}

/** The pilot that the page's address names, null for the list. */
export function pilotOfAddress() {
  const match = location.pathname.match(/^\/pilotlogs\/log\/([^/]+)\/([^/]+)$/);
  return match ? { vo: decodeURIComponent(match[1]), stamp: decodeURIComponent(match[2]) } : null;
}
