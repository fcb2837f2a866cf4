// What names a pilot in the list's one field: its stamp or reference, parts of them, its job, its host, a job's owner.

const STAMP = /^[0-9a-f]{32}$/i;
// DIRAC's job numbers have ten digits at most; more of them are a part of a stamp.
const JOB = /^\d{1,10}$/;
const PART = /^[0-9a-f-]+$/i;
const DOMAIN = /^[\w-]+(?:\.[\w-]+)+$/;

export const KINDS = {
  PilotStamp: "stamp",
  PilotReference: "reference",
  Job: "job",
  Host: "host",
  User: "owner of a job",
  Name: "part of a name",
};

/** Return the key of the selection that a text stands for; "" for none. */
export function kindOf(text) {
  if (!text) return "";
  if (JOB.test(text)) return "Job";
  if (STAMP.test(text)) return "PilotStamp";
  if (text.includes("://")) return "PilotReference";
  if (PART.test(text) || /[:/]/.test(text)) return "Name";
  if (DOMAIN.test(text) || /\d/.test(text)) return "Host";
  return "User";
}

/** Return [key, text] of what a query names a pilot by, ["", ""] if by nothing. */
export function named(query) {
  const key = Object.keys(KINDS).find((one) => query.get(one));
  return key ? [key, query.get(key)] : ["", ""];
}
