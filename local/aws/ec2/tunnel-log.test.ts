import { describe, expect, it } from "vitest";
import { buildGroupReader } from "../../../shared/auth-failures/readers/group.ts";
import { firstId, oneTunnel, startMs, testWorld } from "../../vpn/test-world.ts";
import { parseFilterPattern } from "../filter-pattern.ts";
import type { LogLine } from "../log-store.ts";
import { logTunnels } from "./tunnel-log.ts";

const secondMs = 1_000;
const group = "/aws/vendedlogs/vpn";

function start(options: Parameters<typeof testWorld>[0] = { connections: oneTunnel({}) }) {
  const { world, timers } = testWorld(options);
  const written: (LogLine & { readonly stream: string })[] = [];
  const end = logTunnels({
    world,
    groupOf: (outsideIp) => (outsideIp === "198.51.100.1" ? group : undefined),
    write: (_group, stream, lines) => void written.push(...lines.map((line) => ({ ...line, stream }))),
  });
  const details = () => written.map(({ message }): unknown => JSON.parse(message).details);
  return { world, timers, written, end, details };
}

describe("logTunnels", () => {
  it("writes what AWS documents of a key that does not match, in the stream of the tunnel, and no key", async () => {
    const { world, timers, written } = start();
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(30 * secondMs);
    expect(written.map(({ timestamp, stream }) => [timestamp, stream])).toEqual(
      Array.from({ length: 2 }, () => [startMs + 30 * secondMs, `${firstId}_198.51.100.1-IKE.log`]),
    );
    expect(written.map(({ message }): unknown => JSON.parse(message))).toEqual([
      {
        event_timestamp: startMs / 1000 + 30,
        timestamp: "2026-11-21 08:00:30.000Z",
        details: "AWS tunnel detected a pre-shared key mismatch with cgw: 203.0.113.20",
        dpd_enabled: true,
        nat_t_detected: false,
        ike_phase1_state: "down",
        ike_phase2_state: "down",
      },
      expect.objectContaining({ details: "AWS tunnel is sending AUTHENTICATION_FAILED as the response" }),
    ]);
    const text = JSON.stringify(written);
    expect(text).not.toContain("another-key-of-azure");
    expect(text).not.toContain(world.tunnel("a").aws.preSharedKey);
  });

  it("writes it again with each attempt, and no more once both ends hold one key", async () => {
    const { world, timers, written } = start();
    const key = world.tunnel("a").aws.preSharedKey;
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(90 * secondMs);
    expect(written).toHaveLength(6);
    world.setAzureKey("a", key);
    await timers.advance(600 * secondMs);
    expect(written).toHaveLength(6);
    expect(world.tunnel("a").upSince).not.toBeUndefined();
  });

  it("words it otherwise where only IKEv1 is spoken", async () => {
    const { world, timers, details } = start({
      connections: oneTunnel({ settings: { ikeVersions: ["ikev1"] } }),
    });
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(30 * secondMs);
    expect(details()).toEqual([
      "AWS tunnel payload decryption was unsuccessful due to invalid Pre-shared Key",
    ]);
  });

  it("writes of a key that was wrong from the beginning", async () => {
    const [connection] = oneTunnel({});
    const [tunnel] = connection?.tunnels ?? [];
    if (connection === undefined || tunnel === undefined) throw new Error("there is no tunnel");
    const azure = { ...tunnel.azure, preSharedKey: "one-of-azures-own" };
    const { timers, written } = start({ connections: [{ ...connection, tunnels: [{ ...tunnel, azure }] }] });
    await timers.advance(30 * secondMs);
    expect(written).toHaveLength(2);
  });

  it("writes of a dead peer when the tunnel is cut, and of no key", async () => {
    const { world, timers, details } = start();
    world.cut("a");
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(600 * secondMs);
    expect(details()).toEqual(["AWS tunnel DPD timed out after 3 retransmits"]);
  });

  it("writes nothing of a tunnel without a log", async () => {
    const { world, timers, written } = start({ connections: oneTunnel({ outsideIp: "198.51.100.99" }) });
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(60 * secondMs);
    expect(written).toEqual([]);
  });

  it("writes nothing more once it was ended", async () => {
    const { world, timers, written, end } = start();
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(30 * secondMs);
    end();
    await timers.advance(60 * secondMs);
    expect(written).toHaveLength(2);
  });

  it("is found by the pattern of the reader, and understood with the tunnel that it is about", async () => {
    const { world, timers, written } = start();
    const reader = buildGroupReader({ readers: [{ reader: "ike" }], lines: "json" }, []);
    const matches = parseFilterPattern(reader.filterPattern);
    world.setAzureKey("a", "another-key-of-azure");
    await timers.advance(30 * secondMs);
    world.cut("a");
    await timers.advance(60 * secondMs);
    const [mismatch, refusal] = written;
    expect(written.map(({ message }) => matches(message))).toEqual([true, true]);
    expect(reader.read(mismatch?.message ?? "", 1, mismatch?.stream ?? "")).toMatchObject({
      class: "pre-shared-key-mismatch",
      tunnel: "198.51.100.1",
      source: "203.0.113.20",
    });
    expect(reader.read(refusal?.message ?? "", 1, refusal?.stream ?? "")).toMatchObject({
      class: "ike-authentication",
    });
  });
});
