/**
 * The record of changes in the journal's table. The outbox stands in the link's own partition; what was told is
 * filed under two keys, so that the history of the link and of one certificate are each one query.
 *
 * Items: `link#<link>` / `change#<at>#<id>`, and, once told, `history#<link>` / `<at>#<id>` and
 * `history#<link>#<certificate>` / `<at>#<id>`.
 */
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import type { Audit, HistoryQuery } from "./audit.ts";
import { ChangeRecord, inOrder, keyOf } from "./change.ts";
import { type Attributes, attempt, broken, expiry, marshall, readItem } from "./items.ts";
import { afterPrefix, type Partition, readPage } from "./pages.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const BATCH_MAX = 25;
/** The pauses before what DynamoDB left unprocessed is sent again. */
const AGAIN_MS: readonly number[] = [50, 200, 800];

const OUTBOX = "change#";
const OUTBOX_PAGE = 100;
/** What waits, and a history with many changes recorded twice, is read on, but not without end. */
const HISTORY_PAGES_MAX = 10;
const HISTORY_PAGE_MIN = 100;

const ChangeItem = ChangeRecord.strip();

export interface AuditTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
  /** Milliseconds since the epoch. */
  readonly clockMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export function dynamoAudit(options: AuditTable): Audit {
  const { client, table, link, clockMs } = options;
  const outboxPk = `link#${link}`;
  const outboxKey = (change: ChangeRecord) => ({ pk: outboxPk, sk: `${OUTBOX}${keyOf(change)}` });
  const toItem = (key: { readonly pk: string; readonly sk: string }, change: ChangeRecord) =>
    marshall({ ...key, ...change, ...expiry(Math.floor(Date.parse(change.at) / 1_000)) });
  let lastMs = 0;
  /** Two changes within a millisecond keep their order. */
  const stamp = () => {
    lastMs = Math.max(clockMs(), lastMs + 1);
    return new Date(lastMs).toISOString();
  };

  return {
    async record(change) {
      const stamped = ChangeRecord.parse({ ...change, at: stamp() });
      const command = new PutItemCommand({ TableName: table, Item: toItem(outboxKey(stamped), stamped) });
      await attempt("PutItem", change.target, () => client.send(command));
    },
    async readOutbox(after) {
      const start = after === null ? undefined : marshall({ pk: outboxPk, sk: after });
      const { items, next } = await readPage({ ...outboxOf(options), limit: OUTBOX_PAGE }, start);
      const changes = items.flatMap((item) => readItem(ChangeItem, item) ?? []);
      const unreadable = items.filter((item) => readItem(ChangeItem, item) === null).map(instantOf);
      return { changes, unreadable, next: next?.["sk"]?.S ?? null };
    },
    async file(told) {
      const puts = told.flatMap((change) =>
        historyPks(link, change.target).map((pk) => put(toItem({ pk, sk: keyOf(change) }, change))),
      );
      const deletes = told.map((change) => ({ DeleteRequest: { Key: marshall(outboxKey(change)) } }));
      // A batch is not all or nothing: what leaves the outbox must already stand in the history.
      await writeAll(options, puts);
      await writeAll(options, deletes);
    },
    async history(query) {
      const [waiting, filed] = await Promise.all([
        readNewest({ ...outboxOf(options), ...filterFor(query) }, query),
        readNewest(
          { client, table, pk: historyPkOf(link, query), ...filterFor({ ...query, target: null }) },
          query,
        ),
      ]);
      const changes = inOrder([...waiting.changes, ...filed.changes]).toReversed();
      return { changes: changes.slice(0, query.limit), cut: waiting.cut || filed.cut };
    },
  };
}

const outboxOf = ({ client, table, link }: AuditTable): Partition => ({
  client,
  table,
  pk: `link#${link}`,
  from: OUTBOX,
  to: afterPrefix(OUTBOX),
});

/** As it stands in the key of a change, whoever wrote it. */
const instantOf = (item: Attributes): string => item["sk"]?.S?.split("#")[1] ?? "";

const historyPks = (link: string, target: string) => [`history#${link}`, `history#${link}#${target}`];

const put = (Item: Attributes): WriteRequest => ({ PutRequest: { Item } });

const historyPkOf = (link: string, { target }: HistoryQuery): string =>
  target === null ? `history#${link}` : `history#${link}#${target}`;

/** The outbox is one for all certificates. */
function filterFor({ target, kinds }: HistoryQuery): Pick<Partition, "filter"> {
  const wanted = [
    { name: "target", values: target === null ? [] : [target] },
    { name: "kind", values: kinds ?? [] },
  ].filter(({ values }) => values.length > 0);
  if (wanted.length === 0) return {};
  const terms = wanted.map(({ name, values }) =>
    values.map((value, index) => ({ name: `#${name}`, key: `:${name}${index}`, value })),
  );
  const expression = terms
    .map((any) => `(${any.map(({ name, key }) => `${name} = ${key}`).join(" OR ")})`)
    .join(" AND ");
  const names = Object.fromEntries(wanted.map(({ name }) => [`#${name}`, name]));
  const values = Object.fromEntries(terms.flat().map(({ key, value }) => [key, value]));
  return { filter: { expression, names, values } };
}

/** `cut` when so many pages were not enough for as many changes, and there is more. */
async function readNewest(partition: Partition, { limit }: HistoryQuery) {
  const changes: ChangeRecord[] = [];
  let start: Attributes | undefined;
  for (let pages = 0; pages < HISTORY_PAGES_MAX; pages += 1) {
    // A page of not much more than what is wanted, until it shows that most of it is of no interest anyway.
    const isLarge = partition.filter !== undefined && pages > 0;
    const size = isLarge ? {} : { limit: Math.max(limit, HISTORY_PAGE_MIN) };
    const page = await readPage({ ...partition, ...size, order: "descending" }, start);
    // What another version wrote is left out: a history that is read serves people, and decides nothing.
    changes.push(...page.items.flatMap((item) => readItem(ChangeItem, item) ?? []));
    start = page.next;
    if (start === undefined || inOrder(changes).length >= limit) return { changes, cut: false };
  }
  return { changes, cut: true };
}

async function writeAll({ client, table, pause }: AuditTable, requests: readonly WriteRequest[]) {
  for (let start = 0; start < requests.length; start += BATCH_MAX) {
    let rest: WriteRequest[] | undefined = requests.slice(start, start + BATCH_MAX);
    for (const ms of [0, ...AGAIN_MS]) {
      if (ms > 0) await pause(ms);
      const command: BatchWriteItemCommand = new BatchWriteItemCommand({ RequestItems: { [table]: rest } });
      const { UnprocessedItems } = await attempt("BatchWriteItem", table, () => client.send(command));
      rest = UnprocessedItems?.[table];
      if (rest === undefined || rest.length === 0) break;
    }
    if (rest !== undefined && rest.length > 0)
      throw broken("BatchWriteItem", table, "unprocessed-items", true);
  }
}
