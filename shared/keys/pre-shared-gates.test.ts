import { describe, expect, it } from "vitest";
import { awsEnd, azureEnd, desiredOf, down, up } from "../tunnels/test-tunnels.ts";
import type { PreSharedInput } from "./pre-shared-plan.ts";
import {
  DAY,
  keyOf,
  knownOf,
  memoryWith,
  NOW,
  old,
  planWith,
  policy,
  reasonOf,
  stored,
  tunnelsMemoryWith,
} from "./test-pre-shared.ts";

/** One tunnel's rotation is due, and all is well. */
const due = [keyOf("one-a", { current: old("c") }), keyOf("one-b")];
const waitsFor = (changes: Partial<PreSharedInput>) => reasonOf(planWith({ keys: due, ...changes }), "one-a");
const maintenanceWith = (
  maintenance: ReturnType<typeof tunnelsMemoryWith>["tunnels"][number]["maintenance"],
) => {
  const { tunnels } = tunnelsMemoryWith();
  return tunnelsMemoryWith({
    tunnels: tunnels.map((tunnel) => (tunnel.name === "one-b" ? { ...tunnel, maintenance } : tunnel)),
  });
};
const otherWith = (aws: Parameters<typeof awsEnd>[0], azure: Parameters<typeof azureEnd>[0] = {}) => [
  up("one-a"),
  { ...up("one-b"), aws: awsEnd(aws), azure: azureEnd(azure) },
];

describe("a rotation", () => {
  it("begins when it is due and every gate is open", () => {
    expect(planWith({ keys: due }).step).toMatchObject({ kind: "stage", tunnel: "one-a" });
  });

  it("does not begin unless every other tunnel is up on both ends", () => {
    expect(waitsFor({ tunnels: [up("one-a"), down("one-b")] })).toBe("other-not-up");
    expect(waitsFor({ tunnels: otherWith({}, { status: "not-connected" }) })).toBe("other-not-up");
    expect(waitsFor({ tunnels: otherWith({}, { status: "unknown" }) })).toBe("other-not-up");
    expect(waitsFor({ tunnels: otherWith({ acceptedRoutes: 0 }) })).toBe("other-not-up");
    expect(waitsFor({ tunnels: [up("one-a")] })).toBe("other-not-up");
  });

  it("does not begin unless every other tunnel has been up for long enough", () => {
    const memory = (upSince: number) => memoryWith({}, knownOf("one-b", { upSince }));
    expect(waitsFor({ memory: memory(NOW - 899) })).toBe("other-not-steady");
    expect(planWith({ keys: due, memory: memory(NOW - 900) }).step).not.toBeNull();
  });

  it("does not begin after a loss that only the tunnels' own watch has seen", () => {
    const { tunnels } = tunnelsMemoryWith();
    const lost = (at: number) =>
      tunnels.map((tunnel) => (tunnel.name === "one-b" ? { ...tunnel, losses: [at] } : tunnel));
    expect(waitsFor({ tunnelsMemory: tunnelsMemoryWith({ tunnels: lost(NOW - 899) }) })).toBe(
      "other-not-steady",
    );
    expect(waitsFor({ tunnelsMemory: tunnelsMemoryWith({ tunnels: lost(NOW - 900) }) })).toBeUndefined();
  });

  it("begins anew to count how long a tunnel has been up when it could not be seen", () => {
    const tunnels = [up("one-a"), { ...up("one-b"), azure: { unknown: "unreachable" } }];
    const { memory } = planWith({ keys: due, tunnels });
    expect(waitsFor({ memory, now: NOW + 60 })).toBe("other-not-steady");
  });

  it("does not begin while another tunnel's ends differ, or cannot be compared: it may be lost at any moment", () => {
    const other = (key: ReturnType<typeof keyOf>) => [keyOf("one-a", { current: old("c") }), key];
    const differ = keyOf("one-b", { aws: "other" });
    expect(waitsFor({ keys: other(differ) })).toBe("other-keys-unsettled");
    const unread = { ...keyOf("one-b"), aws: { unknown: "unreachable" }, same: false };
    expect(waitsFor({ keys: other(unread) })).toBe("other-keys-unsettled");
  });

  it("does not begin unless the tunnel itself is up and steady: it may be down for another reason", () => {
    expect(waitsFor({ tunnels: [down("one-a"), up("one-b")] })).toBe("tunnel-not-up");
    expect(waitsFor({ memory: memoryWith({}, knownOf("one-a", { upSince: NOW - 10 })) })).toBe(
      "tunnel-not-steady",
    );
  });

  it.each(["auth-failure:unknown-ca:203.0.113.9", "auth-scan", "auth-unread", "auth-late"])(
    "begins while strangers keep an incident open: %s",
    (key) => {
      expect(waitsFor({ incidents: [{ key, severity: "warning" as const }] })).toBeUndefined();
    },
  );

  it("does not begin while an incident is open, whichever concern's; what is only a notice is none", () => {
    const incident = (key: string, severity: "warning" | "notice") => [{ key, severity }];
    expect(waitsFor({ incidents: incident("certificate:bunny-client:late", "warning") })).toBe(
      "incident-open",
    );
    expect(waitsFor({ incidents: incident("tunnel:one-b:maintenance", "notice") })).toBeUndefined();
    // That it is overdue must not keep it from being done.
    expect(waitsFor({ incidents: incident("pre-shared-key:one-a:overdue", "warning") })).toBeUndefined();
  });

  it("does not begin when AWS is about to replace an endpoint, or may be", () => {
    const within = (autoAppliedAt: number | null) =>
      waitsFor({ tunnelsMemory: maintenanceWith({ pending: true, autoAppliedAt }) });
    expect(within(NOW + 7_199)).toBe("maintenance-near");
    expect(within(NOW - 10)).toBe("maintenance-near");
    expect(within(null)).toBe("maintenance-near");
    expect(within(NOW + 7_200)).toBeUndefined();
    expect(waitsFor({ tunnelsMemory: maintenanceWith(null) })).toBe("maintenance-unknown");
  });

  it("does not begin when AWS has not said for long what it means to do", () => {
    const { tunnels } = tunnelsMemoryWith();
    const unseen = (since: number) =>
      tunnelsMemoryWith({
        tunnels: tunnels.map((tunnel) => ({ ...tunnel, maintenanceUnseen: { since, code: "unreachable" } })),
      });
    expect(waitsFor({ tunnelsMemory: unseen(NOW - 21_600) })).toBe("maintenance-unknown");
    expect(waitsFor({ tunnelsMemory: unseen(NOW - 21_599) })).toBeUndefined();
  });

  it("does not begin while a tunnel is being repaired, or changed by anybody", () => {
    const work = { tunnel: "one-b", reason: "repair" as const, startedAt: NOW, dueAt: NOW + 600 };
    expect(waitsFor({ tunnelsMemory: tunnelsMemoryWith({ work }) })).toBe("work-under-way");
    expect(waitsFor({ tunnels: otherWith({ connectionState: "modifying" }) })).toBe("tunnel-busy");
    expect(waitsFor({ tunnels: otherWith({}, { provisioning: "updating" }) })).toBe("tunnel-busy");
  });

  it("does not begin while another tunnel's is under way", () => {
    const attempt = { tunnel: "one-b", versionId: "p", startedAt: NOW - 60, turnedBack: null };
    const keys = [keyOf("one-a", { current: old("c") }), keyOf("one-b", { pending: stored("p") })];
    expect(waitsFor({ keys, memory: memoryWith({ attempt }) })).toBe("other-rotation");
  });

  it("does not begin for a while after one that did not succeed, unless a person asks for it", () => {
    const failed = { tunnel: "one-b", at: NOW - DAY + 1, reason: "unsafe" as const };
    const memory = memoryWith({ failed });
    expect(waitsFor({ memory })).toBe("paused");
    expect(waitsFor({ memory, now: NOW + 1 })).toBeUndefined();
    expect(waitsFor({ memory, askedFor: new Map([["one-a", NOW - 10]]) })).toBeUndefined();
  });

  it("does not begin when what the tunnels concern remembers cannot be read", () => {
    expect(waitsFor({ tunnelsMemory: null })).toBe("memory-unreadable");
  });
});

describe("a rotation in a window", () => {
  // 2026-11-21T08:00:00Z, a Saturday.
  const window = { days: ["sat" as const], from: "07:00", to: "09:00", timeZone: "UTC" };
  const within = (changes: Partial<typeof window>) => ({ ...policy, window: { ...window, ...changes } });

  it("begins while it is open and long enough is left of it", () => {
    expect(new Date(NOW * 1_000).toISOString()).toBe("2026-11-21T08:00:00.000Z");
    expect(waitsFor({ policy: within({}) })).toBeUndefined();
    expect(waitsFor({ policy: within({ to: "08:44" }) })).toBe("outside-window");
    expect(waitsFor({ policy: within({ to: "08:45" }) })).toBeUndefined();
    // Of a short one, in its first half.
    expect(waitsFor({ policy: within({ from: "07:50", to: "08:20" }) })).toBeUndefined();
  });

  it("waits for the next opening", () => {
    const plan = planWith({ keys: due, policy: within({ from: "09:00", to: "11:00" }) });
    expect(plan.waits[0]).toEqual({ tunnel: "one-a", reason: "outside-window", until: NOW + 3_600 });
  });

  it("is the only chance of a link with one tunnel, which is down for as long as it takes", () => {
    const alone = { desired: desiredOf("one-a"), keys: due.slice(0, 1), tunnels: [up("one-a")] };
    expect(waitsFor(alone)).toBe("no-window");
    expect(waitsFor({ ...alone, policy: within({}) })).toBeUndefined();
  });
});
