/** relay and bunny in the deployed stack, where the link gives bunny API keys and both sides a trust bundle. */
import path from "node:path";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import { parseBundle, writeBundle } from "../../shared/trust/document.ts";
import { toBundle } from "../../shared/trust/schema.ts";
import { setSecretByHand } from "../azure/key-vault/secret-person.ts";
import { until } from "../demo/chapter.ts";
import { acceptedSerials, protagonists, relayLines, versions } from "../demo/look.ts";
import { type TestKey, testKey } from "../relay/test-keys.ts";
import { type Stack, startStack } from "./stack.ts";
import { workloadSecrets } from "./workload-secrets.ts";

const LINK_FILE = path.resolve(import.meta.dirname, "workloads-link.ts");

let stack: Stack;
let keysOf: (number: number) => Map<string, TestKey>;
const lines: string[] = [];

beforeAll(async () => {
  const often = { mountEveryMs: 100, pollEveryMs: 20, secretEveryMs: 100 };
  const onLogLine = (_: string, line: string) => void lines.push(line);
  stack = await startStack({ linkFile: LINK_FILE, seed: 3, calm: true, ...often, onLogLine });
  keysOf = (number) =>
    new Map(
      apiKeysOf(stack.link).map(({ desired: { name, identity, scopes } }, n) => {
        const key = testKey(10 * number + n, { identity, scopes: [...scopes] });
        return [name, key] as const;
      }),
    );
  stack.workloads.startBunnies();
  // The first bundle waits until relay and bunny have certificates of the link's CA.
  for (const name of ["RenewRelayCertificate", "RenewCertificates", "PublishTrust"]) await run(name);
  await label(keysOf(1), "AWSCURRENT");
  // As the rotation does it: bunny gets a key that each replica takes.
  await bothLoaded("the first keys", (loaded) => loaded.ids.length === 2);
  mount(keysOf(1));
  await until("bunny polls", () => counts().polls > 0);
});
afterAll(() => stack?.close());

function deployed(logicalName: string) {
  const found = [...stack.functions.values()].find((one) => one.deployed.logicalName === logicalName);
  if (found === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return found;
}

/** Until it has done what it is there for. */
const run = (logicalName: string) =>
  until(`${logicalName} runs`, async () => (await deployed(logicalName).invoke({})).ok);

/** What the deployed function may do with its secrets, done by the test. */
function secretsAs(logicalName: string): SecretsManager {
  const { credentials } = stack.aws.identities.issue({ roleArn: deployed(logicalName).deployed.role.arn });
  return new SecretsManager({ region: stack.graph.region, endpoint: stack.aws.server.url, credentials });
}

const secrets = () => workloadSecrets(stack.graph, stack.link);

async function label(keys: ReadonlyMap<string, TestKey>, ...labels: readonly string[]) {
  const client = secretsAs("RotateApiKeys");
  for (const { name, arn } of secrets().apiKeys) {
    const SecretString = keys.get(name)?.value ?? "";
    await client.putSecretValue({ SecretId: arn, SecretString, VersionStages: [...labels] });
  }
  client.destroy();
}

function mount(keys: ReadonlyMap<string, TestKey>) {
  for (const [name, { key: value, id }] of keys) {
    const tags = { "warrener-key-id": id };
    setSecretByHand(protagonists(stack).vault, name, { value, tags, contentType: "text/plain" });
  }
}

const counts = () => protagonists(stack).bunny.worker.counts();
const ids = (keys: ReadonlyMap<string, TestKey>) => [...keys.values()].map(({ id }) => id).toSorted();

/** Once the last word of both replicas is of such bundles and such keys. */
const bothLoaded = (what: string, isIt: (loaded: { ids: readonly string[]; bundle: string }) => boolean) =>
  until(`both replicas have loaded ${what}`, () =>
    ["relay-0", "relay-1"].every((replica) => {
      const said = relayLines(stack).flatMap((line) =>
        line.event === "relay.loaded" && line.replica === replica ? [line] : [],
      );
      const last = said.at(-1);
      return last !== undefined && isIt({ ids: last.apiKeyIds ?? [], bundle: last.trustBundleVersion });
    }),
  );

const acceptedKeys = () =>
  relayLines(stack).flatMap((line) =>
    line.event === "client.accepted" && line.apiKeyId !== undefined ? [line.apiKeyId] : [],
  );

describe("relay and bunny in the deployed stack", () => {
  it("take a job and its result, each with the key that is good for it", async () => {
    const job = stack.workloads.relay.queue.submit("a job");
    if (job === "full") throw new Error("the queue is full");
    await until("the result is there", () => stack.workloads.relay.queue.result(job.id) !== undefined);
    await until("both keys are in relay's log", () => new Set(acceptedKeys()).size === 2);
    expect([...new Set(acceptedKeys())].toSorted()).toEqual(ids(keysOf(1)));
    expect(counts()).toMatchObject({ apiKeysUsed: 2, failedJobs: 0 });
  });

  it("hold each other to the bundle that was published, and bunny says so", async () => {
    await bothLoaded("the bundle", ({ bundle }) => bundle.startsWith("1-"));
    const { trustBundleVersion } = counts();
    expect(trustBundleVersion).toMatch(/^1-/);
    const words = await until("bunny's words are in relay's log", () =>
      relayLines(stack).find((line) => line.event === "client.accepted" && line.clientReplica !== undefined),
    );
    expect(words).toMatchObject({
      ...{ clientReplica: "bunny-0", clientTrustBundleVersion: trustBundleVersion, trustBundleVersion },
    });
  });

  it("change both keys with no refused call", async () => {
    const [old, next] = [keysOf(1), keysOf(2)];
    const before = counts().failedPolls;
    await label(next, "AWSPENDING");
    await bothLoaded("both keys", (loaded) => loaded.ids.length === 4);
    mount(next);
    await until("bunny has changed over", () => {
      stack.workloads.relay.queue.submit("another job");
      return counts().apiKeysUsed === 4;
    });
    await label(next, "AWSCURRENT");
    expect(counts().failedPolls).toBe(before);
    expect(relayLines(stack).filter(({ event }) => event === "client.refused")).toEqual([]);
    await until("the new keys are in relay's log", () =>
      ids(next).every((id) => acceptedKeys().includes(id)),
    );
    for (const { key } of [...old.values(), ...next.values()]) expect(lines.join()).not.toContain(key);
  });

  it("cut off a revoked certificate with the next bundle, on the connection that it has open", async () => {
    const serial = versions(stack).at(-1)?.serial;
    expect(acceptedSerials(stack)).toContain(serial);
    const { trustBundle } = secrets();
    const client = secretsAs("PublishTrust");
    const { SecretString = "" } = await client.getSecretValue({ SecretId: trustBundle?.arn });
    const { number, authorities } = parseBundle(SecretString);
    const revoked = [{ serial: serial ?? "", until: Math.floor(Date.now() / 1000) + 86_400 }];
    const text = writeBundle(toBundle({ number: number + 1, authorities, revoked }));
    await client.putSecretValue({ SecretId: trustBundle?.arn, SecretString: text });
    client.destroy();
    const refused = await until("relay refuses it", () =>
      relayLines(stack).find((line) => line.event === "client.refused" && line.reason === "revoked"),
    );
    expect(refused).toMatchObject({ clientCertificateSerial: serial });
    await bothLoaded("the next bundle", ({ bundle }) => bundle.startsWith("2-"));
    const { polls, failedPolls } = counts();
    await until("bunny polls again", () => counts().polls > polls);
    expect(counts().failedPolls - failedPolls).toBe(counts().polls - polls);
  });

  it("needed no right that they do not have, and showed no private key", () => {
    const mine = stack.aws.server.decisions().filter(({ roleArn }) => roleArn === stack.aws.relayRoleArn);
    expect(mine.filter(({ result }) => result === "denied")).toEqual([]);
    expect(mine.map(({ action }) => action)).toContain("secretsmanager:GetSecretValue");
    expect(stack.tap.report().leaks).toEqual([]);
  });
});
