// Keyboard shortcuts.

import { isTyping } from "../shared/dom.js";
import { helpDialog } from "../shared/help.js";
import { wayBack } from "../shared/pages.js";
import { nextLevel } from "./tools.js";

const HELP = [
  ["j / k, ↓ / ↑", "a line down, up"],
  ["Space / Shift+Space, Page keys", "a page down, up"],
  ["g / G, Home / End", "first line, last line (and stay there)"],
  ["e / E", "next error, error before"],
  ["] / [", "next command, command before"],
  ["/", "look for text in the whole log"],
  ["n / N", "next hit, hit before"],
  ["f", "follow what comes, or stop"],
  ["z / Z", "fold the command, fold all; or unfold"],
  ["v", "only warnings and errors, only errors, all lines"],
  ["t", "time since the line before"],
  ["w", "wrap long lines"],
  ["c / l", "copy the chosen lines, copy the link"],
  ["u", "back to where you came from"],
  ["?", "this"],
];

export class Keys {
  constructor(view) {
    this.view = view;
    this.help = helpDialog(HELP);
    this.listener = (event) => this.pressed(event);
    document.addEventListener("keydown", this.listener);
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.help.open) return;
    if (isTyping(event)) {
      if (event.key !== "Escape") return;
      event.preventDefault(); // a search field would empty itself
      this.view.scroller.element.focus();
      return;
    }
    if (
      event.target instanceof Element &&
      event.target.closest("button, a[href]:not(.number), summary") &&
      [" ", "Enter"].includes(event.key)
    )
      return;
    const act = this.action(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  action(event) {
    const { scroller, panel } = this.view;
    const row = scroller.rowHeight;
    const page = scroller.height - 2 * row;
    const actions = {
      j: () => scroller.by(row),
      ArrowDown: () => scroller.by(row),
      k: () => scroller.by(-row),
      ArrowUp: () => scroller.by(-row),
      " ": () => scroller.by(event.shiftKey ? -page : page),
      PageDown: () => scroller.by(page),
      PageUp: () => scroller.by(-page),
      g: () => this.first(),
      Home: () => this.first(),
      G: () => this.end(),
      End: () => this.end(),
      e: () => panel.error(false),
      E: () => panel.error(true),
      "]": () => panel.step(false),
      "[": () => panel.step(true),
      "/": () => panel.tools.seek(),
      n: () => panel.hit(false),
      N: () => panel.hit(true),
      f: () => panel.toggleFollow(),
      z: () => this.fold(),
      Z: () => this.view.foldAll(),
      v: () => this.view.filter(nextLevel(this.view.level)),
      t: () => panel.toggleDeltas(),
      w: () => panel.toggleWrap(),
      c: () => panel.copy("lines"),
      l: () => panel.copy("link"),
      u: () => this.view.go(wayBack().address),
      "?": () => this.help.showModal(),
      Escape: () => panel.clear(),
    };
    return actions[event.key];
  }

  /** Fold the command that is looked at, or unfold it. */
  fold() {
    const phase = this.view.outline.phases[this.view.panel.side.current];
    if (phase) this.view.fold(this.view.folding.holder(phase.line));
  }

  first() {
    this.view.scroller.stick(false);
    this.view.scroller.place(0, 0);
    this.view.scroller.align();
  }

  end() {
    this.view.scroller.toEnd();
    this.view.scroller.align();
  }

  leave() {
    document.removeEventListener("keydown", this.listener);
  }
}
