/**
 * The deployed function publishes the trust, relay and bunny load it, the renewals change over to the next CA, and what
 * is revoked is refused; with the deployed hand, on schedules that run faster than the clock.
 */
import path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { dynamoJournal } from "../../shared/certificates/aws-journal.ts";
import { RUN_EVERY_MS, until } from "../demo/chapter.ts";
import { type Stack, startStack } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    linkFile: path.resolve(import.meta.dirname, "trust-link.ts"),
    seed: 7,
    // A look each three seconds.
    speed: 20,
    mountEveryMs: 200,
    pollEveryMs: 200,
    secretEveryMs: 500,
  });
  stack.begin();
});
afterAll(() => stack?.close());

const Answer = z.looseObject({
  trust: z.looseObject({
    version: z.string().nullable(),
    revoked: z.number(),
    rollover: z.string(),
    authorities: z.array(z.looseObject({ subject: z.string(), state: z.string(), isIssuing: z.boolean() })),
    loaded: z.array(z.looseObject({ party: z.string(), state: z.string() })),
    troubles: z.array(z.string()),
  }),
});

function functionOf(logicalName: string) {
  const found = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (found === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return found;
}

/** The stand-ins may refuse a call or two. */
const ask = () =>
  until("the function answers", async () => {
    const answer = await functionOf("PublishTrust").invoke({ run: "plan" });
    return answer.ok ? Answer.parse(answer.payload).trust : null;
  });

const Certificates = z.looseObject({
  certificates: z.array(
    z.looseObject({
      certificate: z.string(),
      current: z.looseObject({ serial: z.string(), issuer: z.string() }).nullable().optional(),
    }),
  ),
});
const currentOf = (logicalName: string) =>
  until("the renewals answer", async () => {
    const answer = await functionOf(logicalName).invoke({ run: "plan" });
    return answer.ok ? (Certificates.parse(answer.payload).certificates[0]?.current ?? null) : null;
  });

/** As the role of the function that renews; a person would have one of their own. */
function journal() {
  const { credentials } = stack.aws.identities.issue({
    roleArn: functionOf("RenewCertificates").deployed.role.arn,
  });
  const client = new DynamoDBClient({
    region: stack.graph.region,
    endpoint: stack.aws.server.url,
    credentials,
    maxAttempts: 10,
  });
  const clock = () => Math.floor(Date.now() / 1000);
  return dynamoJournal({ client, table: stack.graph.tables[0]?.name ?? "", link: stack.link.name, clock });
}

describe("the deployed function", () => {
  it("publishes both CAs, which relay and bunny load", { timeout: 120_000 }, async () => {
    const trust = await until(
      "both have loaded the bundle",
      async () => {
        const answer = await ask();
        return answer.loaded.every(({ state }) => state === "loaded") ? answer : null;
      },
      100_000,
      RUN_EVERY_MS,
    );
    expect(trust.authorities.map(({ subject, state }) => [subject, state])).toEqual(
      expect.arrayContaining([
        ["CN=Example Link CA", "open"],
        ["CN=Next Example CA", "open"],
      ]),
    );
    expect(trust.troubles).toEqual([]);
  });

  it("has bunny's and relay's certificates changed over to the next CA", { timeout: 240_000 }, async () => {
    const answer = await until(
      "nothing comes from the old CA any more",
      async () => {
        const seen = await ask();
        return seen.rollover.startsWith("nothing comes from the outgoing CA") ? seen : null;
      },
      220_000,
      RUN_EVERY_MS,
    );
    expect(answer.authorities.find(({ subject }) => subject === "CN=Example Link CA")?.state).toBe("closed");
    const issuers = [await currentOf("RenewCertificates"), await currentOf("RenewRelayCertificate")];
    expect(new Set(issuers.map((current) => current?.issuer)).size).toBe(1);
  });

  it("has a revoked certificate refused on both sides in the next looks", { timeout: 60_000 }, async () => {
    const current = await currentOf("RenewCertificates");
    await journal().orderRevocation({
      ...{ serial: current?.serial ?? "", certificate: "bunny-client", reason: "KEY_COMPROMISE" },
      ...{ origin: "person", orderedBy: "arn:aws:iam::123456789012:role/operator" },
      ...{ orderedAt: Math.floor(Date.now() / 1000), state: "ordered" },
    });
    const answer = await until(
      "relay and bunny run a bundle that refuses it",
      async () => {
        const seen = await ask();
        return seen.revoked === 1 && seen.loaded.every(({ state }) => state === "loaded") ? seen : null;
      },
      50_000,
      RUN_EVERY_MS,
    );
    expect(answer.troubles).toEqual([]);
    expect((await currentOf("RenewCertificates"))?.serial).not.toBe(current?.serial);
  });
});
