// The addresses of the page: of the start view, a site, the list, a log, the search. The group stays in each.

const BASE = "/pilotlogs/";
const PLACES = [
  [/^log\/([^/]+)\/([^/]+)$/, "log"],
  [/^site\/([^/]+)$/, "site"],
  [/^search$/, "search"],
  [/^logs$/, "list"],
];
/** What the address of the start view has; with anything else it is one of the list, as it was before. */
const OF_START = ["group", "Window"];

/** Return the group in the page's address, null without one. */
export function group() {
  return new URLSearchParams(location.search).get("group");
}

/** Return the address of a view with these words, in the present group. */
function at(path, words = {}) {
  const query = new URLSearchParams(words);
  if (group()) query.set("group", group());
  return withQuery(path, query);
}

/** Return an address that was seen before, in the present group. */
function inGroup(address) {
  const [path, words] = address.split("?");
  const query = new URLSearchParams(words);
  if (group()) query.set("group", group());
  else query.delete("group");
  return `${query}` ? `${path}?${query}` : path;
}

function withQuery(path, query) {
  const words = `${query}`;
  return `${BASE}${path}${words ? `?${words}` : ""}`;
}

let seen = { address: "", label: "Logs" };
let list = "";

/** Remember the address of a view, for the way back from a log; of the list also its filters. */
export function remember(kind, label, address) {
  seen = { address, label };
  if (kind === "list") list = address;
}

/** Return {address, label} of the view that was seen before a log; of the list if there was none. */
export function wayBack() {
  return { ...seen, address: seen.address ? inGroup(seen.address) : listPage() };
}

export function startPage(window = "") {
  return at("", window ? { Window: window } : {});
}

/** Return the address of a site's page, in the window of time that is looked at. */
export function sitePage(name, window = "") {
  return at(`site/${encodeURIComponent(name)}`, window ? { Window: window } : {});
}

/** Return the address of the list with a query; without one, of the list as it was seen last, or without filters. */
export function listPage(query = null) {
  if (query) return withQuery("logs", query);
  return list ? inGroup(list) : at("logs");
}

/** Return the address of a log. */
export function pageOf(pilot) {
  return at(`log/${encodeURIComponent(pilot.vo)}/${encodeURIComponent(pilot.stamp)}`);
}

/** Return the address of the search over many logs, with the filters of a query. */
export function searchPage(query = null) {
  return query ? withQuery("search", query) : at("search");
}

/** Return {kind, names} of the view that the page's address names. */
export function viewOfAddress() {
  const path = location.pathname.slice(BASE.length);
  for (const [pattern, kind] of PLACES) {
    const match = pattern.exec(path);
    if (match) return { kind, names: match.slice(1).map(decodeURIComponent) };
  }
  const keys = [...new URLSearchParams(location.search).keys()];
  return { kind: keys.every((key) => OF_START.includes(key)) ? "start" : "list", names: [] };
}
