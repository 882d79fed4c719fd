import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { listenOnLoopback } from "../../local/aws/http.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createModel, START } from "../../local/model/brain.ts";
import type { Audit } from "./audit.ts";
import { dynamoAudit } from "./aws-audit.ts";
import type { ChangeRecord } from "./change.ts";
import { newChange } from "./test-changes.ts";

const TABLE = "journal";
const YEARS = 365 * 86_400;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: { readonly calm?: boolean } = {}) {
  const kernel = makeKernel(options);
  const dynamodb = await startDynamoDb({ kernel, region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const pauses: number[] = [];
  const of = (link: string) =>
    dynamoAudit({
      client,
      table: TABLE,
      link,
      clockMs: () => START * 1_000,
      pause: async (ms) => void pauses.push(ms),
    });
  return { ...world, options: world.client(), dynamodb, client, of, pauses, audit: of("test-link") };
}

const openAdapter = async (): Promise<Audit> => (await start()).audit;
const openModel = async (): Promise<Audit> => (await createModel()).audit;

async function readAllOfOutbox(audit: Audit): Promise<ChangeRecord[]> {
  const changes: ChangeRecord[] = [];
  let after: string | null = null;
  do {
    const start: string | null = after;
    const page = await audit.readOutbox(start);
    changes.push(...page.changes);
    after = page.next;
  } while (after !== null);
  return changes;
}

/** A table at its limit: every batch comes back as it was sent. */
async function leaveEverything(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { RequestItems } = Batch.parse(JSON.parse(await text(incoming)));
  answer.setHeader("content-type", "application/x-amz-json-1.0");
  answer.end(JSON.stringify({ UnprocessedItems: RequestItems }));
}
const Batch = z.object({ RequestItems: z.unknown() });

const subjects = (changes: readonly ChangeRecord[]) => changes.map(({ after }) => after?.["certificateArn"]);
const all = { target: null, limit: 100 };

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over DynamoDB", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("has nothing to tell and no history at first", async () => {
    const audit = await open();
    expect(await audit.readOutbox(null)).toEqual({ changes: [], unreadable: [], next: null });
    expect(await audit.history(all)).toEqual({ changes: [], cut: false });
  });

  it("gives back what was recorded as it was, with its instant", async () => {
    const audit = await open();
    const change = newChange("one", {
      before: { requestId: "r", csrDigest: "c" },
      after: null,
      reasons: ["other-identity", "subject attribute 2.5.4.6"],
      requestIds: { lambda: "l", function: "f", "key-vault": "k" },
    });
    await audit.record(change);
    const stamped = { ...change, at: "2026-11-21T08:00:00.000Z" };
    expect((await audit.readOutbox(null)).changes).toEqual([stamped]);
    expect(await audit.history(all)).toEqual({ changes: [stamped], cut: false });
    await audit.file([stamped]);
    expect(await audit.history(all)).toEqual({ changes: [stamped], cut: false });
  });

  it("keeps the order of changes that are made within a millisecond", async () => {
    const audit = await open();
    const made = ["b", "a", "d", "c"];
    for (const subject of made) await audit.record(newChange(subject));
    expect(subjects(await readAllOfOutbox(audit))).toEqual(made);
    expect(subjects((await audit.history(all)).changes)).toEqual(made.toReversed());
  });

  it("takes what was told out of the outbox, and no more than that", async () => {
    const audit = await open();
    for (const subject of ["a", "b", "c"]) await audit.record(newChange(subject));
    const { changes } = await audit.readOutbox(null);
    await audit.file(changes.slice(0, 2));
    expect(subjects((await audit.readOutbox(null)).changes)).toEqual(["c"]);
    expect(subjects((await audit.history(all)).changes)).toEqual(["c", "b", "a"]);
  });

  it("has the history of the link and of each certificate, told or not, the newest first", async () => {
    const audit = await open();
    for (const [subject, target] of [
      ["a", "bunny-client"],
      ["b", "other-client"],
      ["c", "bunny-client"],
    ] as const)
      await audit.record(newChange(subject, { target }));
    const { changes } = await audit.readOutbox(null);
    await audit.file(changes.slice(0, 2));
    expect(subjects((await audit.history({ target: "bunny-client", limit: 10 })).changes)).toEqual([
      "c",
      "a",
    ]);
    expect(subjects((await audit.history({ target: "other-client", limit: 10 })).changes)).toEqual(["b"]);
    expect(subjects((await audit.history({ target: null, limit: 2 })).changes)).toEqual(["c", "b"]);
    expect((await audit.history({ target: "bunny", limit: 10 })).changes).toEqual([]);
  });

  it("finds those of some kinds alone, of all or of one certificate, told or not", async () => {
    const audit = await open();
    const kinds = ["merge", "request", "drop-request", "merge", "request", "drop-request"] as const;
    for (const [index, kind] of kinds.entries()) await audit.record(newChange(String(index), { kind }));
    await audit.record(newChange("other", { kind: "merge", target: "other-client" }));
    const { changes } = await audit.readOutbox(null);
    await audit.file(changes.slice(0, 3));
    const find = async (target: string | null, kinds: ChangeRecord["kind"][], limit = 10) =>
      subjects((await audit.history({ target, kinds, limit })).changes);
    expect(await find("bunny-client", ["merge"])).toEqual(["3", "0"]);
    expect(await find("bunny-client", ["merge"], 1)).toEqual(["3"]);
    expect(await find(null, ["merge"])).toEqual(["other", "3", "0"]);
    expect(await find("bunny-client", ["merge", "drop-request"])).toEqual(["5", "3", "2", "0"]);
    expect(await find("bunny-client", ["freeze"])).toEqual([]);
  });

  it("counts a change once that was recorded twice", async () => {
    const audit = await open();
    for (const subject of ["a", "b", "b", "b"]) await audit.record(newChange(subject));
    await audit.file((await audit.readOutbox(null)).changes);
    expect(subjects((await audit.history({ target: null, limit: 2 })).changes)).toEqual(["b", "a"]);
  });

  it("gives many changes page by page, and files them", async () => {
    const audit = await open();
    const many = Array.from({ length: 130 }, (_, index) => String(index));
    for (const subject of many) await audit.record(newChange(subject));
    expect(subjects((await audit.readOutbox(null)).changes)).toHaveLength(100);
    const changes = await readAllOfOutbox(audit);
    expect(subjects(changes)).toEqual(many);
    await audit.file(changes);
    expect(await audit.readOutbox(null)).toMatchObject({ changes: [], next: null });
    expect(subjects((await audit.history({ target: null, limit: 500 })).changes)).toEqual(many.toReversed());
  });
});

describe("dynamoAudit", () => {
  it("keeps links apart in one table", async () => {
    const { of } = await start();
    await of("one").record(newChange("a"));
    await of("one").file((await of("one").readOutbox(null)).changes);
    expect((await of("two").history(all)).changes).toEqual([]);
    await of("one").record(newChange("b"));
    expect((await of("two").readOutbox(null)).changes).toEqual([]);
  });

  it("keeps a change for two years, under the link and under its certificate", async () => {
    const { audit, dynamodb } = await start();
    await audit.record(newChange("a"));
    await audit.file((await audit.readOutbox(null)).changes);
    const items = await dynamodb.items(TABLE);
    expect(items.map(({ pk }) => pk)).toEqual(
      expect.arrayContaining([{ S: "history#test-link" }, { S: "history#test-link#bunny-client" }]),
    );
    expect(items.map(({ expiresAt }) => expiresAt)).toEqual(Array(2).fill({ N: String(START + 2 * YEARS) }));
  });

  it("writes again what DynamoDB left unprocessed, after a pause", async () => {
    const { audit, pauses, dynamodb } = await start({ calm: false });
    for (let n = 0; n < 90; n += 1) await audit.record(newChange(String(n)));
    await audit.file(await readAllOfOutbox(audit));
    expect(pauses.length).toBeGreaterThan(0);
    expect(await readAllOfOutbox(audit)).toEqual([]);
    expect(await dynamodb.items(TABLE)).toHaveLength(180);
  });

  it("gives up what DynamoDB leaves unprocessed again and again, and may be asked to try later", async () => {
    const { options } = await start();
    const { port, close } = await listenOnLoopback(createServer(leaveEverything));
    closing.push(close);
    const pauses: number[] = [];
    const throttled = dynamoAudit({
      client: new DynamoDBClient({ ...options, endpoint: `http://127.0.0.1:${port}` }),
      table: TABLE,
      link: "test-link",
      clockMs: () => 0,
      pause: async (ms) => void pauses.push(ms),
    });
    const at = "2026-11-21T08:00:00.000Z";
    await expect(throttled.file([{ ...newChange("a"), at }])).rejects.toMatchObject({
      name: "CloudError",
      code: "unprocessed-items",
      retryable: true,
    });
    expect(pauses).toEqual([50, 200, 800]);
  });

  it("leaves the outbox as it is when the history was not written", async () => {
    const { audit, options } = await start();
    await audit.record(newChange("a"));
    const { changes } = await audit.readOutbox(null);
    const failing = new DynamoDBClient({ ...options, endpoint: "http://127.0.0.1:9" });
    const broken = dynamoAudit({
      client: failing,
      table: TABLE,
      link: "test-link",
      clockMs: () => 0,
      pause: async () => {},
    });
    await expect(broken.file(changes)).rejects.toMatchObject({ name: "CloudError", code: "unreachable" });
    expect((await audit.readOutbox(null)).changes).toHaveLength(1);
  });

  it("tells when a change was made that it cannot read, and leaves it", async () => {
    const { audit, client } = await start();
    const at = "2027-01-01T00:00:00.000Z";
    const Item = { pk: { S: "link#test-link" }, sk: { S: `change#${at}#x` }, kind: { S: "of-the-future" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    await audit.record(newChange("a"));
    const { changes, unreadable } = await audit.readOutbox(null);
    expect(subjects(changes)).toEqual(["a"]);
    expect(unreadable).toEqual([at]);
    await audit.file(changes);
    expect((await audit.readOutbox(null)).unreadable).toEqual([at]);
  });

  it("reads the outbox by the latest write", async () => {
    const { audit, sightings } = await start();
    await audit.readOutbox(null);
    expect(Buffer.from(sightings[0]?.bytes ?? []).toString()).toContain('"ConsistentRead":true');
  });

  describe("of what waits to be told, more than a page", () => {
    /** So long that 34 of them fill a page of a megabyte. */
    const facts = Object.fromEntries(
      Array.from({ length: 15 }, (_, n) => [`fact${"abcdefghijklmno".charAt(n)}`, "x".repeat(2_048)]),
    );
    async function startWith(waiting: number) {
      const { audit } = await start();
      await audit.record(newChange("first"));
      for (let n = 0; n < waiting; n += 1)
        await audit.record(newChange(String(n), { target: "other-client", after: facts }));
      return audit;
    }

    it("finds a certificate's only change behind those of others, and the whole link's", async () => {
      const audit = await startWith(80);
      const one = await audit.history({ target: "bunny-client", limit: 20 });
      expect([subjects(one.changes), one.cut]).toEqual([["first"], false]);
      const whole = await audit.history({ target: null, limit: 100 });
      expect([whole.changes.length, whole.cut]).toEqual([81, false]);
      expect(await audit.history({ target: null, limit: 80 })).toMatchObject({ cut: false });
    });

    it("says that it has not looked through all, beyond ten pages", async () => {
      const audit = await startWith(380);
      expect(await audit.history({ target: "bunny-client", limit: 20 })).toEqual({ changes: [], cut: true });
      const latest = await audit.history({ target: "other-client", limit: 20 });
      expect([latest.changes.length, latest.cut]).toEqual([20, false]);
    });
  });

  it("finds a kind behind any number of others that were told since", async () => {
    const { audit } = await start();
    await audit.record(newChange("merged", { kind: "merge" }));
    for (let n = 0; n < 130; n += 1) await audit.record(newChange(String(n), { kind: "request" }));
    await audit.file(await readAllOfOutbox(audit));
    const { changes } = await audit.history({ target: "bunny-client", kinds: ["merge"], limit: 16 });
    expect(subjects(changes)).toEqual(["merged"]);
  });

  it("throws DynamoDB's code when it fails", async () => {
    const { client } = await start();
    const options = { client, table: "no-such-table", link: "x", clockMs: () => 0, pause: async () => {} };
    const other = dynamoAudit(options);
    for (const call of [
      async () => [await other.record(newChange("a"))],
      async () => [await other.readOutbox(null)],
      async () => (await other.history(all)).changes,
    ])
      await expect(call()).rejects.toMatchObject({ name: "CloudError", code: "ResourceNotFoundException" });
  });
});
