// Surroundings of the page without a browser: an address, and a server on loopback that takes its requests.

import { createServer } from "node:http";

/** Set the page's address. */
export function visit(path) {
  globalThis.location = new URL(path, "https://portal.invalid");
}

/**
 * Start a server for one test, which gives the answers in turn: [status, body], or a function that gets the response.
 * Return the list to which each request is added as {path, values}.
 */
export async function serve(t, ...answers) {
  const requests = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    requests.push({ path: url.pathname, values: Object.fromEntries(url.searchParams) });
    const answer = answers.shift() ?? [500, { error: "a request more than expected" }];
    if (typeof answer === "function") return answer(response);
    const [status, body] = answer;
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const { fetch } = globalThis;
  globalThis.fetch = (path, options) => fetch(new URL(path, origin), options);
  t.after(() => {
    globalThis.fetch = fetch;
    server.close();
    server.closeAllConnections();
  });
  return requests;
}
