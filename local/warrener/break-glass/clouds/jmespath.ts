/**
 * As much of JMESPath (https://jmespath.org/specification.html) as the steps' commands ask for, and an error for the
 * rest. Both command lines take `--query` in it.
 */

/** Undefined where the real one would say null. Throws for what it does not know. */
export function query(value: unknown, expression: string): unknown {
  const call = /^length\((.+)\)$/.exec(expression)?.[1];
  if (call === undefined) return walk(value, expression);
  const list = walk(value, call);
  if (!Array.isArray(list)) throw new Error(`length() of no list: ${expression}`);
  return list.length;
}

function walk(value: unknown, rest: string): unknown {
  if (rest === "") return value;
  const several = /^\.\[([^\]]+)\]$/.exec(rest)?.[1];
  if (several !== undefined) return several.split(/, */).map((field) => walk(value, field) ?? null);
  const field = /^\.?(\w+)/.exec(rest);
  if (field !== null) return walk(fieldOf(value, field[1] ?? ""), rest.slice(field[0].length));
  const at = /^\[(\d+)\]/.exec(rest);
  if (at !== null) return walk(listOf(value)?.[Number(at[1])], rest.slice(at[0].length));
  const flat = /^\[\]/.exec(rest);
  if (flat !== null) return project(listOf(value)?.flat(), rest.slice(flat[0].length));
  const filter = /^\[\?(.+?)\](?=\.|$)/.exec(rest);
  if (filter === null) throw new Error(`this JMESPath is not known here: ${rest}`);
  const conditions = (filter[1] ?? "").split(" && ");
  const chosen = listOf(value)?.filter((item) => conditions.every((condition) => holds(item, condition)));
  return project(chosen, rest.slice(filter[0].length));
}

/** What follows is asked of each, and of none that has no answer. What is flattened there is so for all of them. */
function project(list: readonly unknown[] | undefined, rest: string): unknown {
  const answers = list?.map((item) => walk(item, rest)).filter((item) => item !== undefined && item !== null);
  return rest.includes("[]") ? answers?.flat() : answers;
}

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;

function holds(item: unknown, condition: string): boolean {
  const equal = /^([\w.]+)==(.+)$/.exec(condition);
  if (equal !== null) return walk(item, equal[1] ?? "") === literalOf(equal[2] ?? "");
  const member = /^contains\(([\w.]+), (.+)\)$/.exec(condition);
  if (member !== null)
    return listOf(walk(item, member[1] ?? ""))?.includes(literalOf(member[2] ?? "")) ?? false;
  const starts = /^starts_with\(([\w.]+), (.+)\)$/.exec(condition);
  if (starts === null) throw new Error(`this condition of JMESPath is not known here: ${condition}`);
  return String(walk(item, starts[1] ?? "")).startsWith(String(literalOf(starts[2] ?? "")));
}

function literalOf(text: string): unknown {
  const json = /^`(.*)`$/.exec(text)?.[1];
  const raw = /^'(.*)'$/.exec(text)?.[1];
  if (json !== undefined) return JSON.parse(json.replaceAll("\\`", "`"));
  if (raw !== undefined) return raw;
  throw new Error(`this literal of JMESPath is not known here: ${text}`);
}
