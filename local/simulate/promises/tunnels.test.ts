import { describe, expect, it } from "vitest";
import { writePreSharedKey } from "../../../shared/keys/pre-shared-key.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { CallName } from "../../model/calls.ts";
import { writeVersion } from "../clouds/tunnel-secrets.ts";
import { link } from "../link.ts";
import type { LivingTunnel } from "../tunnel-model.ts";
import { connectionId, KEY_POLICY } from "../tunnels.ts";
import { createWorld, type World } from "../world.ts";
import { SOON_SECONDS } from "./converges.ts";
import { nothingSecret } from "./nothing-secret.ts";
import { runNamed, stepOf } from "./test-world.ts";
import { tunnelFaults } from "./tunnel-faults.ts";
import { tunnelKeyCurrent } from "./tunnel-key-current.ts";
import { tunnelsKept } from "./tunnels-kept.ts";
import { tunnelsLeased } from "./tunnels-leased.ts";

const HOUR = 3_600;

/** Of this seed, made keys are stored, and none is due. */
const makeWorld = () => createWorld({ seed: 1, faults: [], isTraced: false });

const pairOf = ({ tunnels: { model } }: World): [LivingTunnel, LivingTunnel] => [
  model.named("one-a"),
  model.named("one-b"),
];

/** A run that has looked now, `meanwhile` goes by, and then makes a call that changes something. */
async function touching(
  prepare: (world: World) => void,
  call: CallName,
  change: (world: World, tunnel: LivingTunnel) => void,
  meanwhile: (world: World) => void = () => undefined,
) {
  const world = await makeWorld();
  world.clock.advance(HOUR);
  const watch = tunnelsKept.watch(world);
  const run = runNamed("one");
  prepare(world);
  world.clock.advance(HOUR);
  watch.after?.(stepOf("hand.tunnel-keys-observe", "", run));
  watch.after?.(stepOf("tunnels.describe", "", run));
  meanwhile(world);
  const [tunnel] = pairOf(world);
  const isOurs = call.startsWith("connection");
  if (isOurs)
    watch.before?.(
      stepOf(call.endsWith("reset") ? "hand.tunnels-reset" : "hand.tunnel-key-set", "one-a", run),
    );
  const step = isOurs ? stepOf(call, connectionId("one-a"), runNamed("hand")) : stepOf(call, "one-a", run);
  watch.before?.(step);
  change(world, tunnel);
  return watch.after?.(step);
}

const nothing = () => undefined;
const isDown = (world: World) => void world.tunnels.model.replace(pairOf(world)[1], null, "others");
const hasOtherKey = (world: World) =>
  Object.assign(pairOf(world)[1], { azureKey: "another", differBy: "others", differAt: world.clock.now() });
const setAzure = ({ tunnels: { model } }: World, tunnel: LivingTunnel) =>
  model.setAzure(tunnel, model.newKey(), "us");

describe("tunnelsKept", () => {
  it("holds while the other tunnel carries the traffic", async () => {
    expect(await touching(nothing, "connection-keys.set", setAzure)).toBeNull();
  });

  it("is broken by a change of a tunnel that is up, while the other one is down", async () => {
    expect(await touching(isDown, "connection-keys.set", setAzure)).toBe(
      "connection-keys.set puts one-a at risk while one-b is not fit",
    );
  });

  it("is broken by one while the other one's ends have different keys", async () => {
    expect(await touching(hasOtherKey, "connection-keys.set", setAzure)).toBe(
      "connection-keys.set puts one-a at risk while one-b is not fit",
    );
  });

  it.each([isDown, hasOtherKey])("forgives what has changed since its run looked", async (change) => {
    expect(await touching(nothing, "connection-keys.set", setAzure, change)).toBeNull();
  });

  it("is broken by a refusal of nothing: a change that the cloud has not taken on breaks nothing", async () => {
    expect(await touching(isDown, "connection-keys.set", nothing)).toBeNull();
  });

  it("lets what is down be changed, whatever the other one does", async () => {
    const bothDown = (world: World) => {
      isDown(world);
      world.tunnels.model.replace(pairOf(world)[0], null, "others");
    };
    expect(
      await touching(bothDown, "connections.reset", (world, tunnel) => world.tunnels.model.reset(tunnel)),
    ).toBeNull();
    expect(await touching(bothDown, "connection-keys.set", setAzure)).toBeNull();
  });

  it.each(["tunnels.replace", "connections.reset"] as const)(
    "is broken by %s of a tunnel that is up",
    async (call) => {
      const repair = ({ tunnels: { model } }: World, tunnel: LivingTunnel) =>
        call === "connections.reset" ? model.reset(tunnel) : model.replace(tunnel, null, "us");
      expect(await touching(nothing, call, repair)).toBe(`${call} mends one-a, which is up`);
    },
  );

  it("is broken by a key for AWS's end that Azure's end has not", async () => {
    const setAws = ({ tunnels: { model } }: World, tunnel: LivingTunnel) =>
      model.replace(tunnel, model.newKey(), "us");
    expect(await touching(nothing, "tunnel-keys.set", setAws)).toBe(
      "tunnel-keys.set gives AWS's end of one-a a key that Azure's has not",
    );
    const setSame = ({ tunnels: { model } }: World, tunnel: LivingTunnel) =>
      model.replace(tunnel, tunnel.azureKey, "us");
    expect(await touching(nothing, "tunnel-keys.set", setSame)).toBeNull();
  });

  it("lets a rotation take its own risk back, although the other one is down by now", async () => {
    const halfway = (world: World) => {
      Object.assign(pairOf(world)[0], { azureKey: "new", differBy: "us", differAt: world.clock.now() });
      isDown(world);
    };
    const back = ({ tunnels: { model } }: World, tunnel: LivingTunnel) =>
      model.setAzure(tunnel, tunnel.awsKey, "us");
    expect(await touching(halfway, "connection-keys.set", back)).toBeNull();
    expect(await touching(halfway, "connection-keys.set", setAzure)).toContain("at risk");
  });

  it("is broken by two tunnels that are down by our doing", async () => {
    const world = await makeWorld();
    const watch = tunnelsKept.watch(world);
    const [one, other] = pairOf(world);
    world.tunnels.model.replace(one, null, "us");
    expect(watch.now?.()).toBeNull();
    world.tunnels.model.replace(other, null, "us");
    expect(watch.now?.()).toBe("one-a and one-b are down by our doing");
  });
});

describe("tunnelsLeased", () => {
  it("is broken by a change of whoever has not the lease, or has it no longer", async () => {
    const world = await makeWorld();
    const watch = tunnelsLeased.watch(world);
    const change = (name: string) => watch.after?.(stepOf("tunnels.replace", "one-a", runNamed(name)));
    expect(change("one")).toBe("tunnels.replace is made without the lease");
    await world.lease.acquire("one");
    expect([change("one"), change("other")]).toEqual([null, "tunnels.replace is made without the lease"]);
    expect(watch.after?.(stepOf("tunnels.describe", "one-a", runNamed("other")))).toBeNull();
    world.clock.advance(HOUR);
    expect(change("one")).toBe("tunnels.replace is made without the lease");
  });
});

describe("tunnelKeyCurrent", () => {
  async function promoted(meanwhile: (world: World, key: string, tunnel: LivingTunnel) => void) {
    const world = await makeWorld();
    world.clock.advance(HOUR);
    const watch = tunnelKeyCurrent.watch(world);
    const secret = world.tunnels.secrets.get("one-a");
    if (secret === undefined) throw new Error("a tunnel without a secret");
    const key = world.tunnels.model.newKey();
    const value = writePreSharedKey({ tunnel: "one-a", origin: "made", key: new Secret(key) }).unwrap();
    writeVersion(secret, "next", { createdAt: world.clock.now(), value });
    meanwhile(world, key, pairOf(world)[0]);
    watch.before?.(stepOf("tunnel-secret.move", "one-a"));
    secret.labels.set("AWSCURRENT", "next");
    return watch.after?.(stepOf("tunnel-secret.move", "one-a"));
  }

  it("is broken by a promotion of a key that not both ends have", async () => {
    const broken = "a key becomes current that not both ends of one-a have";
    expect(await promoted(() => undefined)).toBe(broken);
    expect(await promoted((_world, azureKey, tunnel) => Object.assign(tunnel, { azureKey }))).toBe(broken);
    expect(await promoted((_world, awsKey, tunnel) => Object.assign(tunnel, { awsKey }))).toBe(broken);
    expect(
      await promoted((_world, key, tunnel) => Object.assign(tunnel, { azureKey: key, awsKey: key })),
    ).toBeNull();
  });

  it("forgives what a person has changed a moment before", async () => {
    const change = (world: World, _key: string, tunnel: LivingTunnel) =>
      Object.assign(tunnel, { differBy: "others", differAt: world.clock.now() });
    expect(await promoted(change)).toBeNull();
  });
});

describe("tunnelFaults", () => {
  it("names what is not in order of a tunnel and its key", async () => {
    const world = await makeWorld();
    const [one] = pairOf(world);
    expect(tunnelFaults(world, SOON_SECONDS)).toEqual([]);
    world.tunnels.model.replace(one, world.tunnels.model.newKey(), "others");
    one.awsKey = "another";
    world.tunnels.tables.asked.set("one-b", world.clock.now());
    expect(tunnelFaults(world, SOON_SECONDS)).toEqual([
      "one-a is down",
      "the ends of one-a have different keys",
      "the key of one-a is not the one that is stored",
      "the key of one-b was not replaced as asked for",
      "a tunnel is about to change by itself",
    ]);
  });

  it("names a key that is due, as those are at once that were found", async () => {
    const world = await makeWorld();
    const store = (origin: "made" | "adopted") => {
      const [{ awsKey }] = pairOf(world);
      const key = new Secret(awsKey);
      const value = writePreSharedKey({ tunnel: "one-a", origin, key }).unwrap();
      world.tunnels.secrets
        .get("one-a")
        ?.versions.set("first-one-a", { createdAt: world.clock.now(), value });
    };
    store("made");
    expect(tunnelFaults(world, SOON_SECONDS)).toEqual([]);
    world.clock.advance((KEY_POLICY.rotateEverySeconds ?? 0) - 1);
    expect(tunnelFaults(world, SOON_SECONDS)).not.toContain("a new key of one-a is due");
    world.clock.advance(1);
    expect(tunnelFaults(world, SOON_SECONDS)).toContain("a new key of one-a is due");
    store("adopted");
    expect(tunnelFaults(world, SOON_SECONDS)).toContain("a new key of one-a is due");
  });
});

describe("nothingSecret", () => {
  it("is broken by a pre-shared key that either end ever had, in what was told", async () => {
    const world = await makeWorld();
    const watch = nothingSecret.watch(world);
    for (const key of [pairOf(world)[0].awsKey, world.tunnels.model.newKey()]) {
      world.told.push(`${link.name} has ${key}.`);
      expect(watch.now?.()).toBe("a secret stands in what was logged or told");
    }
  });
});
