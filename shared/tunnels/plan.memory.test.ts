import { describe, expect, it } from "vitest";
import { withHeldUp } from "./memory.ts";
import { AT, desiredOf, down, planLater, planOf, up } from "./test-tunnels.ts";

describe("planTunnels is complete", () => {
  const both = [up("one-a"), up("one-b")];

  it("when every tunnel of the link is seen from both ends, and what was before is known", () => {
    expect(planOf(both).complete).toBe(true);
  });

  it("never when a tunnel of the link was not looked at", () => {
    expect(planOf(both, { desired: desiredOf("one-a", "one-b", "one-c") }).complete).toBe(false);
  });

  it("never when what was before cannot be read, though all is seen", () => {
    expect(planOf(both, { memory: null }).complete).toBe(false);
  });

  it("whatever else there is that the link does not name", () => {
    const others = [...both, { ...up("other"), azure: { unknown: "other-link" } }];
    expect(planOf(others, { desired: desiredOf("one-a", "one-b") })).toMatchObject({
      complete: true,
      severity: null,
    });
  });
});

describe("planTunnels, of a memory that cannot be read", () => {
  it("mends nothing, and says why, however long a tunnel may have been down", () => {
    expect(planOf([down("one-a"), up("one-b")], { memory: null })).toMatchObject({
      repair: null,
      waits: [{ tunnel: "one-a", reason: "memory-unreadable" }],
    });
  });
});

describe("planTunnels, of a repair that is held up", () => {
  const heldUp = { reason: "lease-held", since: AT + 200 } as const;
  const lost = [down("one-a"), up("one-b")];
  const remembered = () => withHeldUp(planLater(lost, 200).memory, "lease-held", AT + 200);

  it("remembers since when, while the repair is due", () => {
    expect(planOf(lost, { memory: remembered(), now: AT + 260 })).toMatchObject({
      repair: { tunnel: "one-a" },
      memory: { heldUp },
    });
  });

  it("forgets it once no repair is due", () => {
    const back = [up("one-a"), up("one-b")];
    expect(planOf(back, { memory: remembered(), now: AT + 260 })).toMatchObject({
      repair: null,
      memory: { heldUp: null },
    });
    expect(planOf(lost, { memory: remembered(), now: AT + 260, frozen: true }).memory.heldUp).toBeNull();
  });
});
