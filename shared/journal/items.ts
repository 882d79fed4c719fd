/** Items of the journal's table: plain values to DynamoDB's attribute values and back, and its calls' failures. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type * as z from "zod";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";

/** Two years, for changes and for orders that were closed. */
const KEPT_SECONDS = 2 * 365 * 86_400;

/** The table's time to live goes by this attribute (infra/journal.ts). */
export const expiry = (from: Instant, keptSeconds = KEPT_SECONDS) => ({ expiresAt: from + keptSeconds });

/** What DynamoDB calls a condition that does not hold: an answer, wherever a write has one. */
export const CONFLICT = "ConditionalCheckFailedException";

export type Attributes = Record<string, AttributeValue>;
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };
export type PlainItem = Readonly<Record<string, Plain | undefined>>;

export const marshall = (item: PlainItem): Attributes =>
  Object.fromEntries(
    Object.entries(item).flatMap(([key, value]): [string, AttributeValue][] =>
      value === undefined ? [] : [[key, toAttribute(value)]],
    ),
  );

function toAttribute(value: Plain): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: marshall(value) };
}

/** `Array.isArray` does not tell a list that may not be changed from an object. */
const isList = (value: object): value is readonly Plain[] => Array.isArray(value);

const unmarshall = (item: Attributes): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([key, value]) => [key, fromAttribute(value)]));

/** A kind of value that we never write becomes undefined, which no schema takes. */
function fromAttribute({ S, N, BOOL, NULL, L, M }: AttributeValue): unknown {
  if (S !== undefined) return S;
  if (N !== undefined) return Number(N);
  if (BOOL !== undefined) return BOOL;
  if (L !== undefined) return L.map(fromAttribute);
  if (M !== undefined) return unmarshall(M);
  return NULL === true ? null : undefined;
}

/** Throws `CloudError`: an item that cannot be read is never taken for none. */
export function parseItem<T>(schema: z.ZodType<T>, item: Attributes, operation: string, target: string): T {
  const parsed = readItem(schema, item);
  if (parsed !== null) return parsed;
  throw broken(operation, target, "unreadable-item", false);
}

/** Null when the item is not of this kind; our own kinds are never null. */
export function readItem<T>(schema: z.ZodType<T>, item: Attributes): T | null {
  const parsed = schema.safeParse(unmarshall(item));
  return parsed.success ? parsed.data : null;
}

export function broken(operation: string, target: string, code: string, retryable: boolean): CloudError {
  return new CloudError({ provider: "aws", operation, target, code, retryable });
}

/** `expected` names the one error that is an answer: it comes back as null. */
export async function attempt<T>(operation: string, target: string, send: () => Promise<T>): Promise<T>;
export async function attempt<T>(
  operation: string,
  target: string,
  send: () => Promise<T>,
  expected: string,
): Promise<T | null>;
export async function attempt<T>(
  operation: string,
  target: string,
  send: () => Promise<T>,
  expected?: string,
): Promise<T | null> {
  try {
    return await send();
  } catch (error) {
    if (expected !== undefined && error instanceof Error && error.name === expected) return null;
    throw cloudError(operation, target, error);
  }
}
