import { describe, expect, it } from "vitest";
import { drawFrom } from "./draw.ts";
import type { Fault } from "./faults.ts";
import { Weather } from "./weather.ts";

const weather = (...faults: readonly Fault[]) => new Weather(faults, drawFrom(1));

describe("Weather", () => {
  it("answers no call of a service that is away, from the beginning of an outage until its end", () => {
    const away = weather({ kind: "outage", services: ["key-vault"], at: 100, seconds: 50 });
    expect([99, 100, 149, 150].map((now) => away.strike("vault.merge", now))).toEqual([
      undefined,
      "away",
      "away",
      undefined,
    ]);
    expect(away.strike("secret.read", 120)).toBeUndefined();
  });

  it("lets what has begun go on to its end once it calms down, and begins nothing any more", () => {
    const away = weather(
      { kind: "outage", services: ["key-vault"], at: 100, seconds: 50 },
      { kind: "outage", services: ["key-vault"], at: 101, seconds: 80 },
    );
    away.calmDown(100);
    expect([100, 149, 150].map((now) => away.strike("vault.merge", now))).toEqual([
      "away",
      "away",
      undefined,
    ]);
    expect(away.nextChangeAfter(100)).toBe(150);
  });

  it("strikes a share of all calls in a storm", () => {
    const storm = weather({ kind: "storm", share: 0.25, effects: ["lost"], at: 0, seconds: 10 });
    const struck = Array.from({ length: 4_000 }, () => storm.strike("secret.read", 1)).filter(
      (effect) => effect === "lost",
    );
    expect(struck.length).toBeGreaterThan(900);
    expect(struck.length).toBeLessThan(1_100);
  });

  it("breaks a tunnel in the first half of each period, and not for longer than it lasts", () => {
    const flap = weather({ kind: "tunnels-flap", periodSeconds: 40, at: 100, seconds: 50 });
    expect([99, 100, 119, 120, 140, 150].map((now) => flap.brokenUntil(0, now))).toEqual([
      null,
      120,
      120,
      null,
      150,
      null,
    ]);
    const one = weather({ kind: "tunnels-flap", periodSeconds: 40, tunnel: 1, at: 100, seconds: 50 });
    expect([one.brokenUntil(0, 100), one.brokenUntil(1, 100)]).toEqual([null, 120]);
  });

  it("may strike a call of a service that is away, and each call in a storm", () => {
    const away = weather({ kind: "outage", services: ["arm"], at: 0, seconds: 10 });
    expect([away.mayStrike("connections.read", 5), away.mayStrike("tunnels.describe", 5)]).toEqual([
      true,
      false,
    ]);
    expect(away.mayStrike("connections.read", 10)).toBe(false);
    const storm = weather({ kind: "storm", share: 0.1, effects: ["lost"], at: 0, seconds: 10 });
    expect(storm.mayStrike("tunnels.describe", 5)).toBe(true);
  });

  it("counts time in which two things block once", () => {
    const blocked = weather(
      { kind: "outage", services: ["private-ca"], at: 10, seconds: 20 },
      { kind: "freeze", at: 20, seconds: 20 },
      { kind: "outage", services: ["slack"], at: 50, seconds: 20 },
    );
    expect(blocked.blockedSeconds(0, 100)).toBe(30);
    expect(blocked.blockedSeconds(25, 35)).toBe(10);
  });

  it("starts a run twice, later, or never, as its faults say", () => {
    const lost = weather({ kind: "lost-events", share: 1, at: 0, seconds: 10 });
    const double = weather({ kind: "double-events", share: 1, at: 0, seconds: 10 });
    expect(lost.startsOf(5)).toEqual([]);
    expect(lost.startsOf(15)).toEqual([0]);
    expect(double.startsOf(5)).toHaveLength(2);
  });

  it("says when it next changes", () => {
    const one = weather({ kind: "freeze", at: 20, seconds: 20 });
    expect([0, 20, 39, 40].map((now) => one.nextChangeAfter(now))).toEqual([
      20,
      40,
      40,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it("strikes the next calls of an aimed name, as often as it says, and no other call", () => {
    const aimed = weather({
      kind: "aimed",
      call: "hand.key-set",
      effect: "lost",
      times: 2,
      at: 10,
      seconds: 10,
    });
    expect(aimed.strike("hand.key-set", 9)).toBeUndefined();
    expect(aimed.strike("secret.move", 10)).toBeUndefined();
    expect([11, 12, 13].map((now) => aimed.strike("hand.key-set", now))).toEqual(["lost", "lost", undefined]);
  });

  it("lets a person be ahead of one call", () => {
    const seen = weather({
      kind: "foreseen",
      call: "hand.key-set",
      act: "vault-key-set",
      which: 1,
      at: 10,
      seconds: 10,
    });
    expect(seen.foreseen("hand.key-observe", 11)).toBeUndefined();
    expect([11, 12].map((now) => seen.foreseen("hand.key-set", now)?.act)).toEqual([
      "vault-key-set",
      undefined,
    ]);
  });
});
