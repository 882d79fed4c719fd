/**
 * An event taken apart for patterns: one fact for each text, number, boolean and null in it, with the way there.
 * Objects and arrays are no facts themselves, so a pattern can only ask for what is at the end of a way.
 */
export type Leaf = string | number | boolean | null;

export interface Fact {
  /** Keys joined by dots; arrays on the way leave no mark in it. */
  readonly path: string;
  readonly value: Leaf;
  /** Path of each array of objects on the way -> which element of it this fact is in. */
  readonly positions: ReadonlyMap<string, number>;
}

export function factsOf(event: unknown): Fact[] {
  return [...walk(event, [], new Map())];
}

function* walk(
  value: unknown,
  keys: readonly string[],
  positions: ReadonlyMap<string, number>,
): Generator<Fact> {
  if (isLeaf(value)) {
    yield { path: keys.join("."), value, positions };
  } else if (Array.isArray(value)) {
    const path = keys.join(".");
    for (const [index, element] of value.entries()) {
      yield* walk(element, keys, isLeaf(element) ? positions : new Map(positions).set(path, index));
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) yield* walk(member, [...keys, key], positions);
  }
}

export function isLeaf(value: unknown): value is Leaf {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
