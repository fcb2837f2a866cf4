// Making elements. Text always becomes a text node: nothing that comes from a log is ever read as markup.

/** An element: `properties` are set as attributes, functions as listeners, `false` and `null` are left out. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Put these, and nothing else, into an element. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Whether a key press is meant for a field that is being filled in. */
export function isTyping(event) {
  const target = event.target;
  return target instanceof HTMLElement && (target.matches("input, select, textarea") || target.isContentEditable);
}
