/**
 * The journal's adapter: one DynamoDB table. What a run must know of the link stands in one partition, read with
 * one query; an intent is read only when a request waits. Old items go by the table's time to live.
 *
 * Items: `link#<link>` / `seen#<certificate>`, `troubles#<concern>` and `unknown-issue#<certificate>` here, and
 * `revocation#<serial>` in aws-revocations.ts, and what people asked for in shared/asks; the intents' are in
 * aws-intents.ts, and changes in shared/journal/aws-audit.ts.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { readAsks, settleAsk, writeAsk } from "../asks/aws-asks.ts";
import { FREEZE_KEY, readFreeze } from "../freeze/aws-freeze.ts";
import {
  type Attributes,
  attempt,
  CONFLICT,
  expiry,
  marshall,
  parseItem,
  readItem,
} from "../journal/items.ts";
import { afterPrefix, readAll } from "../journal/pages.ts";
import type { Clock } from "../runtime/instant.ts";
import { readTrustMemory } from "../trust/aws-memory.ts";
import { dynamoIntents } from "./aws-intents.ts";
import { dynamoRevocations } from "./aws-revocations.ts";
import type { Journal } from "./journal.ts";
import { RevocationOrder } from "./revocation-order.ts";
import { InstantSchema, Serial } from "./schema.ts";
import { NO_TROUBLES, Troubles } from "./troubles.ts";
import { UnknownIssue } from "./unknown-issue.ts";

const SEEN = "seen#";
const REVOCATION = "revocation#";
const TROUBLES = "troubles#";
const UNKNOWN_ISSUE = "unknown-issue#";
const SeenItem = z.object({ certificate: z.string(), serial: Serial, at: InstantSchema });
const RevocationItem = RevocationOrder.strip();

export interface JournalTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
  readonly clock: Clock;
}

export function dynamoJournal(options: JournalTable): Journal {
  const { client, table, link } = options;
  const linkPk = `link#${link}`;
  return {
    async readStanding() {
      // Changes that wait to be told come before these, however many they are.
      const part = { client, table, pk: linkPk, from: FREEZE_KEY, to: afterPrefix(UNKNOWN_ISSUE) };
      const items = await readAll(part);
      const itemsOf = (prefix: string) => items.filter(({ sk }) => sk?.S?.startsWith(prefix) === true);
      const of = <T>(prefix: string, schema: z.ZodType<T>) =>
        itemsOf(prefix).map((item) => parseItem(schema, item, "Query", linkPk));
      return {
        seen: of(SEEN, SeenItem),
        revocations: of(REVOCATION, RevocationItem),
        freeze: readFreeze(items),
        troubles: new Map(itemsOf(TROUBLES).map(toTroubles)),
        unknownIssues: toUnknownIssues(itemsOf(UNKNOWN_ISSUE)),
        asked: readAsks(items),
        trust: readTrustMemory(items),
      };
    },
    ...dynamoIntents(options),
    ...dynamoRevocations(options),
    ask: (ask) => writeAsk(options, ask),
    settleAsk: ({ name, at }) => settleAsk(options, name, at),
    async markSeen(seen) {
      // No end: one a certificate, which may live for years after its use was seen.
      const item = marshall({ pk: linkPk, sk: `seen#${seen.certificate}`, ...seen });
      await attempt("PutItem", seen.certificate, () =>
        client.send(new PutItemCommand({ TableName: table, Item: item })),
      );
    },
    async writeTroubles(concern, troubles) {
      const item = marshall({ pk: linkPk, sk: `${TROUBLES}${concern}`, ...troubles });
      const command = new PutItemCommand({ TableName: table, Item: item });
      await attempt("PutItem", concern, () => client.send(command));
    },
    async writeUnknownIssue(issue) {
      const key = { pk: linkPk, sk: `${UNKNOWN_ISSUE}${issue.certificate}` };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...key, ...issue, ...expiry(issue.notAfter, 0) }),
        // One a certificate, so that whoever has many signed does not fill what every run reads.
        ConditionExpression: "attribute_not_exists(pk) OR notAfter < :notAfter",
        ExpressionAttributeValues: marshall({ ":notAfter": issue.notAfter }),
      });
      await attempt("PutItem", issue.certificate, () => client.send(command), CONFLICT);
    },
  };
}

/** What cannot be read is begun anew: no renewal waits for what is only told. */
const toTroubles = (item: Attributes): [string, Troubles] => [
  item["sk"]?.S?.slice(TROUBLES.length) ?? "",
  readItem(Troubles, item) ?? NO_TROUBLES,
];

function toUnknownIssues(items: readonly Attributes[]): UnknownIssue[] | null {
  const issues = items.flatMap((item) => readItem(UnknownIssue, item) ?? []);
  return issues.length === items.length ? issues : null;
}
