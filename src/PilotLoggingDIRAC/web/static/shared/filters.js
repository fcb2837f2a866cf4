// The filters of the list: fields above it, and their values in the page's address.

import { make } from "./dom.js";
import { KINDS, kindOf, named } from "./pilot_name.js";
import { Places } from "./places.js";

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
  ["VO", "VO", "any", "is-short"],
  ["Site", "Site", "any", "is-site"],
  ["CE", "CE", "any", ""],
  ["ReturnCode", "Return code", "any", "is-short"],
];
const ONLY = [
  ["Dead", "dead", "DIRAC says that the pilot has ended, and its log is still open"],
  ["Missing", "text missing", "Text is missing, from whatever cause"],
];
const ALSO = [["Checks", "checks", "Logs of checks of the installation (canaries), too"]];
const TRUTHS = ["Incomplete", "Dead", "Missing"];
const SELECTED = [
  ...["VO", "Site", "CE", "ReturnCode", "State", "Outcome", "Cause"],
  ...["PilotStamp", "PilotReference", "Name", "Job", "User", "Host"],
];
/** What the search over many logs has in the address besides, which is no filter. */
const OTHERS = ["group", "Pattern", "Regex", "IgnoreCase", "Archive"];
/** What names so few pilots that they are looked for in all times. */
const ALL_TIMES = ["PilotStamp", "PilotReference", "Job", "Name"];
const HOURS = { h: 1, d: 24 };

/** Return the selection to send to the server, from the query of the page's address. */
export function selection(query) {
  const values = {};
  for (const name of SELECTED) {
    const found = query.getAll(name).filter(Boolean);
    if (found.length) values[name] = found;
  }
  if (query.get("LastError")) values.LastError = query.get("LastError");
  for (const name of TRUTHS) if (query.get(name) === "true") values[name] = "true";
  if (query.get("Checks") !== "true" && !named(query)[0]) values.Checks = "false";
  if (query.get("Order")) values.Order = query.get("Order");
  return { ...values, ...times(query) };
}

/** Return the time that is chosen, or the one that counts without a choice. */
function sinceOf(query) {
  return query.get("since") || (ALL_TIMES.includes(named(query)[0]) ? "all" : DEFAULT_SINCE);
}

function times(query) {
  const since = sinceOf(query);
  const match = /^(\d{1,3})([hd])$/.exec(since);
  if (match) return { FromDate: new Date(Date.now() - Number(match[1]) * HOURS[match[2]] * 3600e3).toISOString() };
  const values = {};
  if (since === "from" && query.get("FromDate")) values.FromDate = `${query.get("FromDate")}Z`;
  if (since === "from" && query.get("ToDate")) values.ToDate = `${query.get("ToDate")}Z`;
  return values;
}

/** Return how many filters the query has. */
export function numberOf(query) {
  const set = [...SELECTED, ...TRUTHS, "LastError", "Checks"].filter((name) => query.get(name));
  return set.length + (query.get("since") && sinceOf(query) !== DEFAULT_SINCE ? 1 : 0);
}

export class Filters {
  /** `changed()` is called after a field has changed the query. */
  constructor(query, changed) {
    this.query = query;
    this.changed = () => {
      this.showNumber();
      changed();
    };
    this.who = make("input", {
      type: "search",
      name: "pilot",
      placeholder: "stamp, reference, job, host …",
      title: "A stamp, a reference, or a part of them; a job's number; a host; the user name of a job's owner",
      value: named(query)[1],
      change: (event) => this.pilot(event.target.value.trim()),
    });
    this.times = make(
      "span",
      { class: "times", hidden: this.since !== "from" },
      this.time("FromDate", "from"),
      this.time("ToDate", "to"),
    );
    this.kind = make("span", { class: "kind" });
    this.places = new Places();
    this.form = make(
      "form",
      { class: "filters", role: "search", submit: (event) => event.preventDefault() },
      make("label", { class: "filter is-wide" }, make("span", {}, "Pilot", this.kind), this.who),
      LISTS.map(([name, label, hint, kind]) => this.labelled(label, this.list(name, hint), kind)),
      this.labelled("Archiving error", this.text("LastError", "holds …")),
      this.labelled("Heard of", this.period(), "is-period"),
      this.times,
      this.ticks("Only", ONLY),
      this.ticks("Also", ALSO),
      make("button", { type: "button", class: "quiet", click: () => this.clear() }, "Clear"),
    );
    this.summary = make("summary");
    this.showKind();
    this.showNumber();
    this.places.fetch();
    const wide = !matchMedia("(max-width: 900px)").matches;
    this.element = make("details", { class: "filters-box", open: wide }, this.summary, this.form, this.places.element);
  }

  get since() {
    return sinceOf(this.query);
  }

  labelled(label, field, kind = "") {
    return make("label", { class: `filter ${kind}` }, make("span", {}, label), field);
  }

  list(name, hint) {
    const value = this.query.getAll(name).join(", ");
    return make("input", {
      name,
      list: ["Site", "CE"].includes(name) ? `known-${name}` : null,
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

  ticks(heading, choices) {
    const boxes = choices.map(([name, label, title]) => this.ticked(name, label, title));
    return make(
      "div",
      { class: "filter is-ticks", role: "group", "aria-label": heading },
      make("span", {}, heading),
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
    const isDefault = value === DEFAULT_SINCE && !ALL_TIMES.includes(named(this.query)[0]);
    this.set("since", isDefault ? "" : value);
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

  /** Select pilots by what names them. */
  pilot(text) {
    for (const name of Object.keys(KINDS)) this.query.delete(name);
    if (text) this.query.set(kindOf(text), text);
    this.showKind();
    this.form.elements.since.value = this.since;
    this.changed();
  }

  /** Show as what the text that names a pilot was taken. */
  showKind() {
    const [kind] = named(this.query);
    this.kind.textContent = kind ? ` · ${KINDS[kind]}` : "";
  }

  /** Show how many filters are set: on a phone they are folded away. */
  showNumber() {
    const number = numberOf(this.query);
    this.summary.textContent = number ? `Filters (${number})` : "Filters";
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
    this.showKind();
    this.changed();
  }

  focus() {
    this.element.open = true;
    this.who.focus();
    this.who.select();
  }
}
