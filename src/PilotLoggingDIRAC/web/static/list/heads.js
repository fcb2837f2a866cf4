// The headings of the list's columns, some of which sort it. The order is in the page's address.

import { make, fill } from "../shared/dom.js";

const COLUMNS = [
  ["state-name", "State"],
  ["stamp", "Pilot"],
  ["vo", "VO"],
  ["site", "Site, CE"],
  ["end", "End"],
  ["size", "Size", "NumberOfBytes", "largest", "smallest"],
  ["took", "Began, took", "FirstSeen", "newest", "oldest"],
  ["seen", "Last heard", "LastSeen", "newest", "oldest"],
];
const DEFAULT = "-LastSeen";

export class Heads {
  /** `changed()` is called after a heading has changed the order in the query. */
  constructor(query, changed) {
    this.query = query;
    this.changed = changed;
    this.element = make("div", { class: "heads", role: "group", "aria-label": "Columns" });
    this.show();
  }

  get order() {
    return this.query.get("Order") || DEFAULT;
  }

  /** Show by which column the list is sorted, and in which direction. */
  show() {
    fill(
      this.element,
      make("span"),
      COLUMNS.map((column) => this.head(column)),
    );
  }

  head([name, label, column, most, least]) {
    if (!column) return make("span", { class: name }, label);
    const next = nextOrder(this.order, column);
    const isOurs = this.order === column || this.order === `-${column}`;
    const arrow = isOurs ? (this.order.startsWith("-") ? " ↓" : " ↑") : "";
    const title = `Sort: the ${next.startsWith("-") ? most : least} first`;
    return make(
      "button",
      { type: "button", class: name, title, "aria-pressed": String(isOurs), click: () => this.sort(next) },
      label + arrow,
    );
  }

  sort(order) {
    if (order === DEFAULT) this.query.delete("Order");
    else this.query.set("Order", order);
    this.show();
    this.changed();
  }
}

/** Return the order after a click on a column's heading: the most first, then the least. */
export function nextOrder(order, column) {
  return order === `-${column}` ? column : `-${column}`;
}
