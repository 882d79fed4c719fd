/** Reads JSON that somebody else has written: only own properties, and only of the type that was asked for. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Null for what is no JSON, and for JSON that is no object. */
export function parseObject(text: string): JsonObject | null {
  // Most lines of other programs are no JSON: an exception for each would cost more than all the rest.
  if (!/^\s*\{/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Undefined when it is not there. */
export const valueIn = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

export function objectIn(object: JsonObject, key: string): JsonObject | null {
  const value = valueIn(object, key);
  return isObject(value) ? value : null;
}

export function textIn(object: JsonObject, key: string): string | null {
  const value = valueIn(object, key);
  return typeof value === "string" ? value : null;
}

export function wholeNumberIn(object: JsonObject, key: string): number | null {
  const value = valueIn(object, key);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path of names with points between; undefined when it is not there. */
export function valueAtPath(object: JsonObject, path: string): unknown {
  const keys = path.split(".");
  const holder = keys.slice(0, -1).reduce<JsonObject | null>(inner, object);
  return holder === null ? undefined : valueIn(holder, keys.at(-1) ?? "");
}

const inner = (object: JsonObject | null, key: string) => (object === null ? null : objectIn(object, key));

/** Proxies write null or "-" for what there is not. */
export const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== "-";
