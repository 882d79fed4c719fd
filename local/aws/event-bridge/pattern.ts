/**
 * Event patterns: whether an event fits. Every field of a pattern must fit, and one of a field's values is enough.
 * Within an array of objects, the fields must fit in one and the same object.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
import { type Fact, factsOf } from "./facts.ts";
import { PatternError } from "./pattern-error.ts";
import { parseValueRule, type ValueRule } from "./value-rules.ts";

export type EventPattern = (event: unknown) => boolean;

/** Quotas: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const charactersMax = 2048;
const combinationsMax = 1000;

/** What one field must be. */
interface Condition {
  readonly path: string;
  readonly rules: readonly ValueRule[];
}

/** Takes the pattern as JSON text. Throws `PatternError` for one that EventBridge refuses. */
export function parsePattern(text: string): EventPattern {
  if (text.length > charactersMax)
    throw new PatternError(`an event pattern has at most ${charactersMax} characters`);
  const alternatives = alternativesOf(parseObject(text), []);
  return (event) => {
    const facts = factsOf(event);
    return alternatives.some((conditions) => fits(conditions, facts, new Map()));
  };
}

function parseObject(text: string): object {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw new PatternError("Event pattern is not valid JSON");
  }
  if (!isObject(pattern)) throw new PatternError("Event pattern must be an object");
  return pattern;
}

/** Each alternative is a list of conditions that must all hold: `$or` is multiplied out. */
function alternativesOf(pattern: object, keys: readonly string[]): Condition[][] {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new PatternError("Empty objects are not allowed");
  return fields.reduce<Condition[][]>(
    (alternatives, [key, value]) => {
      const more = alternativesOfField(key, value, keys);
      if (alternatives.length * more.length > combinationsMax) throw new PatternError("Rule is too complex");
      return alternatives.flatMap((left) => more.map((right) => [...left, ...right]));
    },
    [[]],
  );
}

function alternativesOfField(key: string, value: unknown, keys: readonly string[]): Condition[][] {
  if (key === "$or" && isChoice(value)) return value.flatMap((choice) => alternativesOf(choice, keys));
  const path = [...keys, key];
  if (isObject(value)) return alternativesOf(value, path);
  if (!Array.isArray(value)) throw new PatternError(`"${key}" must be an object or an array`);
  if (value.length === 0) throw new PatternError("Empty arrays are not allowed");
  return [[{ path: path.join("."), rules: value.map(parseValueRule) }]];
}

/** Anything else under the key `$or` is a field of that name. */
function isChoice(value: unknown): value is object[] {
  return Array.isArray(value) && value.length > 1 && value.every(isObject);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `positions` are the elements of arrays that earlier conditions have settled on. */
function fits(
  conditions: readonly Condition[],
  facts: readonly Fact[],
  positions: ReadonlyMap<string, number>,
): boolean {
  const [condition, ...rest] = conditions;
  if (condition === undefined) return true;
  const here = facts.filter(({ path }) => path === condition.path);
  if (here.length === 0) {
    return condition.rules.some(({ absent }) => absent) && fits(rest, facts, positions);
  }
  return here.some(
    (fact) =>
      agree(positions, fact.positions) &&
      condition.rules.some(({ test }) => test(fact.value)) &&
      fits(rest, facts, new Map([...positions, ...fact.positions])),
  );
}

function agree(settled: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return [...other].every(([array, index]) => (settled.get(array) ?? index) === index);
}
