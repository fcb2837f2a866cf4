// The page: it shows the list of logs, one log, or the search over many, as its address says.

import { ask, group, isSearchAddress, pilotOfAddress, rememberList } from "./shared/api.js";
import { make, fill } from "./shared/dom.js";
import { ListView } from "./list/list.js";
import { LogView } from "./log/log.js";
import { showTheme } from "./shared/preferences.js";
import { SearchView } from "./search/search.js";

const root = document.getElementById("page");
let view = null;
let shown = "";

function show() {
  const place = location.pathname + location.search;
  if (place === shown && view?.moved) {
    view.moved();
    return;
  }
  if (view instanceof ListView) rememberList(shown);
  view?.leave();
  shown = place;
  const pilot = pilotOfAddress();
  if (pilot) view = new LogView(root, pilot, go);
  else view = isSearchAddress() ? new SearchView(root, go, whoami) : new ListView(root, go, whoami);
  document.body.classList.toggle("reading", Boolean(pilot));
}

/** Go to another address of the page without reloading it. */
function go(address, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  if (replace) shown = location.pathname + location.search;
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
