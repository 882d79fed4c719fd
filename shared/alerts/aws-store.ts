/**
 * Incidents in the journal's table. They stand under their keys, so that two can never be opened for one; what is over
 * is filed beside them by its end.
 *
 * They have a partition of their own. IAM tells partitions apart and nothing within one
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html): who only tells
 * incidents, or reads what strangers write, has no part in the freeze, the lease, consents and orders.
 *
 * Items: `incidents#<link>` / `incident#<key>`, and `incidents#<link>` / `<closed at>#<key>`.
 */
import {
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import {
  type Attributes,
  attempt,
  expiry,
  marshall,
  type Plain,
  parseItem,
  readItem,
} from "../journal/items.ts";
import { afterPrefix, readAll } from "../journal/pages.ts";
import { toIso } from "../runtime/instant.ts";
import { Incident } from "./incident.ts";
import type { IncidentStore, Standing } from "./store.ts";

const CONFLICT = "ConditionalCheckFailedException";
const PREFIX = "incident#";
/** Longer than any run that may still report what it saw before the incident was over. */
const KEPT_AFTER_FILING_SECONDS = 86_400;

/** The parts that a change writes; the rest belongs to who tells. */
const CHANGED = [
  "severity",
  "state",
  "closedAt",
  "title",
  "facts",
  "since",
  "links",
  "runbook",
  "worst",
  "notes",
  "revision",
  "observedAt",
  "changedAt",
] as const satisfies readonly (keyof Incident)[];

export interface IncidentTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The link's name. */
  readonly link: string;
}

export function dynamoIncidents({ client, table, link }: IncidentTable): IncidentStore {
  const pk = `incidents#${link}`;
  const keyOf = ({ key }: Incident) => ({ pk, sk: `${PREFIX}${key}` });

  /** Null when the condition does not hold. */
  const update = (incident: Incident, what: Update) => {
    const names = [...new Set([...Object.keys(what.set), ...what.named])];
    const input: UpdateItemCommandInput = {
      TableName: table,
      Key: marshall(keyOf(incident)),
      UpdateExpression: `SET ${Object.keys(what.set)
        .map((name) => `#${name} = :${name}`)
        .join(", ")}`,
      ConditionExpression: `id = :id AND (${what.condition})`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: marshall({
        ":id": incident.id,
        ...Object.fromEntries(Object.entries(what.set).map(([name, value]) => [`:${name}`, value])),
        ...what.values,
      }),
      ReturnValues: "ALL_NEW",
    };
    return attempt("UpdateItem", incident.key, () => client.send(new UpdateItemCommand(input)), CONFLICT);
  };

  const put = (before: Incident | null, after: Incident) => {
    const stands = { ":id": before?.id, ":revision": before?.revision };
    const command = new PutItemCommand({
      TableName: table,
      Item: marshall({ ...keyOf(after), ...after }),
      ConditionExpression: before === null ? "attribute_not_exists(pk)" : "id = :id AND revision = :revision",
      ...(before === null ? {} : { ExpressionAttributeValues: marshall(stands) }),
    });
    return attempt("PutItem", after.key, () => client.send(command), CONFLICT);
  };

  return {
    async readIncidents() {
      return readStanding(await readAll({ client, table, pk, from: PREFIX, to: afterPrefix(PREFIX) }));
    },
    async write({ before, after }) {
      if (before === null || before.id !== after.id) return (await put(before, after)) !== null;
      const written = await update(before, {
        set: Object.fromEntries(CHANGED.map((name) => [name, after[name]])),
        named: ["filed"],
        condition: "#revision = :was AND #observedAt = :seen AND #filed = :false",
        values: { ":was": before.revision, ":seen": before.observedAt, ":false": false },
      });
      return written !== null;
    },
    async claim(incident, telling) {
      const { telling: before } = incident;
      const asRead = before === null ? "attribute_type(#telling, :null)" : "#telling.#attempt = :before";
      const written = await update(incident, {
        set: { telling },
        named: ["attempt"],
        // Its own claim, when the answer to it was lost, and the client has sent it again.
        condition: `${asRead} OR #telling.#attempt = :own`,
        values: {
          ":own": telling.attempt,
          ...(before === null ? { ":null": "NULL" } : { ":before": before.attempt }),
        },
      });
      if (written === null) return null;
      return parseItem(Incident, written.Attributes ?? {}, "UpdateItem", incident.key);
    },
    async noteTold(incident, told, release) {
      const written = await update(incident, {
        set: { told, ...(release ? { telling: null } : {}) },
        named: ["telling", "attempt"],
        condition: "#telling.#attempt = :attempt",
        values: { ":attempt": incident.telling?.attempt ?? "" },
      });
      return written !== null;
    },
    async noteAnnounced(incident, announced) {
      await update(incident, {
        set: { announced },
        named: ["revision"],
        condition: "attribute_type(#announced, :null) OR #announced.#revision < :revision",
        values: { ":null": "NULL", ":revision": announced.revision },
      });
    },
    async file(incident) {
      const closedAt = incident.closedAt ?? incident.observedAt;
      const key = { pk, sk: `${toIso(closedAt)}#${incident.key}` };
      const item = marshall({ ...key, ...incident, filed: true, ...expiry(closedAt) });
      const command = new PutItemCommand({ TableName: table, Item: item });
      // First: what stands as filed is not looked at again.
      await attempt("PutItem", incident.key, () => client.send(command));
      await update(incident, {
        set: { filed: true, expiresAt: closedAt + KEPT_AFTER_FILING_SECONDS },
        named: ["revision"],
        condition: "#revision = :revision",
        values: { ":revision": incident.revision },
      });
    },
  };
}

function readStanding(items: readonly Attributes[]): Standing {
  const incidents = items.flatMap((item) => readItem(Incident, item) ?? []);
  const unreadable = items
    .filter((item) => readItem(Incident, item) === null)
    .map(({ sk }) => sk?.S?.slice(PREFIX.length) ?? "");
  return { incidents, unreadable };
}

interface Update {
  readonly set: Readonly<Record<string, Plain>>;
  /** Other attributes that the condition names. */
  readonly named: readonly string[];
  readonly condition: string;
  readonly values: Readonly<Record<string, Plain>>;
}
