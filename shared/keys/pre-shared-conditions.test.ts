import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import { down, up } from "../tunnels/test-tunnels.ts";
import type { PreSharedInput } from "./pre-shared-plan.ts";
import { DAY, keyOf, knownOf, memoryWith, NOW, planWith, stored } from "./test-pre-shared.ts";

const keysOf = (changes: Partial<PreSharedInput>) => planWith(changes).conditions.map(({ key }) => key);
const one = (key: ReturnType<typeof keyOf>) => [key, keyOf("one-b")];
const attempt = { tunnel: "one-a", versionId: "p", startedAt: NOW - 5_400, turnedBack: null };

describe("preSharedConditions", () => {
  it("tells nothing while nothing is wrong, nor while a rotation goes as it should", () => {
    expect(keysOf({})).toEqual([]);
    const keys = one(keyOf("one-a", { azure: "pending", pending: stored("p") }));
    const memory = memoryWith(
      { attempt: { ...attempt, startedAt: NOW - 600 } },
      knownOf("one-a", { differSince: NOW - 600 }),
    );
    expect(keysOf({ keys, memory })).toEqual([]);
  });

  it("tells of ends that differ by nobody's rotation, after two looks", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const tunnels = [down("one-a"), up("one-b")];
    const memory = (differSince: number) => memoryWith({}, knownOf("one-a", { differSince }));
    expect(keysOf({ keys, tunnels, memory: memory(NOW - 119) })).toEqual([]);
    expect(keysOf({ keys, tunnels, memory: memory(NOW - 120) })).toEqual([
      "pre-shared-key:one-a:ends-differ",
    ]);
  });

  it("tells of keys that could not be read for a quarter of an hour, by the code of why", () => {
    const keys = one({ ...keyOf("one-a"), azure: { unknown: "AuthorizationFailed" }, same: false });
    const blind = { since: NOW - 900, code: "AuthorizationFailed" };
    const { conditions } = planWith({ keys, memory: memoryWith({}, knownOf("one-a", { blind })) });
    expect(conditions).toMatchObject([
      { key: "pre-shared-key:one-a:unreadable", severity: "warning", since: NOW - 900 },
    ]);
    expect(conditions[0]?.title).toContain("AuthorizationFailed");
    expect(keysOf({ keys })).toEqual([]);
  });

  it("tells of a rotation that has not ended, and of one that did not succeed", () => {
    const keys = one(keyOf("one-a", { pending: stored("p") }));
    expect(keysOf({ keys, memory: memoryWith({ attempt }) })).toEqual(["pre-shared-key:one-a:stuck"]);
    const failed = { tunnel: "one-b", at: NOW - 60, reason: "unsafe" as const };
    expect(keysOf({ memory: memoryWith({ failed }) })).toEqual(["pre-shared-key:one-b:failed"]);
  });

  it("tells of a key that should have been replaced long ago, and what it waits for", () => {
    const keys = one(keyOf("one-a", { current: stored("c", { createdAt: NOW - 37 * DAY }) }));
    const { conditions } = planWith({ keys, tunnels: [up("one-a"), down("one-b")] });
    expect(conditions).toMatchObject([
      {
        key: "pre-shared-key:one-a:overdue",
        facts: [{ label: "Waits", value: "another tunnel is not up on both ends" }],
      },
    ]);
    const younger = one(keyOf("one-a", { current: stored("c", { createdAt: NOW - 37 * DAY + 1 }) }));
    expect(keysOf({ keys: younger })).toEqual([]);
  });

  it("makes conditions that can be kept as they are", () => {
    const failed = { tunnel: "one-a", at: NOW - 60, reason: "not-up-in-time" as const };
    const { conditions } = planWith({ memory: memoryWith({ failed }) });
    expect(conditions.map((condition) => ConditionSchema.parse(condition))).toMatchObject(conditions);
    expect(conditions).toHaveLength(1);
  });
});
