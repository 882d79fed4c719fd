/** Reads one partition of the journal's table, page by page. */
import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type Attributes, attempt, broken, marshall, type PlainItem } from "./items.ts";

/** A page holds a megabyte, about 5,000 certificates' notes or 1,500 changes. */
const PAGES_MAX = 10;

/** What is not let through is read all the same: it takes its place in a page, and time. */
export interface Filter {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: PlainItem;
}

export interface Partition {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly pk: string;
  /** Sort keys from here on, and up to there; both included. */
  readonly from?: string;
  readonly to?: string;
  readonly order?: "ascending" | "descending";
  /** Of one page. */
  readonly limit?: number;
  readonly filter?: Filter;
}

/** The lowest sort key that no key with this prefix comes after. */
export const afterPrefix = (prefix: string): string => `${prefix}\u{10FFFF}`;

/** Strongly consistent: what another run wrote a second ago decides what this one does. */
export async function readPage(
  partition: Partition,
  start?: Attributes,
): Promise<{ readonly items: readonly Attributes[]; readonly next: Attributes | undefined }> {
  const { client, table, pk, from = "\u0001", to = afterPrefix(""), order = "ascending" } = partition;
  const { limit, filter } = partition;
  const command = new QueryCommand({
    TableName: table,
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: marshall({ ":pk": pk, ":from": from, ":to": to, ...filter?.values }),
    ...(filter && { FilterExpression: filter.expression, ExpressionAttributeNames: { ...filter.names } }),
    ConsistentRead: true,
    ScanIndexForward: order === "ascending",
    ...(limit === undefined ? {} : { Limit: limit }),
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  });
  const { Items, LastEvaluatedKey } = await attempt("Query", pk, () => client.send(command));
  return { items: Items ?? [], next: LastEvaluatedKey };
}

/** All of it. Throws `CloudError` when that is more pages than `pagesMax`; ten, when that is left out. */
export async function readAll({
  pagesMax = PAGES_MAX,
  ...partition
}: Partition & { readonly pagesMax?: number }): Promise<readonly Attributes[]> {
  const items: Attributes[] = [];
  let start: Attributes | undefined;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const page = await readPage(partition, start);
    items.push(...page.items);
    start = page.next;
    if (start === undefined) return items;
  }
  throw broken("Query", partition.pk, "too-many-pages", false);
}
