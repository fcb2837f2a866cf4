// The head of a log: its stamp, how the pilot stands and why, the cause of its failure, facts.

import { ask } from "../shared/api.js";
import { make, fill } from "../shared/dom.js";
import { sitePage, wayBack } from "../shared/pages.js";
import { capital } from "../shared/states.js";
import { moment } from "../shared/times.js";
import { ago, bytes, count, duration, hasFailed } from "../shared/words.js";

const STANDINGS = { running: "Running", ended: "Ended", complete: "Complete", incomplete: "Incomplete" };

export class Standing {
  /** `view` is the log's. */
  constructor(view) {
    this.view = view;
    this.chip = make("span", { class: "standing" });
    this.why = make("span", { class: "why" });
    this.source = make("span", { class: "source" });
    this.facts = make("div", { class: "facts", tabindex: 0, role: "group", "aria-label": "Facts" });
    this.cause = make("div", { class: "cause", hidden: true });
    this.portal = {};
    const stamp = make("h1", { class: "stamp", title: view.pilot.stamp }, view.pilot.stamp);
    this.header = make(
      "header",
      { class: "bar of-log" },
      make("div", { class: "title" }, backLink(), stamp),
      make("div", { class: "stands" }, this.chip, this.source, this.why),
      this.cause,
      this.facts,
    );
  }

  /** Ask where the portal shows jobs and pilots, and link to it; without an answer there is no link. */
  async linkPortal(signal) {
    const me = await ask("me", {}, signal).catch(() => ({}));
    this.portal = me.portal ?? {};
    this.told = "";
    this.times();
  }

  /** Show how the log stands now. */
  show() {
    const { log } = this.view;
    this.chip.className = `standing is-${log.standing} is-${log.outcome ?? log.standing}`;
    this.shown = "";
    fill(this.why, log.why);
    fill(this.source, "from the ", log.where);
    this.caused(log.cause);
    this.times();
  }

  /** Show why the pilot failed, with a link to the line that tells so, if that is there. */
  caused(cause) {
    this.cause.hidden = !cause;
    if (!cause) return;
    const follow = (event) => {
      event.preventDefault();
      this.view.open(cause.line - 1);
    };
    fill(
      this.cause,
      make("strong", { class: "is-bad" }, cause.name),
      ` (${cause.party})`,
      cause.line ? [", ", make("a", { href: `#L${cause.line}`, click: follow }, `line ${count(cause.line)}`)] : "",
      make("span", { class: "hint" }, cause.hint),
    );
  }

  /** Show the facts about the log, relative times included. */
  times() {
    this.showChip();
    const shown = this.all().filter(([, value]) => value);
    const text = JSON.stringify(shown.map(([name, value]) => [name, value]));
    if (text === this.told) return;
    this.told = text;
    fill(
      this.facts,
      shown.map(([name, value, kind, links]) => fact(name, value, kind, links)),
    );
  }

  /** Return each job with a link to it, if the portal has one. */
  jobs() {
    const address = this.portal.job;
    return this.view.log.jobs?.map(({ id, owner }, place) => [
      place ? ", " : "",
      address ? away(address.replaceAll("{job}", id), id) : id,
      owner ? ` (${owner})` : "",
    ]);
  }

  /** Return a link to the pilot in the portal, null if the portal has none. */
  pilotLink() {
    const { log } = this.view;
    const named = Object.entries({ reference: log.reference, stamp: log.stamp, site: log.site });
    if (!this.portal.pilot || !log.pilotStatus) return null;
    const fillIn = (text, [name, value]) => text.replaceAll(`{${name}}`, encodeURIComponent(value));
    return away(named.reduce(fillIn, this.portal.pilot), log.pilotStatus);
  }

  all() {
    const { log } = this.view;
    const took = (Date.parse(log.lastSeen) - Date.parse(log.firstSeen)) / 1000;
    return [
      ["VO", log.vo],
      ["Site", log.site, "", log.site && make("a", { href: sitePage(log.site), "data-go": true }, log.site)],
      ["CE", log.ce],
      ["Host", log.host],
      [
        "Jobs",
        log.jobs?.map(({ id, owner }) => (owner ? `${id} (${owner})` : `${id}`)).join(", "),
        "is-long",
        this.jobs(),
      ],
      ["DIRAC says", log.pilotStatus, "", this.pilotLink()],
      ["Phase", log.live ? log.phase : ""],
      ["Return code", log.returnCodes?.join(", ") || log.returnCode, hasFailed(log) ? "is-bad" : ""],
      ["Began", moment(log.firstSeen)],
      [log.live ? "Last heard" : "Ended", log.live ? ago(log.lastSeen, this.view.now()) : moment(log.lastSeen)],
      ["Took", log.live ? "" : duration(took)],
      ["Sent from", log.manySenders ? log.senders?.join(", ") || "several addresses" : "", "is-bad is-long"],
      ["Reference", log.reference, "is-long"],
      ["Archive", log.files?.at(-1), "is-long"],
      ["Archiving failed", log.lastError, "is-bad is-long"],
    ];
  }

  /** Show the standing, with the silence of a log that may still get text. */
  showChip() {
    const { log } = this.view;
    const silent = log.live ? (this.view.now() - Date.parse(log.lastSeen)) / 1000 : 0;
    const told = log.outcome && (!log.live || log.standing === "ended") ? capital(log.outcomeText) : "";
    const name = told || (STANDINGS[log.standing] ?? log.standing);
    const status = log.standing === "ended" && !told ? ` (${log.pilotStatus})` : "";
    const missing = log.missing ? `, ${bytes(log.missing)} missing` : "";
    const text = `${name}${status}${missing}${silent >= log.silentSeconds ? `, silent for ${duration(silent)}` : ""}`;
    if (text !== this.shown) fill(this.chip, (this.shown = text));
  }
}

/** Return the link to where the reader came from. */
export function backLink() {
  const { address, label } = wayBack();
  return make("a", { href: address, "data-go": true, class: "back", title: "Back (u)" }, `← ${label}`);
}

/** Return a link to another page, which opens beside this one. */
function away(href, label) {
  return make("a", { href, target: "_blank", rel: "noopener" }, label);
}

function fact(name, value, kind, links) {
  return make(
    "span",
    { class: `fact ${kind ?? ""}`, title: `${name}: ${value}` },
    make("span", { class: "name" }, name),
    make("span", { class: "value" }, links || value),
  );
}
