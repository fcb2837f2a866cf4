// Menus: what opens below a button, and closes at a click beside it and at Escape.

import { make } from "./dom.js";
import { prefer, preference, showTheme } from "./preferences.js";
import { offset } from "./times.js";

/** Return a button that shows `children` below it. */
export function menu(label, title, ...children) {
  const summary = make("summary", { class: "button", title }, label);
  const element = make("details", { class: "menu" }, summary, make("div", { class: "below" }, children));
  const beside = (event) => {
    if (!element.contains(event.target)) element.open = false;
  };
  element.addEventListener("toggle", () => {
    if (element.open) document.addEventListener("pointerdown", beside);
    else document.removeEventListener("pointerdown", beside);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    element.open = false;
    summary.focus();
  });
  return element;
}

/** Return the menu of colours and times; `changed()` is called after a choice. */
export function viewMenu(changed) {
  const choose = (name, value) => {
    prefer(name, value);
    showTheme();
    changed();
  };
  return menu(
    "View",
    "Colours and times",
    choices("Colours", "theme", choose, [
      ["system", "as the system"],
      ["light", "light"],
      ["dark", "dark"],
    ]),
    choices("Times", "zone", choose, [
      ["utc", "UTC"],
      ["local", `here (${offset(new Date())})`],
    ]),
  );
}

function choices(title, name, choose, values) {
  const radio = ([value, label]) =>
    make(
      "label",
      { class: "tick" },
      make("input", {
        type: "radio",
        name,
        value,
        checked: preference(name) === value,
        change: () => choose(name, value),
      }),
      label,
    );
  return make("fieldset", {}, make("legend", {}, title), values.map(radio));
}
