// The filters of the list: fields above it, and their values in the page's address.

import { make } from "./dom.js";

const SINCE = [
  ["1h", "last hour"],
  ["6h", "last 6 hours"],
  ["1d", "last day"],
  ["7d", "last 7 days"],
  ["30d", "last 30 days"],
  ["all", "all times"],
  ["from", "from … to …"],
];
const DEFAULT_SINCE = "1d";
const LISTS = [
  ["VO", "VO", "any"],
  ["Site", "Site", "any"],
  ["CE", "CE", "any"],
  ["ReturnCode", "Return code", "any"],
];
const TICKS = [
  ["Incomplete", "incomplete", "Ended without the pilot's saying so"],
  ["Dead", "dead", "DIRAC says that the pilot has ended, and its log is still open"],
  ["Missing", "text missing", "Text is missing, from whatever cause"],
];
const SELECTED = [
  ...["VO", "Site", "CE", "ReturnCode", "State", "Outcome", "Cause"],
  ...["PilotStamp", "PilotReference", "Name", "Job", "User", "Host"],
];
/** What the search over many logs has in the address besides, which is no filter. */
const OTHERS = ["group", "Pattern", "Regex", "IgnoreCase", "Archive"];
const HOURS = { h: 1, d: 24 };
const REFERENCE = /[:/]/;

/** Return the selection to send to the server, from the query of the page's address. */
export function selection(query) {
  const values = {};
  for (const name of SELECTED) {
    const found = query.getAll(name).filter(Boolean);
    if (found.length) values[name] = found;
  }
  if (query.get("LastError")) values.LastError = query.get("LastError");
  for (const [name] of TICKS) if (query.get(name) === "true") values[name] = "true";
  if (query.get("Order")) values.Order = query.get("Order");
  return { ...values, ...times(query) };
}

function times(query) {
  const since = query.get("since") || (query.get("PilotStamp") || query.get("PilotReference") ? "all" : DEFAULT_SINCE);
  const match = /^(\d{1,3})([hd])$/.exec(since);
  if (match) return { FromDate: new Date(Date.now() - Number(match[1]) * HOURS[match[2]] * 3600e3).toISOString() };
  const values = {};
  if (since === "from" && query.get("FromDate")) values.FromDate = `${query.get("FromDate")}Z`;
  if (since === "from" && query.get("ToDate")) values.ToDate = `${query.get("ToDate")}Z`;
  return values;
}

export class Filters {
  /** `changed()` is called after a field has changed the query. */
  constructor(query, changed) {
    this.query = query;
    this.changed = changed;
    this.who = make("input", {
      type: "search",
      name: "pilot",
      placeholder: "stamp or reference",
      value: query.get("PilotStamp") || query.get("PilotReference") || "",
      change: (event) => this.pilot(event.target.value.trim()),
    });
    this.times = make(
      "span",
      { class: "times", hidden: this.since !== "from" },
      this.time("FromDate", "from"),
      this.time("ToDate", "to"),
    );
    this.form = make(
      "form",
      { class: "filters", role: "search", submit: (event) => event.preventDefault() },
      this.labelled("Pilot", this.who, "is-wide"),
      LISTS.map(([name, label, hint]) => this.labelled(label, this.list(name, hint))),
      this.labelled("Archiving error", this.text("LastError", "holds …")),
      this.labelled("Heard of", this.period(), "is-period"),
      this.times,
      this.ticks(),
      make("button", { type: "button", class: "quiet", click: () => this.clear() }, "Clear"),
    );
    const wide = !matchMedia("(max-width: 900px)").matches;
    this.element = make("details", { class: "filters-box", open: wide }, make("summary", {}, "Filters"), this.form);
  }

  get since() {
    return this.query.get("since") || DEFAULT_SINCE;
  }

  labelled(label, field, kind = "") {
    return make("label", { class: `filter ${kind}` }, make("span", {}, label), field);
  }

  list(name, hint) {
    const value = this.query.getAll(name).join(", ");
    return make("input", {
      name,
      placeholder: hint,
      value,
      title: "several are separated by commas",
      change: (event) => this.setList(name, event.target.value),
    });
  }

  text(name, hint) {
    return make("input", {
      name,
      placeholder: hint,
      value: this.query.get(name) ?? "",
      change: (event) => this.set(name, event.target.value.trim()),
    });
  }

  time(name, label) {
    const value = this.query.get(name) ?? "";
    return make(
      "label",
      { class: "filter" },
      make("span", {}, `${label} (UTC)`),
      make("input", { type: "datetime-local", name, value, change: (event) => this.set(name, event.target.value) }),
    );
  }

  period() {
    return make(
      "select",
      { name: "since", change: (event) => this.setSince(event.target.value) },
      SINCE.map(([value, label]) => make("option", { value, selected: value === this.since }, label)),
    );
  }

  ticks() {
    const boxes = TICKS.map(([name, label, title]) => this.ticked(name, label, title));
    return make(
      "div",
      { class: "filter is-ticks", role: "group", "aria-label": "Only" },
      make("span", {}, "Only"),
      make("div", { class: "ticks" }, boxes),
    );
  }

  ticked(name, label, title) {
    const box = make("input", {
      type: "checkbox",
      name,
      checked: this.query.get(name) === "true",
      change: (event) => this.set(name, event.target.checked ? "true" : ""),
    });
    return make("label", { class: "tick", title }, box, label);
  }

  setSince(value) {
    this.times.hidden = value !== "from";
    this.set("since", value === DEFAULT_SINCE ? "" : value);
  }

  setList(name, text) {
    this.query.delete(name);
    for (const one of text
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean))
      this.query.append(name, one);
    this.changed();
  }

  /** Select a pilot by its stamp, or by its reference, which has a colon or a slash. */
  pilot(text) {
    this.query.delete("PilotStamp");
    this.query.delete("PilotReference");
    if (text) this.query.set(REFERENCE.test(text) ? "PilotReference" : "PilotStamp", text);
    this.changed();
  }

  set(name, value) {
    if (value) this.query.set(name, value);
    else this.query.delete(name);
    this.changed();
  }

  clear() {
    for (const name of [...this.query.keys()]) if (!OTHERS.includes(name)) this.query.delete(name);
    this.form.reset();
    for (const field of this.form.querySelectorAll("input:not([type=checkbox])")) field.value = "";
    for (const field of this.form.querySelectorAll("input[type=checkbox]")) field.checked = false;
    this.form.elements.since.value = DEFAULT_SINCE;
    this.times.hidden = true;
    this.changed();
  }

  focus() {
    this.element.open = true;
    this.who.focus();
    this.who.select();
  }
}
