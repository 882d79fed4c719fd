import { describe, expect, it } from "vitest";
import { modelConnectionKeys } from "../../local/model/connection-keys.ts";
import { connectedEnd, modelConnections } from "../../local/model/connections.ts";
import { modelRows } from "../../local/model/rows.ts";
import { endpoints } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { AzureEnd } from "../tunnels/schema.ts";
import { fingerprintOf, makeSalt } from "./pre-shared-fingerprint.ts";
import { observeTunnelKeys, setTunnelKey } from "./pre-shared-hand.ts";

const [A, B] = ["198.51.100.10", "198.51.100.11"];
const OLD = "old.pre_shared.key.of.one.a";
const NEW = "new.pre_shared.key.of.one.a";
const salt = makeSalt((bytes) => new Uint8Array(bytes).fill(7)).unwrap();
const mark = (name: string, key: string) => fingerprintOf(new Secret(salt), name, new Secret(key));
const order = { name: "one-a", outsideIp: A, key: NEW, over: mark("one-a", OLD), salt, fence: 7 };

function open(a: Partial<AzureEnd> = {}, b: Partial<AzureEnd> | null = {}) {
  return {
    places: new Map([
      ["one-a", "/connections/a"],
      ["one-b", "/connections/b"],
    ]),
    connections: modelConnections({
      "/connections/a": { ...connectedEnd(A), ...a },
      "/connections/b": b === null ? null : { ...connectedEnd(B), ...b },
    }),
    keys: modelConnectionKeys({ "/connections/a": OLD, "/connections/b": null }),
    rows: modelRows(),
  };
}

describe("observeTunnelKeys", () => {
  it("tells of each key a code that is its own for this tunnel and this look, and of none that there is none", async () => {
    const hand = open();
    const answer = await observeTunnelKeys(hand, { names: ["one-b", "one-a"], salt });
    expect(answer).toEqual({
      outcome: "observed",
      tunnels: [
        { name: "one-b", fingerprint: null },
        { name: "one-a", fingerprint: mark("one-a", OLD) },
      ],
    });
    expect(endpoints["keys.observe-tunnels"].outcome.parse(answer)).toEqual(answer);
    hand.keys.stored.set("/connections/b", OLD);
    const { tunnels } = await observeTunnelKeys(hand, { names: ["one-b"], salt });
    expect(tunnels).toEqual([{ name: "one-b", fingerprint: mark("one-b", OLD) }]);
    expect(mark("one-b", OLD)).not.toBe(mark("one-a", OLD));
  });

  it("tells of each that cannot be read why, and never that it has no key", async () => {
    const hand = open();
    hand.keys.stored.set("/connections/a", "unreadable");
    hand.keys.stored.delete("/connections/b");
    const { tunnels } = await observeTunnelKeys(hand, { names: ["one-a", "one-b", "two-a"], salt });
    expect(tunnels).toMatchObject([
      { name: "one-a", problem: { code: "unreachable", operation: "GetSharedKey", retryable: true } },
      { name: "one-b", problem: { code: "ResourceNotFound", retryable: false } },
      { name: "two-a", problem: { code: "unknown-tunnel", operation: "keys.observe-tunnels" } },
    ]);
    for (const tunnel of tunnels) expect(tunnel).not.toHaveProperty("fingerprint");
  });
});

describe("setTunnelKey", () => {
  it("begins the change over the key that was observed, whether the tunnel is up or not", async () => {
    for (const status of ["connected", "not-connected", "unknown"] as const) {
      const hand = open({ status }, { status: "not-connected" });
      expect(await setTunnelKey(hand, order)).toEqual({ outcome: "begun" });
      expect(hand.keys.begun).toEqual([{ id: "/connections/a", key: NEW }]);
    }
  });

  it("gives a connection without a key its first one", async () => {
    const hand = open();
    const first = { ...order, name: "one-b", outsideIp: B, over: null };
    expect(await setTunnelKey(hand, first)).toEqual({ outcome: "begun" });
    expect(hand.keys.begun).toEqual([{ id: "/connections/b", key: NEW }]);
  });

  it.each<[string, Partial<AzureEnd>, Partial<AzureEnd>, object, string]>([
    ["of a tunnel that its own copy of the link does not name", {}, {}, { name: "two-a" }, "unknown-tunnel"],
    ["of a connection to another address", {}, {}, { outsideIp: B }, "other-outside-address"],
    ["that is changing", { provisioning: "updating" }, {}, {}, "tunnel-busy"],
    ["while another connection is changing", {}, { provisioning: "creating" }, {}, "tunnel-busy"],
    ["that is another one by now", {}, {}, { over: mark("one-a", NEW) }, "observation-stale"],
    ["that was not there and is there now", {}, {}, { over: null }, "observation-stale"],
    ["to one with a character that AWS does not take", {}, {}, { key: "planted-key-1234" }, "illegal-key"],
    ["to one that begins with a zero", {}, {}, { key: "0planted.key" }, "illegal-key"],
    ["to one that is too short", {}, {}, { key: "planted" }, "illegal-key"],
    ["to one that is too long", {}, {}, { key: "planted".repeat(10) }, "illegal-key"],
    ["to none", {}, {}, { key: "" }, "illegal-key"],
  ])("does not change the key %s, and tells no key", async (_what, a, b, change, reason) => {
    const hand = open(a, b);
    const answer = await setTunnelKey(hand, { ...order, ...change });
    expect(answer).toMatchObject({ outcome: "refused", reason });
    expect(JSON.stringify(answer)).not.toMatch(/planted|pre_shared/);
    expect(hand.keys.begun).toEqual([]);
    expect(hand.rows.texts.size).toBe(0);
  });

  it("changes none while another connection, or the key itself, cannot be read", async () => {
    const blind = open({}, null);
    expect(await setTunnelKey(blind, order)).toMatchObject({
      reason: "cannot-tell",
      detail: "GetConnection failed: unreachable",
    });
    const hidden = open();
    hidden.keys.stored.set("/connections/a", "unreadable");
    expect(await setTunnelKey(hidden, order)).toMatchObject({
      reason: "cannot-tell",
      detail: "GetSharedKey failed: unreachable",
    });
    for (const { keys } of [blind, hidden]) expect(keys.begun).toEqual([]);
  });

  it("changes none for a holder of the lease after whom another one was here", async () => {
    const hand = open();
    await setTunnelKey(hand, { ...order, fence: 8 });
    expect(await setTunnelKey(hand, order)).toMatchObject({ reason: "lease-lost" });
    expect(hand.keys.begun).toHaveLength(1);
  });

  it("changes none when nobody can tell whether a later holder was here", async () => {
    const hand = open();
    hand.rows.trouble = "ServerBusy";
    expect(await setTunnelKey(hand, order)).toMatchObject({ outcome: "refused", reason: "cannot-tell" });
    expect(hand.keys.begun).toEqual([]);
  });

  it("says that it is busy when somebody began something since it looked", async () => {
    const hand = open();
    await hand.keys.set("/connections/b", new Secret(NEW));
    expect(await setTunnelKey(hand, order)).toMatchObject({ reason: "tunnel-busy" });
  });

  it("does not say that nothing was done when the change itself failed", async () => {
    const hand = open();
    const failed = new CloudError({
      ...{ provider: "azure", operation: "SetSharedKey", target: "a" },
      ...{ code: "unreachable", retryable: true },
    });
    const keys = { ...hand.keys, set: () => Promise.reject(failed) };
    await expect(setTunnelKey({ ...hand, keys }, order)).rejects.toBe(failed);
  });
});
