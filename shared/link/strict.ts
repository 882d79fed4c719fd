/** Objects that refuse keys they do not know, and say which key was probably meant. */
import * as z from "zod";

/** Like `z.strictObject`; the fault of an unknown key names it, and the nearest known one. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") return unknownKeys(issue.keys, known);
      return issue.code === "invalid_type" ? `must be an object with ${known.join(", ")}` : undefined;
    },
  });
}

/** One line for each key; the reader of faults splits them again. */
const unknownKeys = (keys: readonly string[], known: readonly string[]): string =>
  keys.map((key) => unknownKey(key, known)).join("\n");

function unknownKey(key: string, known: readonly string[]): string {
  const meant = known.find((candidate) => near(key.toLowerCase(), candidate.toLowerCase()));
  const hint = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean "${meant}"?`;
  return `unknown key "${key}"; ${hint}`;
}

/** Same word with a suffix (`lifetimeSeconds`), or at most two edits away. */
const near = (key: string, known: string): boolean =>
  (known.length > 3 && key.startsWith(known)) || distance(key, known) <= Math.min(2, known.length - 2);

/** Levenshtein's distance: insertions, deletions and replacements from one word to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (letter === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
