import { DescribeVpnConnectionsCommand, ModifyVpnTunnelOptionsCommand } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { Kernel } from "../../stand-in/kernel.ts";
import type { Connection } from "../../vpn/connection.ts";
import { firstId, secondId, twoConnections } from "../../vpn/test-world.ts";
import { SecretsManager } from "../secrets-manager/secrets-manager.ts";
import { accountId, region } from "../test-world.ts";
import { keySecretArn, keySecrets } from "./key-secret.ts";
import { startEc2 } from "./test-ec2.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const place = { region, accountId };
const arn = keySecretArn(firstId, place);
const oneA = { VpnConnectionId: firstId, VpnTunnelOutsideIpAddress: "198.51.100.10" };
const KEY = "another_key.1";

async function start(keyStorage: Connection["keyStorage"] = "SecretsManager") {
  const secrets = new SecretsManager({ kernel: new Kernel({ seed: 1, calm: true }), region });
  const keepKeys = keySecrets(secrets, place);
  const connections = twoConnections.map((one) => ({ ...one, keyStorage }));
  const started = await startEc2({ connections, keepKeys });
  for (const connection of started.world.connections()) keepKeys(connection);
  closing.push(async () => {
    started.ec2.destroy();
    started.world.stop();
    await started.server.close();
  });
  const current = (of = arn): unknown => {
    const { versions, labels } = secrets.contents(of);
    const value = versions.get(labels.get("AWSCURRENT") ?? "")?.value ?? {};
    return "SecretString" in value ? JSON.parse(String(value.SecretString)) : null;
  };
  return { ...started, secrets, current };
}

describe("the secret of a connection's keys", () => {
  it("has the key of each of its tunnels, which EC2 does not show then", async () => {
    const { ec2, current, world } = await start();
    const [first, second] = world.connection(firstId)?.tunnels ?? [];
    expect(current()).toEqual({
      "198.51.100.10": first?.aws.preSharedKey,
      "198.51.100.11": second?.aws.preSharedKey,
    });
    const { VpnConnections } = await ec2.send(
      new DescribeVpnConnectionsCommand({ VpnConnectionIds: [firstId] }),
    );
    expect(VpnConnections?.[0]?.PreSharedKeyArn).toBe(arn);
    expect(JSON.stringify(VpnConnections)).not.toContain(first?.aws.preSharedKey);
  });

  it("follows a change of one of them, and of no other connection", async () => {
    const { ec2, current, world } = await start();
    const other = current(keySecretArn(secondId, place));
    await ec2.send(new ModifyVpnTunnelOptionsCommand({ ...oneA, TunnelOptions: { PreSharedKey: KEY } }));
    const second = world.connection(firstId)?.tunnels[1]?.aws.preSharedKey;
    expect(current()).toEqual({ "198.51.100.10": KEY, "198.51.100.11": second });
    expect(current(keySecretArn(secondId, place))).toEqual(other);
  });

  it("is made when the storage becomes Secrets Manager, and is not there before", async () => {
    const { ec2, current, secrets } = await start("Standard");
    expect(() => secrets.contents(arn)).toThrow("there is no secret");
    await ec2.send(
      new ModifyVpnTunnelOptionsCommand({
        ...oneA,
        TunnelOptions: { PreSharedKey: KEY },
        PreSharedKeyStorage: "SecretsManager",
      }),
    );
    expect(current()).toMatchObject({ "198.51.100.10": KEY });
  });

  it("is not written by a refused change", async () => {
    const { ec2, current } = await start();
    const before = current();
    const refused = ec2.send(
      new ModifyVpnTunnelOptionsCommand({ ...oneA, TunnelOptions: { PreSharedKey: "0" } }),
    );
    await expect(refused).rejects.toThrow();
    expect(current()).toEqual(before);
  });
});
