// The dialog that shows the keys of a view.

import { make } from "./dom.js";

/** Return the dialog of a list of [keys, what they do]; `showModal` opens it. */
export function helpDialog(entries) {
  const dialog = make(
    "dialog",
    { class: "help", "aria-label": "Keys" },
    make("h2", {}, "Keys"),
    make(
      "dl",
      {},
      entries.map(([keys, text]) => [make("dt", {}, keys), make("dd", {}, text)]),
    ),
    make("button", { type: "button", click: () => dialog.close() }, "Close"),
  );
  return dialog;
}
