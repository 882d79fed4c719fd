/** What functions may do and seldom do, done once by the deployed bundles, so that what they may do is known to be used. */
import { X509Certificate } from "node:crypto";
import path from "node:path";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { Serial } from "../../shared/certificates/schema.ts";
import { ssoUser } from "../aws/ec2/security-groups/people.ts";
import { setSecretByHand } from "../azure/key-vault/secret-person.ts";
import { until } from "../demo/chapter.ts";
import { protagonists } from "../demo/look.ts";
import { acceptGroup, reportStolen } from "../demo/operator.ts";
import { testKey } from "../relay/test-keys.ts";
import { deployed } from "../stack/deployed.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { workloadSecrets } from "../stack/workload-secrets.ts";
import { GATE, SERVICES } from "./seldom-link.ts";

let stack: Stack;

beforeAll(async () => {
  // No schedule: each run is one that a test asked for.
  const linkFile = path.join(import.meta.dirname, "seldom-link.ts");
  stack = await startStack({ linkFile, seed: 1, calm: true, secretEveryMs: 100 });
});
afterAll(() => stack?.close());

/** Until it has made such a call. */
const runsUntil = (logicalName: string, action: string) =>
  until(`${logicalName} calls ${action}`, async () => {
    const { deployed: it, invoke } = deployed(stack, logicalName);
    await invoke({});
    return stack.aws.server
      .decisions()
      .some((one) => one.roleArn === it.role.arn && one.action === action && one.by === "function");
  });

describe("a group that is full", () => {
  const outgoing = (from: number, to = from) =>
    ({ direction: "out", protocol: "tcp", from, to, peer: { prefixListId: SERVICES } }) as const;
  const rules = () => stack.aws.securityGroups.rules(GATE);
  const ports = () => rules().map(({ value }) => `${value.fromPort}-${value.toPort}`);
  const person = () =>
    stack.aws.securityGroups.console(ssoUser(stack.graph.accountId, "NetAdmin", "bob@example.com"));
  const run = () => deployed(stack, "HealAllowlists").invoke({});

  it("has a rule to a prefix list that is too wide turned into the wanted one", async () => {
    await acceptGroup(stack, "gate");
    const [wanted] = rules();
    person().open(GATE, [outgoing(443, 444)]);
    person().close(GATE, [wanted?.id ?? ""]);
    expect(await run()).toMatchObject({ ok: true });
    expect(ports()).toEqual(["443-443"]);
  });

  it("has a wanted rule opened again that somebody closed, and one closed that somebody opened", async () => {
    person().close(
      GATE,
      rules().map(({ id }) => id),
    );
    await run();
    expect(ports()).toEqual(["443-443"]);
    person().open(GATE, [{ ...outgoing(22), peer: { cidr: "0.0.0.0/0" } }]);
    await run();
    expect(ports()).toEqual(["443-443"]);
  });
});

describe("an API key whose proof is relay's log", () => {
  it("is looked for in that log, once bunny's vault has it", async () => {
    const { role } = deployed(stack, "RotateApiKeys").deployed;
    const { credentials } = stack.aws.identities.issue({ roleArn: role.arn });
    const { key, id, value } = testKey(1, { identity: "bunny.example.com", scopes: ["poll", "results"] });
    const client = new SecretsManager({
      region: stack.graph.region,
      endpoint: stack.aws.server.url,
      credentials,
    });
    const [secret] = workloadSecrets(stack.graph, stack.link).apiKeys;
    await client.putSecretValue({
      SecretId: secret?.arn,
      SecretString: value,
      VersionStages: ["AWSCURRENT"],
    });
    client.destroy();
    const tags = { "warrener-key-id": id };
    setSecretByHand(protagonists(stack).vault, "poll-key", { value: key, tags, contentType: "text/plain" });
    await runsUntil("RotateApiKeys", "logs:FilterLogEvents");
  });
});

describe("relay's certificate, of whose key others know", () => {
  const Text = z.object({ SecretString: z.string() });
  const Value = z.object({ certificate: z.string() });

  function currentSerial(): Serial | undefined {
    const secret = stack.graph.secrets.find(({ name }) => name.endsWith("relay-certificate"));
    const { labels, versions } = stack.aws.secretsManager.contents(secret?.arn ?? "");
    const text = Text.safeParse(versions.get(labels.get("AWSCURRENT") ?? "")?.value);
    const value = text.success ? Value.safeParse(JSON.parse(text.data.SecretString)) : undefined;
    return value?.success === true
      ? Serial.parse(new X509Certificate(value.data.certificate).serialNumber)
      : undefined;
  }

  it("is revoked once another one is served", async () => {
    await deployed(stack, "RenewRelayCertificate").invoke({});
    const serial = await until("there is one", () => currentSerial());
    await reportStolen(stack, "relay-server", serial);
    await runsUntil("RenewRelayCertificate", "acm-pca:RevokeCertificate");
    expect(currentSerial()).not.toBe(serial);
  });
});

describe("all of it", () => {
  it("is done with no right that was not given", () => {
    expect(stack.aws.server.decisions().filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.aws.server.troubles()).toEqual([]);
  });
});
