// The head of a log: its stamp, how the pilot stands and why, the cause of its failure, facts.

import { pageOf } from "../shared/api.js";
import { make, fill } from "../shared/dom.js";
import { capital } from "../shared/states.js";
import { moment } from "../shared/times.js";
import { ago, bytes, count, duration, hasFailed } from "../shared/words.js";

const STANDINGS = { running: "Running", ended: "Ended", complete: "Complete", incomplete: "Incomplete" };
const SILENT_SECONDS = 300;

export class Standing {
  /** `view` is the log's. */
  constructor(view) {
    this.view = view;
    this.chip = make("span", { class: "standing" });
    this.why = make("span", { class: "why" });
    this.source = make("span", { class: "source" });
    this.facts = make("div", { class: "facts", tabindex: 0, role: "group", "aria-label": "Facts" });
    this.cause = make("div", { class: "cause", hidden: true });
    const stamp = make("h1", { class: "stamp", title: view.pilot.stamp }, view.pilot.stamp);
    this.header = make(
      "header",
      { class: "bar of-log" },
      make(
        "div",
        { class: "title" },
        make("a", { href: pageOf(null), "data-go": true, class: "back", title: "Back to the list (u)" }, "← Logs"),
        stamp,
      ),
      make("div", { class: "stands" }, this.chip, this.source, this.why),
      this.cause,
      this.facts,
    );
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

  /** Show why the pilot failed, with a link to the line that tells so. */
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
      ` (${cause.party}), `,
      make("a", { href: `#L${cause.line}`, click: follow }, `line ${count(cause.line)}`),
      make("span", { class: "hint" }, cause.hint),
    );
  }

  /** Show the facts about the log, relative times included. */
  times() {
    this.name();
    const shown = this.all().filter(([, value]) => value);
    const text = JSON.stringify(shown);
    if (text === this.told) return;
    this.told = text;
    fill(
      this.facts,
      shown.map(([name, value, kind]) => fact(name, value, kind)),
    );
  }

  all() {
    const { log } = this.view;
    const took = (Date.parse(log.lastSeen) - Date.parse(log.firstSeen)) / 1000;
    return [
      ["VO", log.vo],
      ["Site", log.site],
      ["CE", log.ce],
      ["Host", log.host],
      ["Jobs", log.jobs?.map(({ id, owner }) => (owner ? `${id} (${owner})` : `${id}`)).join(", "), "is-long"],
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
  name() {
    const { log } = this.view;
    const silent = log.live ? (this.view.now() - Date.parse(log.lastSeen)) / 1000 : 0;
    const told = log.outcome && !log.live ? capital(log.outcomeText) : "";
    const name = told || (STANDINGS[log.standing] ?? log.standing);
    const status = log.standing === "ended" ? ` (${log.pilotStatus})` : "";
    const missing = log.missing ? `, ${bytes(log.missing)} missing` : "";
    const text = `${name}${status}${missing}${silent >= SILENT_SECONDS ? `, silent for ${duration(silent)}` : ""}`;
    if (text !== this.shown) fill(this.chip, (this.shown = text));
  }
}

function fact(name, value, kind) {
  return make(
    "span",
    { class: `fact ${kind ?? ""}`, title: `${name}: ${value}` },
    make("span", { class: "name" }, name),
    make("span", { class: "value" }, value),
  );
}
