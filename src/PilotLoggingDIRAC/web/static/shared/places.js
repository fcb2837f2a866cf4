// Names of sites and CEs: suggestions while one types, and a word on those that nobody knows.

import { ask } from "./api.js";
import { make, fill } from "./dom.js";

const MAX_TOLD = 5;

export class Places {
  constructor() {
    this.known = {};
    this.lists = ["Site", "CE"].map((name) => make("datalist", { id: `known-${name}` }));
    this.element = make("div", { hidden: true }, this.lists);
  }

  /** Fetch the names; without them nothing is suggested. */
  async fetch() {
    this.known = await ask("places").catch(() => ({}));
    for (const list of this.lists) {
      const names = this.known[list.id.slice("known-".length)] ?? [];
      fill(
        list,
        names.map((value) => make("option", { value })),
      );
    }
  }

  /** Return a sentence for each site and CE of a query that is not known. */
  unknown(query) {
    return Object.entries(this.known).flatMap(([key, names]) =>
      names.length
        ? query
            .getAll(key)
            .filter((name) => name && !names.includes(name))
            .map((name) => `There is no ${key === "Site" ? "site" : key} ${name}; there are: ${told(name, names)}`)
        : [],
    );
  }
}

/** Return a few known names, those first that hold a part of the wanted one. */
export function told(name, names) {
  const word = name.toLowerCase();
  const near = names.filter((one) => one.toLowerCase().includes(word));
  const first = [...new Set([...near, ...names])].slice(0, MAX_TOLD);
  const more = names.length - first.length;
  return `${first.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
