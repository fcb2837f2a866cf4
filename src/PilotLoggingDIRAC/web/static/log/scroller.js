// A scroller through any number of lines with few elements: only visible lines are in the page.
//
// The position is a line and pixels of it. Small movements of the native scroll bar move by as many pixels, large ones
// jump in proportion: browsers can't make an element as high as a million lines.

import { make, fill } from "../shared/dom.js";

const MAX_HEIGHT = 6000000;
const SETTLE_MILLISECONDS = 180;
const AT_END = 2;

export class Scroller {
  /**
   * `length()` is the number of lines, `row(number)` makes an element, `drawn(first, last)` is called with the
   * visible lines.
   */
  constructor({ length, row, drawn, label }) {
    this.length = length;
    this.row = row;
    this.drawn = drawn;
    this.line = 0;
    this.offset = 0;
    this.last = 0;
    this.aim = null;
    this.stuck = false;
    this.onStuck = () => {};
    this.pack = make("div", { class: "pack" });
    this.rows = make("div", { class: "rows" }, this.pack);
    this.canvas = make("div", { class: "canvas" }, this.rows);
    this.element = make(
      "div",
      { class: "viewport", tabindex: 0, role: "log", "aria-label": label, "aria-live": "off" },
      this.canvas,
    );
    this.element.addEventListener("scroll", () => this.scrolled());
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.element);
  }

  get height() {
    return this.element.clientHeight;
  }

  get rowHeight() {
    if (!this.measured) {
      const probe = make("div", { class: "row" }, "\u00a0");
      this.pack.append(probe);
      this.measured = probe.getBoundingClientRect().height || 18;
      probe.remove();
    }
    return this.measured;
  }

  resized() {
    this.measured = 0;
    this.redraw();
  }

  /** Height that the scroll bar represents. */
  get full() {
    return Math.min(MAX_HEIGHT, Math.max(this.length() * this.rowHeight, this.height));
  }

  /** Number of lines that fit. */
  get page() {
    return Math.max(1, this.height / this.rowHeight);
  }

  /** Follow the native scroll bar, if it was moved. */
  scrolled() {
    const top = this.element.scrollTop;
    const by = top - this.last;
    if (Math.abs(by) < 1) return;
    this.last = top;
    this.aim = null;
    const range = this.element.scrollHeight - this.height;
    if (by < 0) this.stick(false);
    if (top <= 0) this.place(0, 0);
    else if (top >= range - AT_END) this.toEnd();
    else if (Math.abs(by) > 2 * this.height) this.jump(top / range);
    else this.shift(by);
    this.settle();
  }

  jump(share) {
    const place = share * Math.max(0, this.length() - this.page);
    this.place(Math.floor(place), (place % 1) * this.rowHeight);
  }

  /** Move by pixels. */
  shift(by) {
    this.aim = null;
    this.offset += by;
    this.draw();
  }

  /** Move by pixels, as for a key press. */
  by(pixels) {
    if (pixels < 0) this.stick(false);
    this.shift(pixels);
    this.align();
  }

  place(line, offset) {
    this.aim = null;
    this.line = line;
    this.offset = offset;
    this.draw();
  }

  /**
   * Show a line, a third from the top, also when lines above it grow as they are loaded; do not move if it is visible
   * anyway.
   */
  show(line, always = false) {
    this.stick(false);
    if (!always && line > this.line && line < this.line + this.page - 2) this.draw();
    else this.aimAt(line);
    this.align();
  }

  aimAt(line) {
    this.place(line, -this.height / 3);
    this.aim = line;
  }

  toEnd() {
    this.place(this.length(), 0);
    this.stick(true);
  }

  /** Stay at the end while lines come, or stop doing so. */
  stick(yes) {
    if (this.stuck === yes) return;
    this.stuck = yes;
    this.onStuck(yes);
  }

  /**
   * Draw again after lines have come or their display has changed. What the reader has scrolled since is followed first:
   * its event comes a moment later, and the scroll bar is aligned with the position now.
   */
  refresh() {
    this.scrolled();
    this.redraw();
  }

  redraw() {
    this.canvas.style.height = `${this.full}px`;
    if (this.stuck) this.place(this.length(), 0);
    else if (this.aim !== null) this.aimAt(this.aim);
    else this.draw();
    this.align();
  }

  draw() {
    const height = this.height;
    this.rows.style.height = `${height}px`;
    this.upward();
    this.drawFrom(height);
    const bottom = this.pack.offsetHeight - this.offset;
    if (bottom < height && (this.line > 0 || this.offset > 0)) {
      this.offset -= height - bottom;
      this.upward();
      this.drawFrom(height);
    }
    this.pack.style.transform = `translateY(${-Math.round(this.offset)}px)`;
    this.drawn(this.line, Math.min(this.length() - 1, this.line + this.pack.childElementCount - 1));
  }

  /** Move the position to the line that it is in. */
  upward() {
    this.line = Math.min(this.line, Math.max(0, this.length() - 1));
    while (this.offset < 0 && this.line > 0) {
      this.line -= 1;
      this.offset += this.heightOf(this.line);
    }
    this.offset = this.line === 0 ? Math.max(0, this.offset) : this.offset;
  }

  heightOf(line) {
    const element = this.row(line);
    this.pack.prepend(element);
    const height = element.getBoundingClientRect().height;
    element.remove();
    return height;
  }

  drawFrom(height) {
    const elements = [];
    fill(this.pack);
    let bottom = -this.offset;
    for (let line = this.line; line < this.length() && bottom < height; line += 1) {
      const element = this.row(line);
      this.pack.append(element);
      const own = element.getBoundingClientRect().height;
      if (bottom + own <= 0 && line + 1 < this.length()) {
        element.remove();
        this.line = line + 1;
        this.offset -= own;
      } else {
        elements.push(element);
      }
      bottom += own;
    }
  }

  /** Align the scroll bar with the position after scrolling has ended. */
  settle() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.scrolled();
      this.align();
    }, SETTLE_MILLISECONDS);
  }

  align() {
    const range = this.element.scrollHeight - this.height;
    const lines = this.length() - this.page;
    const share = lines > 0 ? Math.min(1, (this.line + this.offset / this.rowHeight) / lines) : 0;
    const top = this.stuck ? range : share * range;
    if (Math.abs(top - this.element.scrollTop) > 1) this.element.scrollTop = top;
    this.last = this.element.scrollTop;
  }

  leave() {
    clearTimeout(this.timer);
    this.observer.disconnect();
  }
}
