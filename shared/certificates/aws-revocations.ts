/**
 * The orders to revoke in the journal's table: items `link#<link>` / `revocation#<serial>`. Two who write at once
 * are kept apart by conditions, never by what was read before.
 */
import { GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { attempt, broken, CONFLICT, expiry, marshall, parseItem } from "../journal/items.ts";
import type { JournalTable } from "./aws-journal.ts";
import type { Revocations } from "./journal.ts";
import { RevocationOrder } from "./revocation-order.ts";

const RevocationItem = RevocationOrder.strip();

/** `replacesOrder` as DynamoDB has it, for each kind of new order. */
const NONE_STANDS = "attribute_not_exists(pk)";
const CONDITIONS = {
  orphan: NONE_STANDS,
  KEY_COMPROMISE: `${NONE_STANDS} OR #state <> :revoked`,
  SUPERSEDED: `${NONE_STANDS} OR (#state <> :revoked AND #reason = :superseded)`,
} as const;
const VALUES = { ":revoked": "revoked", ":superseded": "SUPERSEDED" } as const;

export function dynamoRevocations({ client, table, link, clock }: JournalTable): Revocations {
  const keyOf = (serial: string) => ({ pk: `link#${link}`, sk: `revocation#${serial}` });

  const read = async (serial: string) => {
    const Key = marshall(keyOf(serial));
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
    const { Item } = await attempt("GetItem", serial, () => client.send(command));
    return Item === undefined ? null : parseItem(RevocationItem, Item, "GetItem", serial);
  };

  return {
    async orderRevocation(order) {
      const condition = CONDITIONS[order.origin === "orphan" ? "orphan" : order.reason];
      // DynamoDB refuses values and names that the condition does not use.
      const values = Object.entries(VALUES).filter(([name]) => condition.includes(name));
      const names = { "#state": "state", "#reason": "reason" };
      const used = Object.entries(names).filter(([name]) => condition.includes(name));
      const command = new PutItemCommand({
        TableName: table,
        // No end: an order may wait for as long as its certificate lives.
        Item: marshall({ ...keyOf(order.serial), ...order }),
        ConditionExpression: condition,
        ...(used.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(used) }),
        ...(values.length === 0 ? {} : { ExpressionAttributeValues: marshall(Object.fromEntries(values)) }),
      });
      const written = await attempt("PutItem", order.serial, () => client.send(command), CONFLICT);
      if (written !== null) return order;
      const stands = await read(order.serial);
      // It stood there a moment ago: nobody may be told that a certificate will be revoked when none knows of it.
      if (stands === null) throw broken("GetItem", order.serial, "order-vanished", true);
      return stands;
    },
    async closeRevocation({ serial, reason }, close) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: marshall(keyOf(serial)),
        UpdateExpression: `SET #state = :to, expiresAt = :end${close.state === "refused" ? ", code = :code" : ""}`,
        // An order that was raised meanwhile is another one: the next run carries that one out.
        ConditionExpression: "#state = :ordered AND #reason = :reason",
        ExpressionAttributeNames: { "#state": "state", "#reason": "reason" },
        ExpressionAttributeValues: marshall({
          ":to": close.state,
          ":code": close.state === "refused" ? close.code : undefined,
          ":end": expiry(clock()).expiresAt,
          ":ordered": "ordered",
          ":reason": reason,
        }),
      });
      const written = await attempt("UpdateItem", serial, () => client.send(command), CONFLICT);
      return written !== null;
    },
  };
}
