// The live tail of a log. After a lost connection it continues with the last event's id.

import { address, ask, logPath } from "../shared/api.js";

const SILENCE_MILLISECONDS = 40000;
const RETRY_MILLISECONDS = [1000, 2000, 5000, 10000];
const HIDDEN_MILLISECONDS = 30000;
const REFUSALS = [401, 403, 404];

export class Tail {
  /**
   * `told` has text(line, text, lastSeen), standing(log), link(state): "live", "cut", "paused", "refused", and
   * refused(error), after which no more comes.
   */
  constructor(pilot, cursor, told) {
    this.pilot = pilot;
    this.cursor = cursor;
    this.told = told;
    this.failures = 0;
    this.onVisibility = () => this.seen(!document.hidden);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.connect();
  }

  connect() {
    this.close();
    const source = new EventSource(address(logPath(this.pilot, "tail"), { Cursor: this.cursor }));
    this.source = source;
    source.addEventListener("open", () => this.alive());
    source.addEventListener("beat", () => this.alive());
    source.addEventListener("text", (event) => this.text(event));
    source.addEventListener("standing", (event) => {
      this.alive();
      this.told.standing(JSON.parse(event.data));
    });
    source.addEventListener("error", () => this.broken(source));
    this.watch();
  }

  text(event) {
    this.alive();
    this.cursor = event.lastEventId;
    const { line, text, lastSeen } = JSON.parse(event.data);
    this.told.text(line, text, lastSeen);
  }

  alive() {
    this.failures = 0;
    this.told.link("live");
    this.watch();
  }

  /** Treat a connection that is silent for too long as lost. */
  watch() {
    clearTimeout(this.dog);
    this.dog = setTimeout(() => this.again(), SILENCE_MILLISECONDS);
  }

  broken(source) {
    if (source !== this.source) return;
    this.told.link("cut");
    if (source.readyState !== EventSource.CLOSED) return; // the browser itself connects again
    this.again();
    this.inquire();
  }

  /** Ask the server whether the log may still be read: an EventSource does not tell why it was closed. */
  async inquire() {
    try {
      await ask(logPath(this.pilot, "lines"), { First: 0, Number: 1 });
    } catch (error) {
      if (!this.ended && REFUSALS.includes(error.status)) this.refuse(error);
    }
  }

  refuse(error) {
    this.leave();
    this.told.link("refused");
    this.told.refused(error);
  }

  again() {
    this.close();
    this.told.link("cut");
    const wait = RETRY_MILLISECONDS[Math.min(this.failures, RETRY_MILLISECONDS.length - 1)];
    this.failures += 1;
    this.retry = setTimeout(() => this.connect(), wait);
  }

  /** Disconnect a page that is hidden for a while, and catch up when it is visible again. */
  seen(visible) {
    clearTimeout(this.hiding);
    if (!visible) {
      this.hiding = setTimeout(() => {
        this.close();
        this.told.link("paused");
      }, HIDDEN_MILLISECONDS);
    } else if (!this.source && !this.ended) {
      this.connect();
    }
  }

  close() {
    clearTimeout(this.dog);
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  /** End the tail. */
  leave() {
    this.ended = true;
    clearTimeout(this.hiding);
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.close();
  }
}
