import { describe, expect, it } from "vitest";
import { generateAzureKey, generatePreSharedKey, isPreSharedKey } from "./pre-shared-key.ts";
import { azureEnd, oneTunnel, secondId, startMs, testWorld } from "./test-world.ts";
import { transferredBytes, tunnelState } from "./tunnel.ts";

const secondMs = 1_000;
const minuteMs = 60_000;

describe("VpnWorld", () => {
  it("begins with each tunnel up that leads somewhere, both ends holding one key of its own", () => {
    const { world } = testWorld();
    expect(world.tunnels().map((tunnel) => [tunnel.name, tunnelState(tunnel), tunnel.azure?.shown])).toEqual([
      ["one-a", 1, "Connected"],
      ["198.51.100.11", 0, undefined],
      ["two-a", 1, "Connected"],
    ]);
    const keys = world.tunnels().map(({ aws }) => aws.preSharedKey);
    expect(new Set(keys).size).toBe(3);
    expect(world.tunnel("one-a").azure?.preSharedKey).toBe(keys[0]);
  });

  it("says which tunnels there are when it is asked for another, and refuses two of a name or an address", () => {
    expect(() => testWorld().world.tunnel("three")).toThrow("there is no tunnel three; there are one-a,");
    const [connection] = oneTunnel({});
    const twin = {
      ...connection,
      vpnConnectionId: secondId,
      gateway: { vpnGatewayId: "vgw-1" },
      tunnels: [],
    };
    const tunnels = connection?.tunnels ?? [];
    expect(() => testWorld({ connections: [{ ...twin, tunnels: [...tunnels, ...tunnels] }] })).toThrow(
      "two tunnels have the name a",
    );
  });

  it("lets AWS notice a cut when the peer was silent for 30 seconds, and Azure a minute behind", async () => {
    const { world, timers, changes } = testWorld();
    world.cut("one-a");
    await timers.advance(30 * secondMs - 1);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
    await timers.advance(1);
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
    expect(world.tunnel("one-a").aws.shown.changedAt).toBe(startMs + 30 * secondMs);
    expect(world.tunnel("one-a").azure?.shown).toBe("Connected");
    await timers.advance(30 * secondMs);
    expect(world.tunnel("one-a").azure?.shown).toBe("NotConnected");
    expect(changes).toEqual(["shown-by-aws one-a", "shown-by-azure one-a"]);
    expect(tunnelState(world.tunnel("two-a"))).toBe(1);
  });

  it("brings a restored tunnel up with IPsec first and BGP after it", async () => {
    const { world, timers } = testWorld();
    world.cut("one-a");
    await timers.advance(10 * minuteMs);
    world.restore("one-a");
    await timers.advance(5 * secondMs);
    expect(world.tunnel("one-a").aws.shown).toMatchObject({ ipsec: true, bgp: false });
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
    await timers.advance(10 * secondMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
    await timers.advance(minuteMs);
    expect(world.tunnel("one-a").azure?.shown).toBe("Connected");
  });

  it("shows nothing of a cut that was restored before AWS noticed", async () => {
    const { world, timers, changes } = testWorld();
    world.cut("one-a");
    await timers.advance(10 * secondMs);
    world.restore("one-a");
    await timers.advance(10 * minuteMs);
    expect(changes).toEqual([]);
  });

  it("does not notice a cut later because something else went wrong since", async () => {
    const { world, timers } = testWorld();
    world.cut("one-a");
    await timers.advance(20 * secondMs);
    world.hang("one-a");
    await timers.advance(10 * secondMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
  });

  it("lets Azure be a minute behind and no more, however often something happens", async () => {
    const { world, timers } = testWorld();
    world.cut("one-a");
    await timers.advance(20 * secondMs);
    world.restore("one-a");
    await timers.advance(30 * secondMs);
    world.cut("one-a");
    await timers.advance(10 * secondMs);
    expect(world.tunnel("one-a").azure?.shown).toBe("NotConnected");
  });

  it("can say nothing of a tunnel in either cloud, which changes nothing of the tunnel", async () => {
    const { world, timers, changes } = testWorld();
    const tunnel = world.tunnel("one-a");
    world.hideTelemetry("one-a");
    world.silenceAzure("one-a");
    await timers.advance(minuteMs);
    expect(tunnel).toMatchObject({ aws: { telemetryHidden: true }, azure: { shown: "Unknown" } });
    expect(tunnelState(tunnel)).toBe(1);
    world.hideTelemetry("one-a", false);
    world.silenceAzure("one-a", false);
    await timers.advance(minuteMs);
    expect(tunnel).toMatchObject({ aws: { telemetryHidden: false }, azure: { shown: "Connected" } });
    expect(changes).toEqual(["shown-by-azure one-a", "shown-by-azure one-a"]);
    expect(() => world.silenceAzure("198.51.100.11")).toThrow("198.51.100.11 has no end in Azure");
  });

  it("heals a cut by neither a reset nor a new endpoint", async () => {
    const { world, timers } = testWorld();
    const tunnel = world.tunnel("one-a");
    world.cut("one-a");
    world.reset(tunnel, true, () => {});
    await timers.advance(10 * minuteMs);
    expect(world.replaceEndpoint(tunnel, { maintenance: false })).toBe(true);
    await timers.advance(10 * minuteMs);
    expect(tunnelState(tunnel)).toBe(0);
  });

  it.each([
    ["either", 1, 1],
    ["azure", 1, 0],
    ["aws", 0, 1],
  ] as const)("heals what hangs at %s by reset: %i, by a new endpoint: %i", async (where, byReset, byAws) => {
    for (const [mend, expected] of [
      ["reset", byReset],
      ["replace", byAws],
    ] as const) {
      const { world, timers } = testWorld();
      const tunnel = world.tunnel("one-a");
      world.hang("one-a", where);
      await timers.advance(10 * minuteMs);
      expect(tunnelState(tunnel)).toBe(0);
      if (mend === "reset") world.reset(tunnel, true, () => {});
      else world.replaceEndpoint(tunnel, { maintenance: false });
      await timers.advance(10 * minuteMs);
      expect(tunnelState(tunnel), mend).toBe(expected);
    }
  });

  it("mends nothing with a reset that fails", async () => {
    const { world, timers } = testWorld();
    world.hang("one-a");
    let done = false;
    world.reset(world.tunnel("one-a"), false, () => {
      done = true;
    });
    await timers.advance(10 * minuteMs);
    expect(done).toBe(true);
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
  });

  it("goes on hanging when somebody restores what was not cut", async () => {
    const { world, timers } = testWorld();
    world.hang("one-a");
    world.restore("one-a");
    await timers.advance(10 * minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
  });

  it("keeps IPsec up while BGP is broken, in which a static connection has no part", async () => {
    const { world, timers } = testWorld();
    world.breakBgp("one-a");
    await timers.advance(minuteMs);
    expect(world.tunnel("one-a").aws.shown).toMatchObject({ ipsec: true, bgp: false });
    expect(world.tunnel("one-a").azure?.shown).toBe("Connected");
    world.restore("one-a");
    await timers.advance(minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
    const other = testWorld({ connections: oneTunnel({}, "static") }).world;
    other.breakBgp("a");
    expect(tunnelState(other.tunnel("a"))).toBe(1);
  });

  it("is up only with the same key at both ends", async () => {
    const { world, timers } = testWorld();
    const tunnel = world.tunnel("one-a");
    const before = tunnel.aws.preSharedKey;
    world.setAzureKey("one-a", generatePreSharedKey());
    await timers.advance(10 * minuteMs);
    expect(tunnelState(tunnel)).toBe(0);
    world.setAzureKey("one-a", before);
    await timers.advance(10 * minuteMs);
    expect(tunnelState(tunnel)).toBe(1);
  });

  it("begins down where Azure's end has a key of its own, and comes up with AWS's", async () => {
    const own = generateAzureKey();
    expect(isPreSharedKey(own)).toBe(false);
    const azure = { ...azureEnd("a"), preSharedKey: own };
    const { world, timers } = testWorld({ connections: oneTunnel({ azure }) });
    const tunnel = world.tunnel("a");
    expect([tunnelState(tunnel), tunnel.azure?.shown, tunnel.azure?.preSharedKey]).toEqual([
      0,
      "NotConnected",
      own,
    ]);
    await timers.advance(10 * minuteMs);
    expect(tunnelState(tunnel)).toBe(0);
    const ended: string[] = [];
    world.changeAzureKey(tunnel, tunnel.aws.preSharedKey, () => ended.push("done"));
    expect(tunnel.azure?.rekeying).toBe(true);
    await timers.advance(10 * minuteMs);
    expect([tunnelState(tunnel), tunnel.azure?.rekeying, ended]).toEqual([1, false, ["done"]]);
  });

  it("moves bytes only while it is up", async () => {
    const { world, timers } = testWorld();
    await timers.advance(10 * secondMs);
    world.cut("one-a");
    await timers.advance(minuteMs);
    expect(transferredBytes(world.tunnel("one-a"), world.now())).toBe(15_000);
    await timers.advance(minuteMs);
    expect(transferredBytes(world.tunnel("one-a"), world.now())).toBe(15_000);
    expect(transferredBytes(world.tunnel("two-a"), world.now())).toBe(195_000);
  });

  it("does nothing more once it is stopped, and tells nobody who went away", async () => {
    const { world, timers } = testWorld();
    const seen: string[] = [];
    const leave = world.onChange(({ kind }) => seen.push(kind));
    world.breakBgp("one-a");
    leave();
    world.breakBgp("two-a");
    world.cut("one-a");
    world.stop();
    expect(timers.waiting()).toBe(0);
    expect(seen).toEqual(["shown-by-aws"]);
  });
});
