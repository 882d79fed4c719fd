/**
 * The intents in the journal's table: items `intent#<link>#<certificate>` / `<CSR digest>`, and for each
 * `key#<link>#<public key digest>` / `intent`, which says whose it is.
 */
import { GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { attempt, broken, CONFLICT, expiry, marshall, parseItem } from "../journal/items.ts";
import { type Filter, readAll } from "../journal/pages.ts";
import type { JournalTable } from "./aws-journal.ts";
import type { Intents } from "./journal.ts";
import { Intent } from "./schema.ts";

const IntentItem = Intent.strip();
const KeyItem = z.object({ certificate: z.string(), csrDigest: z.string() });

/** Longer than a dead letter is kept: the event of an issue that is sent again finds its intent. */
const KEPT_SECONDS = 30 * 86_400;

/**
 * A page holds a megabyte, about 1,800 intents. A run a minute, which is the most that a schedule has, makes 43,200
 * in the time for which they are kept after their certificates' ends.
 */
const PAGES_MAX = 50;

export function dynamoIntents({ client, table, link, clock }: JournalTable): Intents {
  const intentsPk = (certificate: string) => `intent#${link}#${certificate}`;
  const intentKey = (certificate: string, csrDigest: string) => ({
    pk: intentsPk(certificate),
    sk: csrDigest,
  });

  /** Strongly consistent: an intent written a second ago decides whether a certificate is issued twice. */
  const readItem = async (key: { readonly pk: string; readonly sk: string }, target: string) => {
    const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
    const { Item } = await attempt("GetItem", target, () => client.send(command));
    return Item;
  };
  const readIntent = async (certificate: string, csrDigest: string) => {
    const item = await readItem(intentKey(certificate, csrDigest), certificate);
    return item === undefined ? null : parseItem(IntentItem, item, "GetItem", certificate);
  };
  const readMany = async (certificate: string, filter?: Filter) => {
    const pk = intentsPk(certificate);
    const items = await readAll({ client, table, pk, pagesMax: PAGES_MAX, ...(filter && { filter }) });
    return items.map((item) => parseItem(IntentItem, item, "Query", certificate));
  };
  const keyOf = (publicKeyDigest: string) => ({ pk: `key#${link}#${publicKeyDigest}`, sk: "intent" });

  return {
    readIntent,
    readIntents: (certificate) => readMany(certificate),
    readOpenIntents: (certificate) =>
      readMany(certificate, {
        expression: "#state <> :merged AND notAfter > :now",
        names: { "#state": "state" },
        values: { ":merged": "merged", ":now": clock() },
      }),
    async findIntent(publicKeyDigest) {
      const item = await readItem(keyOf(publicKeyDigest), publicKeyDigest);
      if (item === undefined) return null;
      const { certificate, csrDigest } = parseItem(KeyItem, item, "GetItem", publicKeyDigest);
      return await readIntent(certificate, csrDigest);
    },
    async intend(intent) {
      const { certificate, csrDigest, publicKeyDigest } = intent;
      // From the certificate's end on: for as long as it may be used or revoked, this is how it is known.
      const end = expiry(Math.max(clock(), intent.notAfter), KEPT_SECONDS);
      // First: an intent without it could not be found by what is issued for it, and it alone says nothing.
      if (publicKeyDigest !== undefined) {
        const item = marshall({ ...keyOf(publicKeyDigest), certificate, csrDigest, ...end });
        const command = new PutItemCommand({ TableName: table, Item: item });
        await attempt("PutItem", certificate, () => client.send(command));
      }
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...intentKey(certificate, csrDigest), ...intent, ...end }),
        ConditionExpression: "attribute_not_exists(pk) OR #state = :refused",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: marshall({ ":refused": "refused" }),
      });
      const written = await attempt("PutItem", certificate, () => client.send(command), CONFLICT);
      if (written !== null) return intent;
      const other = await readIntent(certificate, csrDigest);
      // It stood there a moment ago: to go on as if ours had been written would leave no trace of a signature.
      if (other === null) throw broken("GetItem", certificate, "intent-vanished", true);
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
      if (refused) await attempt("UpdateItem", intent.certificate, send, CONFLICT);
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
  };
}
