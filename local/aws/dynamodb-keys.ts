/**
 * Which partitions a call of DynamoDB is about: what IAM calls `dynamodb:LeadingKeys`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
import * as z from "zod";

/** Stands for a partition that cannot be told from the call: no policy names it. */
const UNKNOWN = "";

export interface KeyedInput {
  readonly Key?: Readonly<Record<string, unknown>> | undefined;
  readonly Item?: Readonly<Record<string, unknown>> | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

const Text = z.object({ S: z.string() });
const textOf = (value: unknown): string => Text.safeParse(value).data?.S ?? UNKNOWN;

/** `partitionKey` is undefined for a table that is not there. */
export function leadingKey(input: KeyedInput, partitionKey: string | undefined): string {
  if (partitionKey === undefined) return UNKNOWN;
  const attributes = input.Key ?? input.Item;
  if (attributes !== undefined) return textOf(attributes[partitionKey]);
  return textOf(equalTo(input, partitionKey));
}

/** The value that the expression holds the attribute equal to. */
function equalTo(input: KeyedInput, attribute: string): unknown {
  const equals = (input.KeyConditionExpression ?? "").matchAll(/(#?\w+)\s*=\s*(:\w+)/g);
  for (const [, name = "", value = ""] of equals) {
    const named = name.startsWith("#") ? input.ExpressionAttributeNames?.[name] : name;
    if (named === attribute) return input.ExpressionAttributeValues?.[value];
  }
  return undefined;
}
