import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { dynamoIncidents } from "./aws-store.ts";
import { AT, incidentOf, SCOPE, settled } from "./test-conditions.ts";
import { claimOf, ending, next, only, opened, opening, startStore, TABLE } from "./test-store.ts";

const YEARS = 365 * 86_400;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const started = await startStore();
  closing.push(started.close);
  return started;
}

describe("dynamoIncidents", () => {
  it("keeps links apart, and reads with one strongly consistent query", async () => {
    const { of, sightings } = await start();
    await of("one").write(opening(incidentOf("tunnels")));
    const before = sightings.length;
    expect((await of("two").readIncidents()).incidents).toEqual([]);
    const sent = sightings.slice(before).map(({ bytes }) => Buffer.from(bytes ?? []).toString());
    expect(sent.filter((text) => text.includes('"ConsistentRead":true'))).toHaveLength(1);
  });

  it("keeps what was filed for a day where it stood, and for two years in the history", async () => {
    const { store, items } = await start();
    await opened(store);
    const over = ending(await only(store), AT + 60);
    await store.write(over);
    await store.file(over.after);
    const ends = (await items()).map(({ pk, sk, expiresAt }) => ({ pk, sk, expiresAt }));
    expect(ends).toHaveLength(2);
    expect(ends).toEqual(
      expect.arrayContaining([
        {
          pk: { S: "incidents#test-link" },
          sk: { S: "incident#tunnels" },
          expiresAt: { N: String(AT + 60 + 86_400) },
        },
        {
          pk: { S: "incidents#test-link" },
          sk: { S: "2026-11-21T08:01:00Z#tunnels" },
          expiresAt: { N: String(AT + 60 + 2 * YEARS) },
        },
      ]),
    );
  });

  it("lets a new incident live on after the end of the one whose place it takes", async () => {
    const { store, items } = await start();
    await opened(store);
    const over = ending(await only(store), AT + 60);
    await store.write(over);
    await store.file(over.after);
    await store.write(next(settled(over.after), AT + 90, {}));
    const standing = (await items()).find(({ sk }) => JSON.stringify(sk) === '{"S":"incident#tunnels"}');
    expect(standing?.["expiresAt"]).toBeUndefined();
  });

  it("tells of items that it cannot read, and reads the others", async () => {
    const { client, store } = await start();
    const Item = {
      pk: { S: "incidents#test-link" },
      sk: { S: "incident#odd" },
      state: { S: "of-the-future" },
    };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    await opened(store);
    expect(await store.readIncidents()).toMatchObject({
      incidents: [{ key: "tunnels" }],
      unreadable: ["odd"],
    });
  });

  it("throws what the table says, for its state is not known then", async () => {
    const { client } = await start();
    const store = dynamoIncidents({ client, table: "other", link: SCOPE.link });
    const failure = { name: "CloudError", code: "ResourceNotFoundException" };
    await expect(store.readIncidents()).rejects.toMatchObject(failure);
    await expect(store.write(opening(incidentOf("tunnels")))).rejects.toMatchObject(failure);
    await expect(store.claim(incidentOf("tunnels"), claimOf("one"))).rejects.toMatchObject(failure);
  });
});
