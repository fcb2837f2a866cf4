// Small charts: elements of SVG, bars over time in one colour or stacked. Numbers become heights; words stand beside them.

import { make } from "../shared/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 100;
const LEAST = 3;

/** Return an element of SVG with attributes and children. */
export function svg(name, properties = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, String(value));
  element.append(...children.flat());
  return element;
}

/**
 * Return {name, y, height} of each number that is not 0, stacked upwards in the order of `names`, of a height in all
 * that is the share of `most`. Small numbers are seen, too.
 */
export function stacked(numbers, names, most) {
  const present = names.filter((name) => numbers[name]);
  let y = HEIGHT;
  return present.map((name) => {
    const room = HEIGHT - LEAST * present.length;
    const height = LEAST + (room * numbers[name]) / Math.max(most, 1);
    y -= height;
    return { name, y, height };
  });
}

/** Return a column of a chart: numbers by name, stacked. */
export function column(numbers, names, most) {
  return svg(
    "svg",
    { viewBox: `0 0 10 ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": true, focusable: false },
    stacked(numbers, names, most).map(({ name, y, height }) =>
      svg("rect", { class: `of-${name}`, x: 0, y, width: 10, height }),
    ),
  );
}

/** Return numbers over time as one small chart; `label` says in words what is seen. */
export function spark(numbers, label) {
  const most = Math.max(1, ...numbers);
  const bars = numbers.map((number, place) => {
    const height = number ? LEAST + ((HEIGHT - LEAST) * number) / most : 0;
    return svg("rect", { x: place * 10 + 1, y: HEIGHT - height, width: 8, height });
  });
  const chart = svg(
    "svg",
    { viewBox: `0 0 ${numbers.length * 10} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": true },
    bars,
  );
  return make("span", { class: "spark", role: "img", "aria-label": label, title: label }, chart);
}
