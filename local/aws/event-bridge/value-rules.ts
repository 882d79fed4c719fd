/**
 * The comparisons of an event pattern, for one value. A comparison that EventBridge does not know is refused when the
 * pattern is read, never taken for one that does not match.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { parseCidr } from "./cidr-rule.ts";
import { isLeaf, type Leaf } from "./facts.ts";
import { parseNumericRange } from "./numeric-rule.ts";
import { PatternError } from "./pattern-error.ts";
import { parseWildcard } from "./wildcard-rule.ts";

export type Test = (value: Leaf) => boolean;

export interface ValueRule {
  readonly test: Test;
  /** True for `exists: false`, which holds where there is no value at all. */
  readonly absent: boolean;
}

/** Throws `PatternError`. */
export function parseValueRule(rule: unknown): ValueRule {
  if (isLeaf(rule)) return present((value) => value === rule);
  const [name, operand] = onlyMember(rule);
  if (name !== "exists") return present(parseComparison(name, operand));
  if (typeof operand !== "boolean") {
    throw new PatternError("match type 'exists' must be either true or false");
  }
  return { test: () => operand, absent: !operand };
}

const present = (test: Test): ValueRule => ({ test, absent: false });

function parseComparison(name: string, operand: unknown): Test {
  switch (name) {
    case "prefix":
    case "suffix":
      return parseAffix(name, operand);
    case "equals-ignore-case":
      return sameIgnoringCase(textOf(name, operand));
    case "wildcard":
      return onText(parseWildcard(textOf(name, operand)));
    case "cidr":
      return onText(parseCidr(textOf(name, operand)));
    case "numeric":
      return parseNumericRange(operand);
    case "anything-but":
      return parseAnythingBut(operand);
  }
  throw new PatternError(`Unrecognized match type ${name}`);
}

/** How a text begins or ends: `"a"`, or `{ "equals-ignore-case": "a" }`. */
function parseAffix(name: "prefix" | "suffix", operand: unknown): Test {
  if (typeof operand === "string") return affix(name, operand);
  if (typeof operand !== "object" || operand === null || Array.isArray(operand)) {
    throw new PatternError(`${name} match pattern must be a string`);
  }
  const [inner, text] = onlyMember(operand);
  if (inner !== "equals-ignore-case") throw new PatternError(`Unsupported ${name} match pattern ${inner}`);
  const test = affix(name, textOf(inner, text).toLowerCase());
  return onText((value) => test(value.toLowerCase()));
}

const affix = (name: "prefix" | "suffix", text: string): Test =>
  onText((value) => (name === "prefix" ? value.startsWith(text) : value.endsWith(text)));

function parseAnythingBut(operand: unknown): Test {
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand)) {
    return parseAnythingButLike(operand);
  }
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const kinds = new Set(values.map((value) => typeof value));
  if (kinds.size !== 1 || !(kinds.has("string") || kinds.has("number"))) {
    throw new PatternError("anything-but takes texts or numbers, one or a list of one kind");
  }
  return (value) => !values.includes(value);
}

/** Nothing that one of the comparisons matches; what is no text is matched by none of them. */
function parseAnythingButLike(operand: object): Test {
  const [name, given] = onlyMember(operand);
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (texts.length === 0) throw new PatternError("Empty arrays are not allowed");
  const tests = texts.map((text) => parseExcluded(name, textOf(name, text)));
  return (value) => !tests.some((test) => test(value));
}

function parseExcluded(name: string, text: string): Test {
  switch (name) {
    case "prefix":
    case "suffix":
      if (text === "") throw new PatternError("Null prefix/suffix not allowed");
      return affix(name, text);
    case "equals-ignore-case":
      return sameIgnoringCase(text);
    case "wildcard":
      return onText(parseWildcard(text));
  }
  throw new PatternError(`Unsupported anything-but pattern: ${name}`);
}

function sameIgnoringCase(text: string): Test {
  const wanted = text.toLowerCase();
  return onText((value) => value.toLowerCase() === wanted);
}

const onText =
  (test: (value: string) => boolean): Test =>
  (value) =>
    typeof value === "string" && test(value);

function textOf(name: string, operand: unknown): string {
  if (typeof operand !== "string") throw new PatternError(`${name} match pattern must be a string`);
  return operand;
}

function onlyMember(rule: unknown): [string, unknown] {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) {
    throw new PatternError("a match must be a value or an object with one match type");
  }
  const [member, ...others] = Object.entries(rule);
  if (member === undefined || others.length > 0) {
    throw new PatternError("Only one key allowed in match expression");
  }
  return member;
}
