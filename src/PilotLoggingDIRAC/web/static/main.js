// The page: it shows the start view, a site, the list of logs, one log, or the search over many, as its address says.

import { ask } from "./shared/api.js";
import { make, fill } from "./shared/dom.js";
import { ListView } from "./list/list.js";
import { LogView } from "./log/log.js";
import { SiteView } from "./overview/site.js";
import { StartView } from "./overview/start.js";
import { group, remember, viewOfAddress } from "./shared/pages.js";
import { showTheme } from "./shared/preferences.js";
import { SearchView } from "./search/search.js";

const VIEWS = { start: StartView, site: SiteView, list: ListView, log: LogView, search: SearchView };
const LABELS = { start: () => "Overview", site: ([name]) => name, list: () => "Logs", search: () => "Search" };
const page = { root: document.getElementById("page"), go, whoami };
let view = null;
let shown = { place: "", kind: "", names: [] };

function show() {
  const place = location.pathname + location.search;
  if (place === shown.place && view?.moved) {
    view.moved();
    return;
  }
  if (LABELS[shown.kind]) remember(shown.kind, LABELS[shown.kind](shown.names), shown.place);
  view?.leave();
  shown = { place, ...viewOfAddress() };
  view = new VIEWS[shown.kind](page, ...shown.names);
  document.body.classList.toggle("reading", shown.kind === "log");
}

/** Go to another address of the page without reloading it. */
function go(address, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  if (replace) shown.place = location.pathname + location.search;
  else show();
}

/** Show the user and group, with a choice if the user has several groups. */
async function whoami(element) {
  const me = await ask("me").catch(() => null);
  if (!me) return;
  const choice = make(
    "select",
    { "aria-label": "Your group", change: (event) => choose(event.target.value) },
    me.groups.map((name) => make("option", { value: name, selected: name === me.group }, name)),
  );
  fill(element, make("span", { class: "user" }, me.user), me.groups.length > 1 ? choice : make("span", {}, me.group));
}

function choose(name) {
  const query = new URLSearchParams(location.search);
  query.set("group", name);
  if (name !== group()) go(`${location.pathname}?${query}`);
}

showTheme();
window.addEventListener("popstate", show);
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-go]") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
show();
