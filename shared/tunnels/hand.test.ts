import { describe, expect, it } from "vitest";
import { connectedEnd, modelConnections } from "../../local/model/connections.ts";
import { modelRows } from "../../local/model/rows.ts";
import { CloudError } from "../runtime/errors.ts";
import { observeTunnelEnds, resetTunnel } from "./hand.ts";
import type { AzureEnd } from "./schema.ts";

const [A, B] = ["198.51.100.10", "198.51.100.11"];
const wanted = { name: "one-a", outsideIp: A, fence: 7 };

function open(a: Partial<AzureEnd> | null = {}, b: Partial<AzureEnd> | null = {}) {
  const end = (outsideIp: string, change: Partial<AzureEnd> | null) =>
    change === null ? null : { ...connectedEnd(outsideIp), ...change };
  return {
    places: new Map([
      ["one-a", "/connections/a"],
      ["one-b", "/connections/b"],
    ]),
    connections: modelConnections({ "/connections/a": end(A, a), "/connections/b": end(B, b) }),
    rows: modelRows(),
  };
}

describe("observeTunnelEnds", () => {
  it("reads the end of each tunnel that is asked for", async () => {
    const hand = open({ status: "not-connected" });
    expect(await observeTunnelEnds(hand, { names: ["one-b", "one-a"] })).toEqual({
      outcome: "observed",
      tunnels: [
        { name: "one-b", end: connectedEnd(B) },
        { name: "one-a", end: { ...connectedEnd(A), status: "not-connected" } },
      ],
    });
  });

  it("tells of each that cannot be read why, and never that it is down", async () => {
    const hand = open(null);
    hand.connections.ends.delete("/connections/b");
    const { tunnels } = await observeTunnelEnds(hand, { names: ["one-a", "one-b", "two-a"] });
    expect(tunnels).toMatchObject([
      { name: "one-a", problem: { code: "unreachable", operation: "GetConnection", retryable: true } },
      { name: "one-b", problem: { code: "ResourceNotFound", retryable: false } },
      { name: "two-a", problem: { code: "unknown-tunnel", retryable: false } },
    ]);
  });
});

describe("resetTunnel", () => {
  it("begins a reset of a broken connection", async () => {
    const hand = open({ status: "not-connected" });
    expect(await resetTunnel(hand, wanted)).toEqual({ outcome: "resetting" });
    expect(hand.connections.resets).toEqual(["/connections/a"]);
  });

  it("begins one though no other is up either, of a connection that is known to be down", async () => {
    for (const status of ["not-connected", "connecting"] as const) {
      const hand = open({ status }, { status: "not-connected" });
      expect(await resetTunnel(hand, wanted)).toEqual({ outcome: "resetting" });
    }
  });

  it("begins one of a connection that may be up while another one is", async () => {
    for (const status of ["connected", "unknown"] as const) {
      const hand = open({ status });
      expect(await resetTunnel(hand, wanted)).toEqual({ outcome: "resetting" });
    }
  });

  it.each<[string, Partial<AzureEnd>, Partial<AzureEnd>, object, string]>([
    ["a tunnel that its own copy of the link does not name", {}, {}, { name: "two-a" }, "unknown-tunnel"],
    ["a connection to another address", {}, {}, { outsideIp: B }, "other-outside-address"],
    ["one that is being changed", { provisioning: "updating" }, {}, {}, "tunnel-busy"],
    ["any while another one is being changed", {}, { provisioning: "creating" }, {}, "tunnel-busy"],
    ["any while another one is being removed", {}, { provisioning: "deleting" }, {}, "tunnel-busy"],
    ["the last one that is up", {}, { status: "not-connected" }, {}, "last-tunnel"],
    ["one that is up while the other only may be", {}, { status: "unknown" }, {}, "last-tunnel"],
    [
      "one that may be up while the other is down",
      { status: "unknown" },
      { status: "connecting" },
      {},
      "last-tunnel",
    ],
  ])("does not reset %s", async (_what, a, b, change, reason) => {
    const hand = open(a, b);
    expect(await resetTunnel(hand, { ...wanted, ...change })).toMatchObject({ outcome: "refused", reason });
    expect(hand.connections.resets).toEqual([]);
    expect(hand.rows.texts.size).toBe(0);
  });

  it("does not reset one while another one cannot be read: it may be worked on, or be the last", async () => {
    const hand = open({ status: "not-connected" }, null);
    expect(await resetTunnel(hand, wanted)).toEqual({
      outcome: "refused",
      reason: "cannot-tell",
      detail: "GetConnection failed: unreachable",
    });
    expect(hand.connections.resets).toEqual([]);
  });

  it("resets nothing for a holder of the lease after whom another one was here", async () => {
    const hand = open({ status: "not-connected" });
    await resetTunnel(hand, { ...wanted, fence: 8 });
    hand.connections.ends.set("/connections/a", { ...connectedEnd(A), status: "not-connected" });
    expect(await resetTunnel(hand, wanted)).toMatchObject({ reason: "lease-lost" });
    expect(hand.connections.resets).toHaveLength(1);
  });

  it("resets nothing when nobody can tell whether a later holder was here", async () => {
    const hand = open({ status: "not-connected" });
    hand.rows.trouble = "ServerBusy";
    expect(await resetTunnel(hand, wanted)).toMatchObject({ outcome: "refused", reason: "cannot-tell" });
    expect(hand.connections.resets).toEqual([]);
  });

  it("does not say that nothing was done when the reset itself failed", async () => {
    const hand = open({ status: "not-connected" });
    const failed = new CloudError({
      ...{ provider: "azure", operation: "ResetConnection", target: "a" },
      ...{ code: "unreachable", retryable: true },
    });
    const reset = async () => {
      throw failed;
    };
    const lost = { ...hand, connections: { ...hand.connections, reset } };
    await expect(resetTunnel(lost, wanted)).rejects.toBe(failed);
  });

  it("says that it is busy when somebody began something since it was read", async () => {
    const hand = open({ status: "not-connected" });
    const busy = { ...hand.connections, reset: async () => "busy" as const };
    expect(await resetTunnel({ ...hand, connections: busy }, wanted)).toMatchObject({
      reason: "tunnel-busy",
    });
  });
});
