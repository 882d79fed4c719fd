import { SecretsManager as Sdk } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it, onTestFinished } from "vitest";
import { authorizeBy } from "../aws/authorization.ts";
import { Logs } from "../aws/logs.ts";
import { SecretsManager } from "../aws/secrets-manager/secrets-manager.ts";
import { keyArn, versionId } from "../aws/test-secrets.ts";
import { accountId, region, startWorld } from "../aws/test-world.ts";
import { RelayLogLine } from "../relay/log.ts";
import { bearer, testBundle, testKey } from "../relay/test-keys.ts";
import { issue, makeCa } from "../testing/certificates.ts";
import { call } from "../testing/mutual-tls.ts";
import { outsideRoles, relayPolicy } from "./outside-roles.ts";
import { startRelay } from "./relay.ts";
import { deployed, KEY_POLICY, LOG_GROUP } from "./test-deployment.ts";

const { relayRoleArn } = outsideRoles({ accountId });
const arnOf = (name: string) => `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`;
const KEY = { name: "jobs-key", arn: arnOf("warrener-test-bunny-jobs-key"), kmsKeyArn: keyArn };
const BUNDLE = { arn: arnOf("warrener-test-trust-bundle"), kmsKeyArn: keyArn };
const [OLD, NEXT] = [testKey(1), testKey(2)];

/** relay with its own role at a calm AWS, whose secrets the test writes as the deployed functions do. */
async function world() {
  const ofRelay = authorizeBy({
    roles: new Map([[relayRoleArn, relayPolicy(deployed("without-secret"), [KEY, BUNDLE])]]),
    resources: new Map([[keyArn, KEY_POLICY]]),
  });
  const aws = await startWorld(
    (kernel) => {
      const secrets = new SecretsManager({ kernel, region });
      for (const { arn } of [KEY, BUNDLE]) {
        secrets.createSecret({ name: arn.split(":").at(-1)?.slice(0, -7) ?? "", arn, kmsKeyArn: keyArn });
      }
      const logs = new Logs({ kernel, region });
      logs.createGroup(LOG_GROUP.name);
      return [secrets.service, logs.service];
    },
    {
      authorize: async (question) =>
        question.roleArn === relayRoleArn ? await ofRelay(question) : "allowed",
    },
  );
  const ca = await makeCa();
  const writer = new Sdk(aws.client({ roleArn: `arn:aws:iam::${accountId}:role/writer` }));
  const put = ({ arn }: { arn: string }, version: number, SecretString: string, label: string) =>
    writer.putSecretValue({
      ...{ SecretId: arn, SecretString, ClientRequestToken: versionId(version), VersionStages: [label] },
    });
  const lines: RelayLogLine[] = [];
  const waiting = new Set<() => void>();
  /** Resolves once both replicas have said so, each as its last word of that kind. */
  const bothSaid = (isIt: (line: Extract<RelayLogLine, { event: "relay.loaded" }>) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        const last = ["relay-0", "relay-1"].map((replica) =>
          lines
            .flatMap((line) => (line.event === "relay.loaded" && line.replica === replica ? [line] : []))
            .at(-1),
        );
        if (!last.every((line) => line !== undefined && isIt(line))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const start = async () => {
    const server = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };
    const relay = await startRelay({
      certificate: { kind: "issued", certificate: await issue(ca, server) },
      host: "relay.example",
      caPem: ca.certificatePem,
      identities: ["bunny.example"],
      mustHaveKey: ["bunny.example"],
      secrets: { apiKeys: [KEY], trustBundle: BUNDLE },
      secretEveryMs: 20,
      logGroup: LOG_GROUP.name,
      aws: (sessionName) => {
        const { maxAttempts: _, ...options } = aws.client({ roleArn: relayRoleArn, sessionName });
        return options;
      },
      tap: aws.kernel.tap,
      output: (line) => {
        lines.push(RelayLogLine.parse(JSON.parse(line)));
        for (const look of waiting) look();
      },
    });
    onTestFinished(() => relay.close());
    return relay;
  };
  onTestFinished(async () => {
    writer.destroy();
    await aws.server.close();
  });
  const client = await issue(ca, {
    ...{ commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] },
  });
  const poll = (port: number, key = OLD) =>
    call({
      ...{ port, servername: "relay.example", ca: ca.certificatePem, path: "/jobs/poll", client },
      headers: bearer(key),
    });
  return { ...aws, ca, put, writer, start, client, poll, lines, bothSaid };
}

describe("relay with API keys and a trust bundle in the local world", () => {
  it("reads both with its own role, and needs no other right", async () => {
    const { put, start, poll, bothSaid, server, ca } = await world();
    await put(KEY, 1, OLD.value, "AWSCURRENT");
    const { version, text } = testBundle(1, [ca.certificatePem]);
    await put(BUNDLE, 2, text, "AWSCURRENT");
    const relay = await start();
    await bothSaid(
      ({ apiKeyIds, trustBundleVersion }) => apiKeyIds?.join() === OLD.id && trustBundleVersion === version,
    );
    expect(await poll(relay.port)).toMatchObject({ status: 204 });
    expect(server.decisions().filter(({ result }) => result === "denied")).toEqual([]);
  });

  it("accepts the next key on every replica once each has said so, and the old one until it is retired", async () => {
    const { put, writer, start, poll, bothSaid } = await world();
    await put(KEY, 1, OLD.value, "AWSCURRENT");
    const relay = await start();
    await bothSaid(({ apiKeyIds }) => apiKeyIds?.join() === OLD.id);
    expect(await poll(relay.port, NEXT)).toMatchObject({ status: 401 });
    await put(KEY, 2, NEXT.value, "AWSPENDING");
    await bothSaid(({ apiKeyIds }) => apiKeyIds?.length === 2);
    for (const key of [OLD, NEXT, OLD, NEXT])
      expect(await poll(relay.port, key)).toMatchObject({ status: 204 });
    const move = { SecretId: KEY.arn, VersionStage: "AWSCURRENT" };
    await writer.updateSecretVersionStage({
      ...{ ...move, MoveToVersionId: versionId(2), RemoveFromVersionId: versionId(1) },
    });
    await writer.updateSecretVersionStage({
      ...{ SecretId: KEY.arn, VersionStage: "AWSPREVIOUS", RemoveFromVersionId: versionId(1) },
    });
    await bothSaid(({ apiKeyIds }) => apiKeyIds?.join() === NEXT.id);
    expect(await poll(relay.port, NEXT)).toMatchObject({ status: 204 });
  });

  it("refuses a revoked serial with the next bundle", async () => {
    const { put, start, poll, bothSaid, ca, client, lines } = await world();
    await put(KEY, 1, OLD.value, "AWSCURRENT");
    await put(BUNDLE, 2, testBundle(1, [ca.certificatePem]).text, "AWSCURRENT");
    const relay = await start();
    await bothSaid(({ trustBundleVersion }) => trustBundleVersion.startsWith("1-"));
    expect(await poll(relay.port)).toMatchObject({ status: 204 });
    await put(BUNDLE, 3, testBundle(2, [ca.certificatePem], [client.serial]).text, "AWSCURRENT");
    await bothSaid(({ trustBundleVersion }) => trustBundleVersion.startsWith("2-"));
    expect(await poll(relay.port)).toMatchObject({ kind: "closed" });
    expect(lines.at(-1)).toMatchObject({ event: "client.refused", reason: "revoked" });
  });

  it("hangs up until it could read both, and shows no key on the way but from Secrets Manager", async () => {
    const { put, start, poll, bothSaid, kernel, sightings } = await world();
    const refuse = {
      kind: "refuse",
      status: 400,
      code: "ThrottlingException",
      message: "Rate exceeded",
    } as const;
    const rule = {
      operation: "secretsmanager:DescribeSecret",
      nth: "every",
      when: "before",
      effect: refuse,
    } as const;
    const recover = kernel.faults.add(rule);
    await put(KEY, 1, OLD.value, "AWSCURRENT");
    const relay = await start();
    expect(relay.replicas()).toEqual([]);
    expect(await poll(relay.port)).toMatchObject({ kind: "closed" });
    recover();
    await bothSaid(({ apiKeyIds }) => apiKeyIds?.join() === OLD.id);
    expect(await poll(relay.port)).toMatchObject({ status: 204 });
    const seen = sightings.filter(({ bytes }) => Buffer.from(bytes).includes(OLD.key));
    expect(new Set(seen.map(({ what }) => what))).toEqual(
      new Set(["secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue answer", "GET /jobs/poll"]),
    );
  });
});
