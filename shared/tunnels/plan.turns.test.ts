import { describe, expect, it } from "vitest";
import { withOutcome, withRepair } from "./memory.ts";
import { AT, down, planLater, planOf } from "./test-tunnels.ts";

describe("planTunnels, of several tunnels that could be mended", () => {
  const both = [down("one-a"), down("one-b")];
  const { memory } = planLater(both, 180);
  const tried = (tunnel: string, at: number) => {
    const repair = { tunnel, kind: "reset-azure", at } as const;
    return withOutcome(withRepair(memory, repair, at), repair, { outcome: "begun", over: true });
  };

  it.each([
    ["one-a", "one-b"],
    ["one-b", "one-a"],
  ])("takes its turn with the one that was tried less: after %s it mends %s", (first, second) => {
    const later = planOf(both, { memory: tried(first, AT + 180), now: AT + 7_200 });
    expect(later.repair).toMatchObject({ tunnel: second });
    expect(later.waits).toEqual([{ tunnel: first, reason: "other-first" }]);
  });

  it("takes the first by name of two that are alike in all else", () => {
    expect(planLater(both.toReversed(), 180).repair).toMatchObject({ tunnel: "one-a" });
  });
});
