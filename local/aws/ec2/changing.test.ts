import {
  DescribeVpnConnectionsCommand,
  ModifyVpnTunnelOptionsCommand,
  type ModifyVpnTunnelOptionsCommandInput,
  ReplaceVpnTunnelCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { firstId, secondId, startMs } from "../../vpn/test-world.ts";
import { tunnelState } from "../../vpn/tunnel.ts";
import { refusalOf, startEc2, type TestEc2 } from "./test-ec2.ts";

const minuteMs = 60_000;
const opened: TestEc2[] = [];

async function start(options: Parameters<typeof startEc2>[0] = {}): Promise<TestEc2> {
  const started = await startEc2(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const { server, world, ec2 } of opened.splice(0)) {
    ec2.destroy();
    world.stop();
    await server.close();
  }
});

const oneA = { VpnConnectionId: firstId, VpnTunnelOutsideIpAddress: "198.51.100.10" };
type Options = NonNullable<ModifyVpnTunnelOptionsCommandInput["TunnelOptions"]>;
const modify = (TunnelOptions: Options, more: Partial<ModifyVpnTunnelOptionsCommandInput> = {}) =>
  new ModifyVpnTunnelOptionsCommand({ ...oneA, TunnelOptions, ...more });

async function stateOf({ ec2 }: TestEc2, id = firstId): Promise<string | undefined> {
  const { VpnConnections } = await ec2.send(new DescribeVpnConnectionsCommand({ VpnConnectionIds: [id] }));
  return VpnConnections?.[0]?.State;
}

describe("ReplaceVpnTunnel", () => {
  it("takes the tunnel down and brings it up again, and heals what hung", async () => {
    const started = await start();
    const { ec2, world, timers } = started;
    world.hang("one-a", "aws");
    await timers.advance(minuteMs);
    expect(await ec2.send(new ReplaceVpnTunnelCommand(oneA))).toMatchObject({ Return: true });
    expect(await stateOf(started)).toBe("available");
    await timers.advance(10_000);
    expect(await stateOf(started)).toBe("modifying");
    await timers.advance(5 * minuteMs);
    expect(await stateOf(started)).toBe("available");
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
  });

  it("applies pending maintenance only when it is told to", async () => {
    const { ec2, world, timers } = await start();
    world.announceMaintenance("one-a", startMs + 24 * 60 * minuteMs);
    await ec2.send(new ReplaceVpnTunnelCommand(oneA));
    await timers.advance(10 * minuteMs);
    expect(world.tunnel("one-a").aws.pendingMaintenance).toBeDefined();
    await ec2.send(new ReplaceVpnTunnelCommand({ ...oneA, ApplyPendingMaintenance: true }));
    await timers.advance(10 * minuteMs);
    expect(world.tunnel("one-a").aws.pendingMaintenance).toBeUndefined();
  });

  it("refuses a second change of the connection, also while the state still reads available, and no other", async () => {
    const { ec2, timers } = await start();
    await ec2.send(new ReplaceVpnTunnelCommand(oneA));
    const sibling = { ...oneA, VpnTunnelOutsideIpAddress: "198.51.100.11" };
    const refused = "InvalidVpnConnection.InvalidState 400";
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(sibling)))).toBe(refused);
    expect(await refusalOf(ec2.send(modify({ StartupAction: "start" })))).toBe(refused);
    const other = { VpnConnectionId: secondId, VpnTunnelOutsideIpAddress: "198.51.100.20" };
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(other)))).toBe("answered");
    await timers.advance(10 * minuteMs);
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(sibling)))).toBe("answered");
  });

  it("may refuse it with the code of any state that does not fit", async () => {
    const { ec2 } = await start({ faults: { chance: (name) => name === "ec2:busy as IncorrectState" } });
    await ec2.send(new ReplaceVpnTunnelCommand(oneA));
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(oneA)))).toBe("IncorrectState 400");
    expect(await refusalOf(ec2.send(modify({ PreSharedKey: "another_key.1" })))).toBe("IncorrectState 400");
  });

  it("refuses a deleted connection", async () => {
    const { ec2, world } = await start();
    const connection = world.connection(firstId);
    if (connection === undefined) throw new Error("the connection is expected");
    world.deleteConnection(connection);
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(oneA)))).toBe(
      "InvalidVpnConnection.InvalidState 400",
    );
  });
});

describe("ModifyVpnTunnelOptions", () => {
  it("takes the write shape and shows the read shape, with the tunnel down for minutes", async () => {
    const { ec2, world, timers } = await start();
    const { VpnConnection } = await ec2.send(
      modify({
        DPDTimeoutSeconds: 30,
        DPDTimeoutAction: "restart",
        IKEVersions: [{ Value: "ikev2" }],
        Phase1DHGroupNumbers: [{ Value: 14 }, { Value: 20 }],
        StartupAction: "start",
      }),
    );
    expect(VpnConnection?.Options?.TunnelOptions?.[0]).toMatchObject({
      DpdTimeoutSeconds: 30,
      DpdTimeoutAction: "restart",
      IkeVersions: [{ Value: "ikev2" }],
      Phase1DHGroupNumbers: [{ Value: 14 }, { Value: 20 }],
      StartupAction: "start",
      Phase1LifetimeSeconds: 28_800,
    });
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
    await timers.advance(10 * minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
  });

  it("takes a free inside CIDR, and the tunnel's own once more", async () => {
    const { ec2, world, timers } = await start();
    for (const TunnelInsideCidr of ["169.254.21.0/30", "169.254.22.252/30"]) {
      await ec2.send(modify({ TunnelInsideCidr }));
      expect(world.tunnel("one-a").aws.settings.tunnelInsideCidr).toBe(TunnelInsideCidr);
      await timers.advance(10 * minuteMs);
    }
  });

  it("leaves a tunnel down whose key was changed at one end only", async () => {
    const { ec2, world, timers } = await start();
    await ec2.send(modify({ PreSharedKey: "another_key.1" }));
    await timers.advance(10 * minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
    world.setAzureKey("one-a", "another_key.1");
    await timers.advance(minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
  });

  it("changes where the keys are stored without any option, but nothing without either", async () => {
    const { ec2, world } = await start();
    expect(await refusalOf(ec2.send(modify({})))).toBe("MissingParameter 400");
    expect(world.connection(firstId)?.working).toBeUndefined();
    await ec2.send(modify({}, { PreSharedKeyStorage: "SecretsManager" }));
    expect(world.connection(firstId)?.keyStorage).toBe("SecretsManager");
    expect(await refusalOf(ec2.send(modify({}, { PreSharedKeyStorage: "Parameter" })))).toBe(
      "InvalidParameterValue 400",
    );
  });

  it.each<[string, Options]>([
    ["a short key", { PreSharedKey: "short" }],
    ["a key of 65 characters", { PreSharedKey: "a".repeat(65) }],
    ["a key with a zero in front", { PreSharedKey: "0abcdefgh" }],
    ["a key with a dash", { PreSharedKey: "abcd-efgh" }],
    ["an inside CIDR of another size", { TunnelInsideCidr: "169.254.30.0/29" }],
    ["an inside CIDR with host bits", { TunnelInsideCidr: "169.254.30.1/30" }],
    ["an inside CIDR elsewhere", { TunnelInsideCidr: "10.0.0.0/30" }],
    ["a reserved inside CIDR", { TunnelInsideCidr: "169.254.169.252/30" }],
    ["an inside CIDR in use on the gateway", { TunnelInsideCidr: "169.254.21.4/30" }],
    ["a phase 1 that is too short", { Phase1LifetimeSeconds: 899 }],
    ["a phase 2 as long as phase 1", { Phase1LifetimeSeconds: 3_600, Phase2LifetimeSeconds: 3_600 }],
    ["a rekey margin over half of phase 2", { Phase2LifetimeSeconds: 900, RekeyMarginTimeSeconds: 451 }],
    ["a fuzz over 100", { RekeyFuzzPercentage: 101 }],
    ["a replay window that is too small", { ReplayWindowSize: 63 }],
    ["a DPD timeout under 30 seconds", { DPDTimeoutSeconds: 29 }],
    ["an unknown cipher", { Phase1EncryptionAlgorithms: [{ Value: "DES" }] }],
    ["group 5 in phase 1", { Phase1DHGroupNumbers: [{ Value: 5 }] }],
    ["an unknown action", { StartupAction: "begin" }],
  ])("refuses %s and changes nothing", async (_, options) => {
    const { ec2, world } = await start();
    const before = structuredClone(world.tunnel("one-a").aws);
    expect(await refusalOf(ec2.send(modify(options)))).toBe("InvalidParameterValue 400");
    expect(world.tunnel("one-a").aws).toEqual(before);
    expect(world.connection(firstId)?.working).toBeUndefined();
  });

  it("never repeats a key in a refusal", async () => {
    const { ec2 } = await start();
    const refused = await ec2.send(modify({ PreSharedKey: "0planted-key" })).catch((error: unknown) => error);
    expect(String(refused)).toContain("TunnelOptions.PreSharedKey");
    expect(String(refused)).not.toContain("planted");
  });

  it("turns lifecycle control off without a replacement when told to skip it, and skips nothing else", async () => {
    const { ec2, world } = await start();
    const skip = { SkipTunnelReplacement: true };
    await ec2.send(modify({ EnableTunnelLifecycleControl: false }, skip));
    expect(world.tunnel("one-a").aws.settings.enableTunnelLifecycleControl).toBe(false);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
    expect(await refusalOf(ec2.send(modify({ StartupAction: "start" }, skip)))).toBe(
      "InvalidParameterCombination 400",
    );
    await ec2.send(modify({ EnableTunnelLifecycleControl: true }));
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
  });

  it("answers 501 by name for options that are not supported here", async () => {
    const { ec2 } = await start();
    const LogOptions = { CloudWatchLogOptions: { LogEnabled: true } };
    await expect(ec2.send(modify({ LogOptions }))).rejects.toMatchObject({
      name: "NotImplemented",
      message: "the local AWS does not support ec2:ModifyVpnTunnelOptions with LogOptions",
    });
  });
});
