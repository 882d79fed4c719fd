/** relay's certificate from its first request to its renewal: the deployed bundle, real TLS, hostile stand-ins. */
import { X509Certificate } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { Serial } from "../../shared/certificates/schema.ts";
import { until } from "../demo/chapter.ts";
import { relayLines } from "../demo/look.ts";
import type { InvokeResult } from "../lambda/lambda.ts";
import { type Stack, startStack } from "./stack.ts";

const LINK_FILE = path.resolve(import.meta.dirname, "certificates-link.ts");

let stack: Stack;

beforeAll(async () => {
  // No schedule: each run is one that a test asked for.
  stack = await startStack({ linkFile: LINK_FILE, seed: 11, secretEveryMs: 100 });
});

afterAll(async () => {
  await stack?.close();
});

const Text = z.object({ SecretString: z.string() });
const Value = z.object({ kind: z.string(), certificate: z.string().optional() });

function secret() {
  const [declared] = stack.graph.secrets;
  if (declared === undefined) throw new Error("the deployment has no secret");
  const { labels, versions } = stack.aws.secretsManager.contents(declared.arn);
  return { labels, versions };
}

/** The serial under a label; undefined when there is no complete certificate. */
function serialOf(label: string): Serial | undefined {
  const { labels, versions } = secret();
  const text = Text.safeParse(versions.get(labels.get(label) ?? "")?.value);
  const { certificate } = text.success ? Value.parse(JSON.parse(text.data.SecretString)) : {};
  return certificate === undefined ? undefined : Serial.parse(new X509Certificate(certificate).serialNumber);
}

/** The stand-ins may refuse a call or two; as on a schedule, the next run goes on. */
async function run(): Promise<InvokeResult> {
  const renew = [...stack.functions.values()].find(
    ({ deployed }) => deployed.logicalName === "RenewRelayCertificate",
  );
  if (renew === undefined) throw new Error("the deployment has no function for relay's certificate");
  for (let runs = 1; ; runs += 1) {
    const result = await renew.invoke({});
    if (result.ok || runs === 8) return result;
  }
}

const loadedBy = (serial: Serial) =>
  relayLines(stack).flatMap((line) =>
    line.event === "relay.loaded" && line.serverCertificateSerials.includes(serial) ? [line.replica] : [],
  );

const signed = () =>
  stack.aws.acmPca.issued().filter(({ templateArn }) => templateArn.includes("ServerAuth"));

describe("the deployed bundle for relay, in the local world", () => {
  it("has the first certificate signed and makes it current, and both replicas serve it", async () => {
    expect(await run()).toMatchObject({ ok: true });
    const serial = await until("a certificate is current", () => serialOf("AWSCURRENT"));
    await until("both replicas have loaded it", () => new Set(loadedBy(serial)).size === 2);
    expect(signed()).toHaveLength(1);
  });

  it("stages a renewal, and makes it current once both replicas have said that they have it", async () => {
    const old = serialOf("AWSCURRENT");
    const next = await until("another one is staged", async () => {
      expect(await run()).toMatchObject({ ok: true });
      const staged = serialOf("AWSPENDING");
      return staged === old ? undefined : staged;
    });
    await until("both replicas have loaded it", () => new Set(loadedBy(next)).size === 2);
    await until("it is current", async () => {
      await run();
      return serialOf("AWSCURRENT") !== old;
    });
    const { labels } = secret();
    expect(labels.get("AWSPREVIOUS")).toBeDefined();
  });

  it("calls only what the captured policies allow", () => {
    const decisions = stack.aws.server.decisions();
    expect(decisions.filter(({ action }) => action.startsWith("kms:")).length).toBeGreaterThan(3);
    expect(decisions.filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.aws.server.troubles()).toEqual([]);
  });

  it("shows the private key to Secrets Manager and to whom the secret is for, and nowhere else", () => {
    const { leaks, allowed } = stack.tap.report();
    expect(leaks).toEqual([]);
    expect(new Set(allowed.map(({ to }) => to))).toContain("secretsmanager");
    const told = JSON.stringify(stack.graph.logGroups.map(({ name }) => stack.aws.logs.events(name)));
    expect(told).not.toContain("PRIVATE KEY");
  });
});
