import { describe, expect, it } from "vitest";
import { type Freeze, NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import type { Granted, Held } from "../lease/lease.ts";
import { writePermit } from "./write-permit.ts";

function start(
  changes: { answer?: Granted | Held; isHeld?: boolean; freeze?: Freeze; remainingMs?: number } = {},
) {
  const { answer = { fence: 7 }, isHeld = true, freeze = NEVER_FROZEN, remainingMs = 60_000 } = changes;
  const calls: string[] = [];
  const permit = writePermit({
    lease: {
      acquire: async (holder) => {
        calls.push(`acquire ${holder}`);
        return answer;
      },
      check: async (fence) => {
        calls.push(`check ${fence}`);
        return isHeld;
      },
      release: async (fence) => void calls.push(`release ${fence}`),
    },
    freezes: { read: async () => freeze },
    holder: "run-1",
    remainingMs: () => remainingMs,
    reserveMs: 60_000,
  });
  return { permit, calls };
}

describe("writePermit", () => {
  it("asks for the lease once, and checks it before each write", async () => {
    const { permit, calls } = start();
    expect([await permit.ask(), await permit.ask()]).toEqual([null, null]);
    expect(permit.heldBy()).toBeNull();
    await permit.release();
    expect(calls).toEqual(["acquire run-1", "check 7", "check 7", "release 7"]);
  });

  it("never holds the lease for a run that writes nothing", async () => {
    const { permit, calls } = start();
    await permit.release();
    expect(calls).toEqual([]);
  });

  it.each([
    ["lease-held", { answer: { holder: "run-0", until: 100 } }],
    ["lease-lost", { isHeld: false }],
    ["frozen", { freeze: UNREADABLE }],
    ["no-time-left", { remainingMs: 59_999 }],
  ])("withholds it: %s", async (code, changes) => {
    const { permit } = start(changes);
    expect(await permit.ask()).toBe(code);
  });

  it("says who has the lease, and releases none that is another's", async () => {
    const { permit, calls } = start({ answer: { holder: "run-0", until: 100 } });
    await permit.ask();
    await permit.release();
    expect(permit.heldBy()).toEqual({ holder: "run-0", until: 100 });
    expect(calls).toEqual(["acquire run-1"]);
  });
});
