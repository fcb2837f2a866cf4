// The frame of every view but that of one log: the bar with the ways between views, the user, the menu, and keys.

import { make, fill, isTyping } from "./dom.js";
import { helpDialog } from "./help.js";
import { viewMenu } from "./menu.js";
import { listPage, searchPage, startPage } from "./pages.js";

const WAYS = [
  ["Overview", startPage],
  ["Logs", listPage],
  ["Search", searchPage],
];

export class View {
  /**
   * `page` has the root element, `go(address, replace)`, which changes the address, and `whoami(element)`, which shows
   * the user. `kind` is the class of the main part, `help` a list of [keys, what they do].
   */
  constructor(page, { title, heading, kind, help = [] }) {
    this.go = page.go;
    this.query = new URLSearchParams(location.search);
    this.help = help.length ? helpDialog(help) : null;
    this.main = make("main", { class: kind });
    document.title = title;
    const me = make("div", { class: "me" });
    fill(
      page.root,
      make("header", { class: "bar" }, make("h1", {}, heading), ways(heading), me, this.menu()),
      this.main,
      this.help,
    );
    page.whoami(me);
    this.listener = (event) => this.pressed(event);
    document.addEventListener("keydown", this.listener);
  }

  menu() {
    return viewMenu(() => this.redraw());
  }

  /** Draw again, in other colours or with times of another zone. */
  redraw() {}

  /** Return what keys do, by their names. */
  actions() {
    return {};
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.help?.open) return;
    if (isTyping(event)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = this.actions()[event.key] ?? (event.key === "?" && this.help ? () => this.help.showModal() : null);
    if (!act) return;
    event.preventDefault();
    act();
  }

  leave() {
    document.removeEventListener("keydown", this.listener);
  }
}

function ways(heading) {
  return make(
    "nav",
    { class: "ways", "aria-label": "Views" },
    WAYS.map(([label, address]) => {
      const isHere = heading === label;
      return make("a", { href: address(), "data-go": true, "aria-current": isHere ? "page" : null }, label);
    }),
  );
}
