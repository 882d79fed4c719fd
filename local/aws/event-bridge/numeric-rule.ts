/** `numeric`: a number, or a range as a lower bound, an upper bound, or both in this order. */
import type { Leaf } from "./facts.ts";
import { PatternError } from "./pattern-error.ts";

type Bound = (value: number) => boolean;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching */
const magnitudeMax = 5_000_000_000;

/** Throws `PatternError`. */
export function parseNumericRange(operand: unknown): (value: Leaf) => boolean {
  if (!Array.isArray(operand)) throw new PatternError("Value of numeric must be an array.");
  const terms: readonly unknown[] = operand;
  const [operator, operandOf, second, secondOperand, ...more] = terms;
  if (more.length > 0) throw new PatternError("Too many terms in numeric range expression");
  const bounds = [parseBound(operator, operandOf, ["=", "<", "<=", ">", ">="])];
  if (terms.length > 2) {
    // Only a lower bound can be followed by another one, which must be an upper one.
    const allowed = operator === ">" || operator === ">=" ? ["<", "<="] : [];
    bounds.push(parseBound(second, secondOperand, allowed));
  }
  return (value) => typeof value === "number" && bounds.every((bound) => bound(value));
}

function parseBound(operator: unknown, limit: unknown, allowed: readonly string[]): Bound {
  const bound =
    typeof operator === "string" && allowed.includes(operator) ? comparisons[operator] : undefined;
  if (bound === undefined) throw new PatternError(`Bad numeric range operator: ${String(operator)}`);
  if (typeof limit !== "number" || Math.abs(limit) > magnitudeMax) {
    throw new PatternError(`Value of ${String(operator)} must be numeric`);
  }
  return bound(limit);
}

const comparisons: Readonly<Record<string, (limit: number) => Bound>> = {
  "=": (limit) => (value) => value === limit,
  "<": (limit) => (value) => value < limit,
  "<=": (limit) => (value) => value <= limit,
  ">": (limit) => (value) => value > limit,
  ">=": (limit) => (value) => value >= limit,
};
