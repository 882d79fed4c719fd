import { describe, expect, it } from "vitest";
import type { ObservedTunnel } from "../tunnels/schema.ts";
import { down, up } from "../tunnels/test-tunnels.ts";
import { rememberKeys } from "./pre-shared-memory.ts";
import type { FailReason } from "./pre-shared-schema.ts";
import { keyOf, knownOf, memoryWith, NOW } from "./test-pre-shared.ts";

const look = (key: ReturnType<typeof keyOf>, comparedAt: number | null) => {
  const memory = memoryWith({}, knownOf("one-a", { comparedAt }));
  return rememberKeys(memory, { tunnels: [{ key, seen: up("one-a") }], pauseSeconds: 3_600, now: NOW })
    .tunnels[0];
};

describe("rememberKeys", () => {
  it("says when the ends were last compared, with a write every five minutes", () => {
    const differ = keyOf("one-a", { azure: "other" });
    expect(look(differ, null)).toMatchObject({ differSince: NOW, comparedAt: NOW });
    expect(look(differ, NOW - 299)).toMatchObject({ comparedAt: NOW - 299 });
    expect(look(differ, NOW - 300)).toMatchObject({ comparedAt: NOW });
  });

  it("takes ends that it cannot read for none that were compared", () => {
    const unread = { ...keyOf("one-a"), azure: { unknown: "unreachable" }, same: false };
    expect(look(unread, NOW - 3_600)).toMatchObject({ comparedAt: NOW - 3_600 });
    expect(look(unread, null)).toMatchObject({ comparedAt: null });
  });

  it("forgets that a tunnel was not up in time once it is up, and the pause is over", () => {
    const leftOf = (seen: ObservedTunnel, seconds: number, reason: FailReason = "not-up-in-time") => {
      const memory = memoryWith({ failed: { tunnel: "one-a", at: NOW - seconds, reason } });
      const tunnels = [{ key: keyOf("one-a"), seen }];
      return rememberKeys(memory, { tunnels, pauseSeconds: 3_600, now: NOW }).failed?.reason;
    };
    expect(leftOf(up("one-a"), 3_600)).toBeUndefined();
    expect(leftOf(up("one-a"), 3_599)).toBe("not-up-in-time");
    expect(leftOf(down("one-a"), 7_200)).toBe("not-up-in-time");
    expect(leftOf(up("one-a"), 7_200, "unsafe")).toBe("unsafe");
  });
});
