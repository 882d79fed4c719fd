import path from "node:path";
import { ACMPCAClient, DescribeCertificateAuthorityCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestByHand } from "../azure/key-vault/person.ts";
import { until } from "../demo/chapter.ts";
import { verdict } from "../demo/chapters/verdict.ts";
import { acceptedSerials, brainRecords, protagonists, signedForBunny, versions } from "../demo/look.ts";
import { createProducer } from "../demo/producer.ts";
import type { InvokeResult } from "../lambda/lambda.ts";
import { makeCsr } from "../testing/certificates.ts";
import { type Stack, startStack } from "./stack.ts";

const LINK_FILE = path.resolve(import.meta.dirname, "certificates-link.ts");

let stack: Stack;

beforeAll(async () => {
  // Hostile stand-ins, and no schedule: each run is one that a test asked for.
  const often = { mountEveryMs: 200, pollEveryMs: 20, secretEveryMs: 100 };
  stack = await startStack({ linkFile: LINK_FILE, seed: 7, ...often });
  await until("relay has a certificate", async () => (await renewRelay().invoke({})).ok);
  stack.workloads.startBunnies();
});

function renewRelay() {
  const functions = [...stack.functions.values()];
  const renew = functions.find(({ deployed }) => deployed.logicalName === "RenewRelayCertificate");
  if (renew === undefined) throw new Error("the deployment has no function for relay's certificate");
  return renew;
}

afterAll(async () => {
  await stack?.close();
});

/** The stand-ins may refuse a call or two; as on a schedule, the next run goes on. */
async function runUntilSettled(): Promise<InvokeResult> {
  const { renew } = protagonists(stack);
  for (let runs = 1; ; runs += 1) {
    const result = await renew.invoke({});
    if (result.ok || runs === 8) return result;
  }
}

describe("the deployed bundles in the local world", () => {
  it("end with one certificate and one signature when three runs start at once", async () => {
    const { renew } = protagonists(stack);
    await Promise.all([renew.invoke({}), renew.invoke({}), renew.invoke({})]);
    expect(await runUntilSettled()).toMatchObject({ ok: true });
    expect(versions(stack)).toHaveLength(1);
    expect(signedForBunny(stack)).toHaveLength(1);
    expect(signedForBunny(stack)[0]?.serial.replace(/^0+/, "")).toBe(versions(stack)[0]?.serial);
  });

  it("sees the new serial in relay's log once bunny uses it, and does not ask again", async () => {
    const [version] = versions(stack);
    await until("relay accepts bunny", () => acceptedSerials(stack).includes(version?.serial ?? ""));
    await until("the run sees it", async () => {
      await runUntilSettled();
      return brainRecords(stack).some(({ event }) => event === "certificate.seen-in-use");
    });
    const asked = stack.kernel.calls("logs:FilterLogEvents").length;
    await runUntilSettled();
    expect(stack.kernel.calls("logs:FilterLogEvents").length).toBe(asked);
  });

  it("fails the invocation, and changes nothing, while the Function App is down", async () => {
    const { renew, vault, certificate } = protagonists(stack);
    const before = vault.certificates.get(certificate.name)?.versions.length;
    await stack.azure.functionApp.stop();
    expect(await renew.invoke({})).toMatchObject({
      ok: false,
      errorMessage: expect.stringContaining(certificate.name),
    });
    await stack.azure.functionApp.restart();
    expect(vault.certificates.get(certificate.name)?.versions.length).toBe(before);
    expect(await runUntilSettled()).toMatchObject({ ok: true });
  });

  it("drops a request for a key that no pod could mount, and has it not signed", async () => {
    const { vault, certificate } = protagonists(stack);
    const foreign = await requestByHand(vault, certificate.name, {
      subject: "CN=somebody",
      exportable: false,
    });
    await runUntilSettled();
    expect(vault.certificates.get(certificate.name)?.pending?.requestId).not.toBe(foreign.requestId);
    expect(vault.certificates.get(certificate.name)?.versions.every(({ key }) => key !== foreign.key)).toBe(
      true,
    );
  });

  it("calls only what the captured policies allow, and only hosts that are known", async () => {
    const decisions = stack.aws.server.decisions();
    expect(decisions.length).toBeGreaterThan(10);
    expect(decisions.filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.aws.server.troubles()).toEqual([]);
    expect(stack.proxy.refused()).toEqual([]);
  });

  it("never imports a key into the vault", () => {
    expect(stack.kernel.calls("key-vault:CreateCertificate").length).toBeGreaterThan(0);
    expect(stack.kernel.calls("key-vault:ImportCertificate")).toEqual([]);
  });

  it("shows private keys in the vault's answers to bunny's own identity and nowhere else", () => {
    const report = stack.tap.report();
    const [credential] = stack.graph.federatedCredentials;
    const [vault] = stack.graph.vaults;
    expect(report.leaks).toEqual([]);
    expect(report.allowed.map(({ from, to }) => `${from} ${to}`)).toContain(
      `${credential?.principalId} ${new URL(vault?.uri ?? "").host}`,
    );
    // Every wire is tapped: the clouds' services, the hand, the functions, and relay behind its mutual TLS.
    const seen = report.traffic.map(({ to }) => to);
    for (const wire of [
      "acm-pca",
      "sts",
      "dynamodb",
      "logs",
      "relay",
      "managed-identity",
      "login.microsoftonline.com",
      stack.graph.functionApp.hostName,
    ]) {
      expect(seen).toContain(wire);
    }
  });

  it("finds a private key that is planted in a job, however it is written", async () => {
    const { privateKeyPem } = await makeCsr({ commonName: "planted" });
    const { credentials, producerName } = stack.workloads;
    const producer = createProducer(stack, await credentials.issue("Client", producerName));
    await producer.submit({ note: privateKeyPem });
    await producer.submit({ note: Buffer.from(privateKeyPem).toString("base64url") });
    producer.close();
    const leaks = stack.tap.report().leaks.filter(({ to }) => to === "relay");
    expect(leaks.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(leaks)).not.toContain(privateKeyPem.slice(40, 80));
  });

  it("fails the verdict when a role's policy did not allow a call", async () => {
    const { credentials } = stack.aws.identities.issue({ roleArn: stack.aws.relayRoleArn });
    const client = new ACMPCAClient({
      region: stack.graph.region,
      endpoint: stack.aws.server.url,
      credentials,
    });
    const call = client.send(
      new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: stack.aws.authority.arn }),
    );
    await expect(call).rejects.toThrow(/not authorized to perform: acm-pca:DescribeCertificateAuthority/);
    await expect(verdict.run(stack)).rejects.toThrow(
      /policies allow every call: .*role\/relay acm-pca:DescribeCertificateAuthority/,
    );
  });
});
