// Elements of the page. Text always becomes a text node, so that text of a log is never parsed as markup.

/** Return an element: `properties` become attributes, functions listeners; `false` and `null` are left out. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...present(children));
  return element;
}

/** Replace all that is in an element by `children`. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Return children of lists of any depth as one list, without those that are left out. */
function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Return true for a key press in a form field. */
export function isTyping(event) {
  const target = event.target;
  return target instanceof HTMLElement && (target.matches("input, select, textarea") || target.isContentEditable);
}
