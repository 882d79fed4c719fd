/**
 * The journal's adapter: one DynamoDB table. What a run must know of the link stands in one partition, read with
 * one query; an intent is read only when a request waits. Old items go by the table's time to live.
 *
 * Items: `link#<link>` / `seen#<certificate>` and `revocation#<serial>`, and
 * `intent#<link>#<certificate>` / `<CSR digest>`. Changes are in shared/journal/aws-audit.ts.
 */
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { attempt, broken, expiry, marshall, parseItem } from "../journal/items.ts";
import { afterPrefix, readAll } from "../journal/pages.ts";
import type { Clock } from "../runtime/instant.ts";
import { dynamoRevocations } from "./aws-revocations.ts";
import type { Journal } from "./journal.ts";
import { RevocationOrder } from "./revocation-order.ts";
import { InstantSchema, Intent, Serial } from "./schema.ts";

const CONFLICT = "ConditionalCheckFailedException";

const SeenItem = z.object({ certificate: z.string(), serial: Serial, at: InstantSchema });
const IntentItem = Intent.strip();
const RevocationItem = RevocationOrder.strip();

export interface JournalTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
  readonly clock: Clock;
}

export function dynamoJournal(options: JournalTable): Journal {
  const { client, table, link, clock } = options;
  const linkPk = `link#${link}`;
  const intentsPk = (certificate: string) => `intent#${link}#${certificate}`;
  const intentKey = (certificate: string, csrDigest: string) => ({
    pk: intentsPk(certificate),
    sk: csrDigest,
  });

  const readIntent = async (certificate: string, csrDigest: string) => {
    // Strongly consistent: an intent written a second ago decides whether a certificate is issued twice.
    const command = new GetItemCommand({
      TableName: table,
      Key: marshall(intentKey(certificate, csrDigest)),
      ConsistentRead: true,
    });
    const { Item } = await attempt("GetItem", certificate, () => client.send(command));
    return Item === undefined ? null : parseItem(IntentItem, Item, "GetItem", certificate);
  };

  return {
    readIntent,
    async readStanding() {
      // Changes that wait to be told come before these, however many they are.
      const part = { client, table, pk: linkPk, from: "revocation#", to: afterPrefix("seen#") };
      const items = await readAll(part);
      const of = <T>(prefix: string, schema: z.ZodType<T>) =>
        items
          .filter(({ sk }) => sk?.S?.startsWith(prefix) === true)
          .map((item) => parseItem(schema, item, "Query", linkPk));
      return { seen: of("seen#", SeenItem), revocations: of("revocation#", RevocationItem) };
    },
    async readIntents(certificate) {
      const pk = intentsPk(certificate);
      const items = await readAll({ client, table, pk });
      return items.map((item) => parseItem(IntentItem, item, "Query", certificate));
    },
    async intend(intent) {
      // From the certificate's end on: for as long as it may be used or revoked, this is how it is known.
      const end = expiry(Math.max(clock(), intent.notAfter));
      const item = marshall({ ...intentKey(intent.certificate, intent.csrDigest), ...intent, ...end });
      const command = new PutItemCommand({
        TableName: table,
        Item: item,
        ConditionExpression: "attribute_not_exists(pk) OR #state = :refused",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: marshall({ ":refused": "refused" }),
      });
      const stands = await attempt(
        "PutItem",
        intent.certificate,
        () => client.send(command),
        "ConditionalCheckFailedException",
      );
      if (stands !== null) return intent;
      const other = await readIntent(intent.certificate, intent.csrDigest);
      // It stood there a moment ago: to go on as if ours had been written would leave no trace of a signature.
      if (other === null) throw broken("GetItem", intent.certificate, "intent-vanished", true);
      return other;
    },
    async mark(intent, mark) {
      const arn = mark.state === "issued" ? mark.certificateArn : undefined;
      const refused = mark.state === "refused";
      const command = new UpdateItemCommand({
        TableName: table,
        Key: marshall(intentKey(intent.certificate, intent.csrDigest)),
        UpdateExpression:
          arn === undefined ? "SET #state = :state" : "SET #state = :state, certificateArn = :arn",
        ConditionExpression: refused ? "#state = :intended" : "attribute_exists(pk)",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: marshall({
          ":state": mark.state,
          ":arn": arn,
          ":intended": refused ? "intended" : undefined,
        }),
      });
      const send = () => client.send(command);
      // Another run may have had the same CSR signed meanwhile: what is known is not taken back.
      if (refused) await attempt("UpdateItem", intent.certificate, send, "ConditionalCheckFailedException");
      else await attempt("UpdateItem", intent.certificate, send);
    },
    async noteIssued(intent, certificateArn) {
      // The rules of `withArn`, as conditions on the item itself.
      const note = (states: Readonly<Record<string, string>>, update: string, values: object) => {
        const command = new UpdateItemCommand({
          TableName: table,
          Key: marshall(intentKey(intent.certificate, intent.csrDigest)),
          UpdateExpression: update,
          ConditionExpression: `attribute_not_exists(certificateArn) AND #state IN (${Object.keys(states).join(", ")})`,
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: marshall({ ...states, ...values, ":arn": certificateArn }),
        });
        const { certificate } = intent;
        return attempt("UpdateItem", certificate, () => client.send(command), CONFLICT);
      };
      const open = { ":intended": "intended", ":refused": "refused" };
      const issued = "SET #state = :issued, certificateArn = :arn";
      if ((await note(open, issued, { ":issued": "issued" })) === null)
        await note({ ":unknown": "outcome-unknown" }, "SET certificateArn = :arn", {});
      const stands = await readIntent(intent.certificate, intent.csrDigest);
      if (stands === null) throw broken("GetItem", intent.certificate, "intent-vanished", true);
      return stands;
    },
    ...dynamoRevocations(options),
    async markSeen(seen) {
      // No end: one a certificate, which may live for years after its use was seen.
      const item = marshall({ pk: linkPk, sk: `seen#${seen.certificate}`, ...seen });
      await attempt("PutItem", seen.certificate, () =>
        client.send(new PutItemCommand({ TableName: table, Item: item })),
      );
    },
  };
}
