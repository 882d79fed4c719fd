import { inspect } from "node:util";
import { EC2ServiceException } from "@aws-sdk/client-ec2";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { startEc2 } from "../../local/aws/ec2/test-ec2.ts";
import { SecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { accountId, region, startWorld } from "../../local/aws/test-world.ts";
import { firstId, secondId, twoConnections } from "../../local/vpn/test-world.ts";
import type { KeyStorage } from "../link/pre-shared-keys.ts";
import { Secret } from "../runtime/secret.ts";
import type { DesiredTunnel } from "../tunnels/schema.ts";
import { awsTunnelKeys } from "./aws-tunnel-keys.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const tunnel = (name: string, vpnConnectionId: string, outsideIp: string): DesiredTunnel => ({
  name,
  connection: "one",
  vpnConnectionId,
  outsideIp,
  routing: "bgp",
});
const oneA = tunnel("one-a", firstId, "198.51.100.10");
const oneB = tunnel("one-b", firstId, "198.51.100.11");
const twoA = tunnel("two-a", secondId, "198.51.100.20");
const key = new Secret("a.key_that_both_clouds_take_0123456789abcdef");

const secretName = `s2svpn!${firstId}-abc`;
const secretArn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${secretName}-a1B2c3`;

async function start(storage: KeyStorage = "standard") {
  const keyStorage = storage === "standard" ? ("Standard" as const) : ("SecretsManager" as const);
  const ec2 = await startEc2({ connections: twoConnections.map((one) => ({ ...one, keyStorage })) });
  const made: SecretsManager[] = [];
  const world = await startWorld((kernel) => {
    made.push(new SecretsManager({ kernel, region }));
    return made.map(({ service }) => service);
  });
  const [secrets] = made;
  if (secrets === undefined) throw new Error("the service was not made");
  closing.push(async () => {
    ec2.ec2.destroy();
    ec2.world.stop();
    await Promise.all([ec2.server.close(), world.server.close()]);
  });
  const client = new SecretsManagerClient(world.client());
  const keys = awsTunnelKeys({ ec2: ec2.ec2, secrets: client, storageOf: () => storage });
  const asked = () => ec2.kernel.calls("ec2:DescribeVpnConnections");
  return { ...ec2, secrets, client, kernel: world.kernel, keys, asked };
}

/** EC2 answers with something else than its stand-in would. */
function answerWith({ ec2 }: Awaited<ReturnType<typeof start>>, output: object): void {
  ec2.middlewareStack.add(() => async () => ({ response: {}, output: { $metadata: {}, ...output } }), {
    step: "initialize",
  });
}

const connection = (more: object) => ({ VpnConnectionId: firstId, State: "available", ...more });

describe("read, of standard storage", () => {
  it("has the key of each tunnel, by its outside address, in one call", async () => {
    const { keys, world, asked } = await start();
    const read = await keys.read([oneA, oneB, twoA]);
    expect([...read.keys()]).toEqual(["one-a", "one-b", "two-a"]);
    for (const { name, outsideIp } of [oneA, oneB, twoA]) {
      const found = read.get(name);
      expect(found).toBeInstanceOf(Secret);
      const truth = world.tunnels().find((one) => one.outsideIp === outsideIp);
      expect(found instanceof Secret && found.unwrap() === truth?.aws.preSharedKey).toBe(true);
    }
    expect(asked()).toHaveLength(1);
  });

  it("cannot tell what is not told, or what stands in the place of a key", async () => {
    const started = await start();
    const Options = {
      TunnelOptions: [
        { OutsideIpAddress: oneA.outsideIp, PreSharedKey: "REDACTED" },
        { OutsideIpAddress: oneB.outsideIp },
      ],
    };
    answerWith(started, {
      VpnConnections: [connection({ Options, PreSharedKeyArn: secretArn }), { odd: 1 }],
    });
    expect(Object.fromEntries(await started.keys.read([oneA, oneB, twoA]))).toEqual({
      "one-a": { unknown: "key-not-shown" },
      "one-b": { unknown: "key-not-shown" },
      "two-a": { unknown: "no-connection" },
    });
  });

  it("takes a connection that is gone for none", async () => {
    const started = await start();
    answerWith(started, { VpnConnections: [{ VpnConnectionId: firstId, State: "deleted" }] });
    expect((await started.keys.read([oneA])).get("one-a")).toEqual({ unknown: "no-connection" });
  });

  it("fails on an answer that cannot be read, and keeps nothing of it", async () => {
    const started = await start();
    answerWith(started, { VpnConnections: "a.key_that_must_not_be_seen" });
    const failure = await started.keys.read([oneA]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "unreadable-answer", retryable: true });
    expect(inspect(failure, { depth: 9 })).not.toContain("a.key_that");
  });
});

describe("read, of keys in Secrets Manager", () => {
  async function withSecret(text: string) {
    const started = await start("secrets-manager");
    answerWith(started, { VpnConnections: [connection({ PreSharedKeyArn: secretArn })] });
    started.secrets.createSecret({ name: secretName, arn: secretArn });
    await started.client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: text }));
    return started;
  }
  const unwrapped = (read: ReadonlyMap<string, unknown>) =>
    [...read.values()].map((one) => (one instanceof Secret ? one.unwrap() : one));

  it("has both keys of a connection from its one secret", async () => {
    const text = JSON.stringify({ [oneA.outsideIp]: "key.of.a", [oneB.outsideIp]: "key.of.b" });
    const { keys, kernel } = await withSecret(text);
    expect(unwrapped(await keys.read([oneA, oneB]))).toEqual(["key.of.a", "key.of.b"]);
    expect(kernel.calls("secretsmanager:GetSecretValue")).toHaveLength(1);
  });

  it("cannot tell where the secret is written in another way, or is none", async () => {
    const { keys, secrets } = await withSecret(JSON.stringify({ tunnel1: "key.of.a", tunnel2: "key.of.b" }));
    expect(unwrapped(await keys.read([oneA, twoA]))).toEqual([
      { unknown: "unknown-secret-layout" },
      { unknown: "no-connection" },
    ]);
    secrets.markForDeletion(secretArn, Date.now() + 86_400_000);
    expect(unwrapped(await keys.read([oneA]))).toEqual([{ unknown: "InvalidRequestException" }]);
  });

  it("cannot tell where AWS names no secret, and takes no key that EC2 tells all the same", async () => {
    const started = await start("secrets-manager");
    const Options = { TunnelOptions: [{ OutsideIpAddress: oneA.outsideIp, PreSharedKey: "key.of.a" }] };
    answerWith(started, { VpnConnections: [connection({ Options })] });
    expect(unwrapped(await started.keys.read([oneA]))).toEqual([{ unknown: "no-key-secret" }]);
  });
});

describe("set", () => {
  it("begins the replacement of the one tunnel's endpoint by one with the key", async () => {
    const { keys, world } = await start();
    const before = world.tunnel("198.51.100.11").aws.preSharedKey;
    expect(await keys.set(oneA, key)).toBe("begun");
    expect(world.tunnel("one-a").aws).toMatchObject({ endpoint: "replacing", preSharedKey: key.unwrap() });
    expect(world.tunnel("198.51.100.11").aws.preSharedKey).toBe(before);
  });

  it("is refused while a tunnel of the connection is being changed, and when the connection is gone", async () => {
    const { keys } = await start();
    await keys.set(oneA, key);
    expect(await keys.set(oneB, key)).toEqual({ refused: expect.stringMatching(/State$/) });
    const gone = tunnel("one-a", "vpn-0fffffffffffffff0", oneA.outsideIp);
    expect(await keys.set(gone, key)).toEqual({ refused: "InvalidVpnConnectionID.NotFound" });
  });

  it("does not know what became of a call that was refused when it was sent again", async () => {
    const started = await start();
    const refusal = new EC2ServiceException({
      name: "IncorrectState",
      $fault: "client",
      $metadata: { attempts: 2 },
      message: "the tunnel is being modified",
    });
    started.ec2.middlewareStack.add(() => () => Promise.reject(refusal), { step: "initialize" });
    await expect(started.keys.set(oneA, key)).rejects.toMatchObject({ code: "IncorrectState" });
  });

  it("keeps the key out of what it throws, whatever the refusal says", async () => {
    const started = await start();
    const failure = new EC2ServiceException({
      name: "InternalError",
      $fault: "server",
      $metadata: {},
      message: `Value (${key.unwrap()}) for parameter preSharedKey is odd`,
    });
    started.ec2.middlewareStack.add(() => () => Promise.reject(failure), { step: "initialize" });
    const thrown = await started.keys.set(oneA, key).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ operation: "ModifyVpnTunnelOptions", code: "InternalError" });
    expect(inspect(thrown, { depth: 9 })).not.toContain(key.unwrap());
  });
});
