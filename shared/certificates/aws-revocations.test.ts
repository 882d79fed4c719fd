import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createModel, START } from "../../local/model/brain.ts";
import { dynamoJournal } from "./aws-journal.ts";
import type { Journal } from "./journal.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { Intent } from "./schema.ts";

const TABLE = "journal";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const journal = dynamoJournal({ client, table: TABLE, link: "test-link", clock: () => START });
  return { client, journal, dynamodb, kernel: world.kernel };
}

const openAdapter = async (): Promise<Journal> => (await start()).journal;
const openModel = async (): Promise<Journal> => (await createModel()).journal;

const csrDigest = "c".repeat(64);
const certificateArn = "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/x/certificate/12";
const intent: Intent = {
  certificate: "bunny-client",
  csrDigest,
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: "a".repeat(32),
  notAfter: START + 604_800,
  createdAt: START,
  state: "intended",
};
const superseded: RevocationOrder = {
  serial: "abc",
  certificate: "bunny-client",
  reason: "SUPERSEDED",
  origin: "person",
  orderedBy: "arn:aws:iam::111122223333:role/operator",
  orderedAt: START,
  state: "ordered",
};
const compromised: RevocationOrder = { ...superseded, reason: "KEY_COMPROMISE", orderedAt: START + 60 };
const again: RevocationOrder = { ...superseded, orderedAt: START + 60 };
const orphan: RevocationOrder = { ...superseded, origin: "orphan", orderedBy: "renew-certificates" };

const standing = async (journal: Journal) => (await journal.readStanding()).revocations;

describe.each([
  ["the adapter, over DynamoDB", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  describe("noteIssued", () => {
    it.each(["intended", "refused"] as const)("makes an intent that stands at %s issued", async (state) => {
      const journal = await open();
      await journal.intend({ ...intent, state });
      const issued = { ...intent, state: "issued", certificateArn };
      expect(await journal.noteIssued(intent, certificateArn)).toEqual(issued);
      expect(await journal.readIntent("bunny-client", csrDigest)).toEqual(issued);
    });

    it("leaves one given up that was given up, with the ARN of its orphan", async () => {
      const journal = await open();
      await journal.intend(intent);
      await journal.mark(intent, { state: "outcome-unknown" });
      const orphaned = { ...intent, state: "outcome-unknown", certificateArn };
      expect(await journal.noteIssued(intent, certificateArn)).toEqual(orphaned);
      expect(await journal.readIntent("bunny-client", csrDigest)).toEqual(orphaned);
    });

    it.each(["issued", "merged", "outcome-unknown"] as const)(
      "changes nothing of one that is %s and has its ARN",
      async (state) => {
        const journal = await open();
        await journal.intend(intent);
        await journal.mark(intent, { state: "issued", certificateArn });
        if (state !== "issued") await journal.mark(intent, { state });
        const stands = { ...intent, state, certificateArn };
        expect(await journal.noteIssued(intent, certificateArn)).toEqual(stands);
        expect(await journal.noteIssued(intent, `${certificateArn}3`)).toEqual(stands);
      },
    );

    it("says the same when it is said twice, and at once with the run's own note", async () => {
      const journal = await open();
      await journal.intend(intent);
      await Promise.all([
        journal.noteIssued(intent, certificateArn),
        journal.mark(intent, { state: "issued", certificateArn }),
        journal.noteIssued(intent, certificateArn),
      ]);
      const [stands, ...others] = await journal.readIntents("bunny-client");
      expect(stands).toEqual({ ...intent, state: "issued", certificateArn });
      expect(others).toEqual([]);
    });

    it("notes nothing that was never intended", async () => {
      const journal = await open();
      await expect(journal.noteIssued(intent, certificateArn)).rejects.toThrow();
      expect(await journal.readIntents("bunny-client")).toEqual([]);
    });
  });

  describe("orderRevocation", () => {
    it("writes an order, to be read with all that stands", async () => {
      const journal = await open();
      expect(await journal.orderRevocation(superseded)).toEqual(superseded);
      expect(await standing(journal)).toEqual([superseded]);
    });

    it("keeps an order for each serial", async () => {
      const journal = await open();
      await journal.orderRevocation(superseded);
      await journal.orderRevocation({ ...orphan, serial: "def" });
      expect(await standing(journal)).toHaveLength(2);
    });

    it.each([
      ["raises superseded to compromised", superseded, compromised],
      ["raises an orphan's order", orphan, compromised],
      ["takes a person's word anew", superseded, again],
      ["takes a person's word for an orphan's order", orphan, again],
    ])("%s", async (_case, stands, order) => {
      const journal = await open();
      await journal.orderRevocation(stands);
      expect(await journal.orderRevocation(order)).toEqual(order);
      expect(await standing(journal)).toEqual([order]);
    });

    it.each([
      ["lowers compromised to superseded", compromised, superseded],
      ["makes an orphan's order of a person's", superseded, orphan],
      ["makes an orphan's order anew", orphan, { ...orphan, orderedAt: START + 60 }],
    ])("never %s", async (_case, stands, order) => {
      const journal = await open();
      await journal.orderRevocation(stands);
      expect(await journal.orderRevocation(order)).toEqual(stands);
      expect(await standing(journal)).toEqual([stands]);
    });

    it.each([
      ["what the CA refused", superseded, again],
      ["what was taken for an orphan", orphan, again],
      ["a compromised one", compromised, { ...compromised, orderedAt: START + 120 }],
    ])(
      "orders anew, at a person's word, %s and was closed without a revocation",
      async (_case, stands, order) => {
        const journal = await open();
        await journal.orderRevocation(stands);
        await journal.closeRevocation(stands, { state: "refused", code: "in-use" });
        expect(await journal.orderRevocation(order)).toEqual(order);
        expect(await standing(journal)).toEqual([order]);
      },
    );

    it("leaves a compromised one compromised, closed or not, for it must be replaced whenever it comes back", async () => {
      const journal = await open();
      await journal.orderRevocation(compromised);
      const close = { state: "refused", code: "left-to-expire" } as const;
      await journal.closeRevocation(compromised, close);
      expect(await journal.orderRevocation(again)).toEqual({ ...compromised, ...close });
    });

    it("keeps which certificate is meant, with its CA", async () => {
      const journal = await open();
      await journal.orderRevocation({ ...orphan, certificateArn });
      expect(await standing(journal)).toEqual([{ ...orphan, certificateArn }]);
    });

    it("leaves what is revoked, for whatever reason", async () => {
      const journal = await open();
      await journal.orderRevocation(superseded);
      await journal.closeRevocation(superseded, { state: "revoked" });
      for (const order of [again, compromised, orphan]) {
        expect(await journal.orderRevocation(order)).toEqual({ ...superseded, state: "revoked" });
      }
    });
  });

  describe("closeRevocation", () => {
    it.each([[{ state: "revoked" }], [{ state: "refused", code: "InvalidRequestException" }]] as const)(
      "notes %o",
      async (close) => {
        const journal = await open();
        await journal.orderRevocation(superseded);
        expect(await journal.closeRevocation(superseded, close)).toBe(true);
        expect(await standing(journal)).toEqual([{ ...superseded, ...close }]);
      },
    );

    it("leaves open an order that was raised meanwhile", async () => {
      const journal = await open();
      await journal.orderRevocation(superseded);
      await journal.orderRevocation(compromised);
      expect(await journal.closeRevocation(superseded, { state: "revoked" })).toBe(false);
      expect(await standing(journal)).toEqual([compromised]);
    });

    it("closes an order once", async () => {
      const journal = await open();
      await journal.orderRevocation(superseded);
      await journal.closeRevocation(superseded, { state: "revoked" });
      expect(await journal.closeRevocation(superseded, { state: "refused", code: "other" })).toBe(false);
      expect(await standing(journal)).toEqual([{ ...superseded, state: "revoked" }]);
    });

    it("closes nothing that was never ordered", async () => {
      const journal = await open();
      expect(await journal.closeRevocation(superseded, { state: "revoked" })).toBe(false);
      expect(await standing(journal)).toEqual([]);
    });
  });
});

describe("dynamoJournal", () => {
  it("has an order end two years after it was closed, and never before", async () => {
    const { journal, dynamodb } = await start();
    const ends = async () => (await dynamodb.items(TABLE)).map(({ expiresAt }) => expiresAt);
    await journal.orderRevocation(superseded);
    expect(await ends()).toEqual([undefined]);
    await journal.closeRevocation(superseded, { state: "revoked" });
    expect(await ends()).toEqual([{ N: String(START + 2 * 365 * 86_400) }]);
  });

  it("throws when an order that stood there is gone a moment later", async () => {
    const { journal, kernel } = await start();
    const code = "ConditionalCheckFailedException";
    const effect = { kind: "refuse", status: 400, code, message: "text" } as const;
    kernel.faults.add({ operation: "dynamodb:PutItem", nth: 1, when: "before", effect });
    await expect(journal.orderRevocation(orphan)).rejects.toMatchObject({ code: "order-vanished" });
  });

  it("throws for an order that it cannot read, rather than taking it for none", async () => {
    const { journal, client } = await start();
    const Item = { pk: { S: "link#test-link" }, sk: { S: "revocation#abc" }, serial: { S: "abc" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    const unreadable = { name: "CloudError", code: "unreadable-item" };
    await expect(journal.readStanding()).rejects.toMatchObject(unreadable);
    await expect(journal.orderRevocation(orphan)).rejects.toMatchObject(unreadable);
  });
});
