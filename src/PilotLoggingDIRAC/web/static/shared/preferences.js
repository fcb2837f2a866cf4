// The reader's choices, which the browser keeps: colours, and the zone of times. The first value is the default.

const CHOICES = { theme: ["system", "light", "dark"], zone: ["utc", "local"] };
const here = {};

/** Return the reader's choice, "theme" or "zone". */
export function preference(name) {
  const value = here[name] ?? kept(name);
  return CHOICES[name].includes(value) ? value : CHOICES[name][0];
}

/** Keep a choice; without a storage, as in some frames, as long as the page is there. */
export function prefer(name, value) {
  here[name] = value;
  try {
    localStorage.setItem(`pilotlogs.${name}`, value);
  } catch {
    return;
  }
}

/** Show the page in the colours that the reader has chosen, or in those of the system. */
export function showTheme() {
  document.documentElement.dataset.theme = preference("theme");
}

function kept(name) {
  try {
    return localStorage.getItem(`pilotlogs.${name}`);
  } catch {
    return null;
  }
}
