import { SecretsManager as Sdk } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it, onTestFinished } from "vitest";
import { authorizeBy } from "../aws/authorization.ts";
import { Logs } from "../aws/logs.ts";
import { SecretsManager } from "../aws/secrets-manager/secrets-manager.ts";
import { keyArn, secretArn, secretName, versionId } from "../aws/test-secrets.ts";
import { accountId, region, startWorld } from "../aws/test-world.ts";
import { RelayLogLine } from "../relay/log.ts";
import { certificateValue } from "../relay/test-secret.ts";
import { secretToRelay } from "../tap/allowed-findings.ts";
import { TrafficTap } from "../tap/tap.ts";
import { type Ca, issue, makeCa } from "../testing/certificates.ts";
import { call } from "../testing/mutual-tls.ts";
import { outsideRoles, relayPolicy } from "./outside-roles.ts";
import { type CertificateSource, startRelay } from "./relay.ts";
import { deployed, KEY_POLICY, LOG_GROUP } from "./test-deployment.ts";

const RELAY = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };
const { relayRoleArn } = outsideRoles({ accountId });
const writerRoleArn = `arn:aws:iam::${accountId}:role/warrener-test-renew-relay-certificate`;

/** relay with a role of its own at a calm AWS; the function's part is played by the test, with the function's role. */
async function world(sourceOf: (ca: Ca) => Promise<CertificateSource> | CertificateSource) {
  const made: SecretsManager[] = [];
  const ofRelay = authorizeBy({
    roles: new Map([[relayRoleArn, relayPolicy(deployed("with-secret"))]]),
    resources: new Map([[keyArn, KEY_POLICY]]),
  });
  const aws = await startWorld(
    (kernel) => {
      const secrets = new SecretsManager({ kernel, region });
      secrets.createSecret({ name: secretName, arn: secretArn, kmsKeyArn: keyArn });
      const logs = new Logs({ kernel, region });
      logs.createGroup(LOG_GROUP.name);
      made.push(secrets);
      return [secrets.service, logs.service];
    },
    {
      authorize: async (question) =>
        question.roleArn === relayRoleArn ? await ofRelay(question) : "allowed",
    },
  );
  const lines: RelayLogLine[] = [];
  const waiting = new Set<() => void>();
  const output = (line: string) => {
    lines.push(RelayLogLine.parse(JSON.parse(line)));
    for (const look of waiting) look();
  };
  const last = (replica: string) =>
    lines.flatMap((line) => (line.event === "relay.loaded" && line.replica === replica ? [line] : [])).at(-1);
  /** Resolves once the last word of each replica is that it has loaded exactly these. */
  const bothLoaded = (...serials: readonly string[]) =>
    new Promise<void>((resolve) => {
      const look = () => {
        const said = ["relay-0", "relay-1"].map((replica) => last(replica)?.serverCertificateSerials.join());
        if (said.some((one) => one !== serials.join())) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const ca = await makeCa();
  const relay = await startRelay({
    certificate: await sourceOf(ca),
    host: "relay.example",
    caPem: ca.certificatePem,
    identities: ["bunny.example"],
    mustHaveKey: [],
    secrets: { apiKeys: [], trustBundle: undefined },
    secretEveryMs: 20,
    logGroup: LOG_GROUP.name,
    aws: (sessionName) => {
      const { maxAttempts: _, ...options } = aws.client({ roleArn: relayRoleArn, sessionName });
      return options;
    },
    tap: aws.kernel.tap,
    output,
  });
  onTestFinished(async () => {
    await relay.close();
    await aws.server.close();
  });
  const client = await issue(ca, {
    commonName: "bunny",
    dnsNames: ["bunny.example"],
    usages: ["clientAuth"],
  });
  const poll = () =>
    call({
      port: relay.port,
      servername: "relay.example",
      ca: ca.certificatePem,
      path: "/jobs/poll",
      client,
    });
  const [secrets] = made;
  if (secrets === undefined) throw new Error("the service was not made");
  const writer = new Sdk(aws.client({ roleArn: writerRoleArn }));
  onTestFinished(() => writer.destroy());
  const put = async (version: number, VersionStages: string[]) => {
    const issued = await issue(ca, RELAY);
    const SecretString = certificateValue(issued);
    const ClientRequestToken = versionId(version);
    await writer.putSecretValue({ SecretId: secretName, SecretString, ClientRequestToken, VersionStages });
    return issued;
  };
  const makeCurrent = (version: number, before: number) =>
    writer.updateSecretVersionStage({
      ...{ SecretId: secretName, VersionStage: "AWSCURRENT" },
      ...{ MoveToVersionId: versionId(version), RemoveFromVersionId: versionId(before) },
    });
  return { ...aws, ca, relay, lines, bothLoaded, poll, put, makeCurrent };
}

const fromSecret = (): CertificateSource => ({ kind: "secret", secretArn });

describe("relay in the local world", () => {
  it("serves with the certificate that its people had made, on every replica", async () => {
    const serials: string[] = [];
    const { poll, lines, relay, kernel } = await world(async (ca) => {
      const certificate = await issue(ca, RELAY);
      serials.push(certificate.serial);
      return { kind: "issued", certificate };
    });
    expect([await poll(), await poll()]).toMatchObject([{ status: 204 }, { status: 204 }]);
    expect(accepting(lines)).toEqual(["relay-0", "relay-1"]);
    expect(lines.filter(({ event }) => event === "relay.loaded")).toMatchObject([
      { serverCertificateSerials: serials },
      { serverCertificateSerials: serials },
    ]);
    expect(relay.replicas()).toHaveLength(2);
    await relay.close();
    expect(kernel.calls().filter(({ operation }) => operation.startsWith("secretsmanager"))).toEqual([]);
  });

  it("hangs up until its secret holds a first certificate, and then serves it on every replica", async () => {
    const { poll, relay, put, bothLoaded, lines } = await world(fromSecret);
    expect(relay.replicas()).toEqual([]);
    expect(await poll()).toMatchObject({ kind: "closed" });

    const first = await put(1, ["AWSCURRENT"]);
    await bothLoaded(first.serial);
    expect([await poll(), await poll()]).toMatchObject([{ status: 204 }, { status: 204 }]);
    expect(accepting(lines)).toEqual(["relay-0", "relay-1"]);
  });

  it("changes over under load with no failed poll, once every replica has the new one loaded", async () => {
    const { poll, put, bothLoaded, makeCurrent, lines, server } = await world(fromSecret);
    const first = await put(1, ["AWSCURRENT"]);
    await bothLoaded(first.serial);
    const before = lines.length;
    let done = false;
    const polls = (async () => {
      const outcomes = [];
      // A busy machine may need longer for one poll than for all of the changes.
      while (!done || outcomes.length < 3) outcomes.push(await poll());
      return outcomes;
    })();

    const second = await put(2, ["AWSPENDING"]);
    await bothLoaded(first.serial, second.serial);
    await makeCurrent(2, 1);
    await bothLoaded(second.serial);
    done = true;
    const outcomes = await polls;
    expect(new Set(outcomes.map((outcome) => outcome.kind === "answered" && outcome.status))).toEqual(
      new Set([204]),
    );
    expect(lines.slice(before).filter(({ level }) => level === "warn")).toEqual([]);
    expect(server.decisions().filter(({ result }) => result === "denied")).toEqual([]);
  });

  it("shows its key on the way to and from Secrets Manager only, once to each replica", async () => {
    const { put, bothLoaded, relay, sightings } = await world(fromSecret);
    const first = await put(1, ["AWSCURRENT"]);
    await bothLoaded(first.serial);
    const second = await put(2, ["AWSPENDING"]);
    await bothLoaded(first.serial, second.serial);
    await relay.close();

    const tap = new TrafficTap(secretToRelay({ writerRoleArn, relayRoleArn }));
    for (const sighting of sightings) tap.see(sighting);
    const report = tap.report();
    expect(report.leaks).toEqual([]);
    expect(report.allowed.map(({ from, to }) => [from, to].map(lastPart).join(" to ")).toSorted()).toEqual([
      "secretsmanager to relay-0",
      "secretsmanager to relay-0",
      "secretsmanager to relay-1",
      "secretsmanager to relay-1",
      "warrener-test-renew-relay-certificate to secretsmanager",
      "warrener-test-renew-relay-certificate to secretsmanager",
    ]);
  });
});

const accepting = (lines: readonly RelayLogLine[]): string[] =>
  lines
    .filter(({ event }) => event === "client.accepted")
    .map(({ replica }) => replica)
    .toSorted();

const lastPart = (name: string): string => name.split("/").at(-1) ?? "";
