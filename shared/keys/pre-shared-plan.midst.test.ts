import { describe, expect, it } from "vitest";
import { awsEnd, azureEnd, down, up } from "../tunnels/test-tunnels.ts";
import {
  keyOf,
  knownOf,
  memoryWith,
  NOW,
  old,
  planWith,
  policy,
  reasonOf,
  stored,
} from "./test-pre-shared.ts";

const attempt = { tunnel: "one-a", versionId: "p", startedAt: NOW - 60, turnedBack: null };
const pending = stored("p", { createdAt: NOW - 60 });
const asked = (end: "aws" | "azure", at: number, versionId = "p") => ({ end, versionId, at });
const modifying = { ...up("one-a"), aws: awsEnd({ connectionState: "modifying" }) };
const updating = { ...up("one-a"), azure: azureEnd({ provisioning: "updating" }) };
const one = (key: ReturnType<typeof keyOf>) => [key, keyOf("one-b")];

describe("planPreSharedKeys, in the midst of a rotation", () => {
  const staged = one(keyOf("one-a", { current: old("c"), pending }));
  const halfway = one(keyOf("one-a", { azure: "pending", pending }));
  const inPlace = one(keyOf("one-a", { aws: "pending", azure: "pending", pending }));

  it("sets Azure first, as that takes no replacement", () => {
    const expected = { kind: "set", end: "azure", tunnel: "one-a", versionId: "p", reason: "rotate" };
    expect(planWith({ keys: staged }).step).toMatchObject(expected);
  });

  it("waits after it has asked Azure, and while Azure is at it", () => {
    const known = knownOf("one-a", { asked: [asked("azure", NOW - policy.settleSeconds + 1)] });
    expect(reasonOf(planWith({ keys: staged, memory: memoryWith({ attempt }, known) }), "one-a")).toBe(
      "settling",
    );
    const tunnels = [updating, up("one-b")];
    expect(reasonOf(planWith({ keys: staged, tunnels, memory: memoryWith({ attempt }) }), "one-a")).toBe(
      "settling",
    );
  });

  it("asks again when Azure has accepted the key and does not have it, and gives up after the third time", () => {
    const once = knownOf("one-a", { asked: [asked("azure", NOW - policy.settleSeconds)] });
    expect(planWith({ keys: staged, memory: memoryWith({ attempt }, once) }).step).toMatchObject({
      end: "azure",
    });
    const times = [NOW - 5_000, NOW - 4_000, NOW - policy.settleSeconds];
    const thrice = knownOf("one-a", { asked: times.map((at) => asked("azure", at)) });
    expect(planWith({ keys: staged, memory: memoryWith({ attempt }, thrice) }).step).toEqual({
      kind: "drop",
      tunnel: "one-a",
      versionId: "p",
      reason: "rotation-failed",
      failed: "not-taken-by-azure",
    });
  });

  it("gives up as well when Azure has refused the key for so long", () => {
    const late = { ...attempt, startedAt: NOW - 1_800 };
    expect(planWith({ keys: staged, memory: memoryWith({ attempt: late }) }).step).toMatchObject({
      kind: "drop",
      failed: "not-taken-by-azure",
    });
  });

  it("then sets AWS, as soon as Azure is read back with the new key", () => {
    const known = knownOf("one-a", { asked: [asked("azure", NOW - 30)] });
    expect(planWith({ keys: halfway, memory: memoryWith({ attempt }, known) }).step).toMatchObject({
      kind: "set",
      end: "aws",
      versionId: "p",
      reason: "rotate",
    });
  });

  it("sets AWS also when the tunnel was lost by Azure's new key", () => {
    const tunnels = [down("one-a"), up("one-b")];
    expect(planWith({ keys: halfway, tunnels }).step).toMatchObject({ end: "aws", reason: "rotate" });
  });

  it("sets Azure back, which is one quick change, when the others cannot carry the traffic any more", () => {
    const tunnels = [up("one-a"), down("one-b")];
    expect(planWith({ keys: halfway, tunnels, memory: memoryWith({ attempt }) }).step).toEqual({
      kind: "set",
      end: "azure",
      tunnel: "one-a",
      versionId: "c",
      reason: "roll-back",
      failed: "unsafe",
    });
  });

  it("waits half-way, and gives nothing up, while what the tunnels concern remembers cannot be read", () => {
    const memory = memoryWith({ attempt });
    for (const keys of [staged, halfway]) {
      const plan = planWith({ keys, memory, tunnelsMemory: null });
      expect(plan.step).toBeNull();
      expect(reasonOf(plan, "one-a")).toBe("memory-unreadable");
    }
    const tunnels = [up("one-a"), down("one-b")];
    expect(planWith({ keys: halfway, memory, tunnels, tunnelsMemory: null }).step).toMatchObject({
      end: "azure",
      reason: "roll-back",
    });
  });

  it("turns back at once when AWS has refused, although AWS is busy with another tunnel", () => {
    const refused = { ...asked("aws", NOW - 30), refused: "IncorrectState" };
    const memory = memoryWith({ attempt }, knownOf("one-a", { asked: [refused] }));
    const aws = awsEnd({ connectionState: "modifying" });
    const tunnels = [{ ...up("one-a"), aws }, down("one-b")];
    expect(planWith({ keys: halfway, memory, tunnels }).step).toMatchObject({ reason: "roll-back" });
  });

  it("sets Azure back when AWS has not taken the key in time, or not after three times", () => {
    const late = { ...attempt, startedAt: NOW - 1_800 };
    const roll = { end: "azure", reason: "roll-back", failed: "not-taken-by-aws" };
    expect(planWith({ keys: halfway, memory: memoryWith({ attempt: late }) }).step).toMatchObject(roll);
    const times = [NOW - 900, NOW - 600, NOW - policy.settleSeconds];
    const known = knownOf("one-a", { asked: times.map((at) => asked("aws", at)) });
    expect(planWith({ keys: halfway, memory: memoryWith({ attempt }, known) }).step).toMatchObject(roll);
  });

  it("sets nothing back while AWS may be at it: the ends would change places", () => {
    const known = knownOf("one-a", { asked: [asked("aws", NOW - 60)] });
    const tunnels = [up("one-a"), down("one-b")];
    const memory = memoryWith({ attempt }, known);
    expect(reasonOf(planWith({ keys: halfway, tunnels, memory }), "one-a")).toBe("settling");
    const later = memoryWith({ attempt }, knownOf("one-a", { asked: [asked("aws", NOW - 1_000)] }));
    const busy = [modifying, down("one-b")];
    expect(reasonOf(planWith({ keys: halfway, tunnels: busy, memory: later }), "one-a")).toBe("tunnel-busy");
  });

  it("goes on back when it has turned back, although all is well again", () => {
    const back = { ...attempt, turnedBack: "unsafe" as const };
    const memory = memoryWith({ attempt: back });
    expect(planWith({ keys: halfway, memory }).step).toMatchObject({ end: "azure", reason: "roll-back" });
    expect(planWith({ keys: staged, memory }).step).toMatchObject({ kind: "drop", failed: "unsafe" });
  });

  it("goes on forward without what it remembered, when all is well", () => {
    expect(planWith({ keys: halfway, memory: memoryWith() }).step).toMatchObject({
      end: "aws",
      reason: "rotate",
    });
  });

  it("sets Azure when AWS alone has the new key: back would be another replacement", () => {
    for (const azure of ["current", "other", "none"] as const) {
      const keys = one(keyOf("one-a", { aws: "pending", azure, pending }));
      const tunnels = [down("one-a"), down("one-b")];
      expect(planWith({ keys, tunnels }).step).toMatchObject({
        end: "azure",
        versionId: "p",
        reason: "finish",
      });
    }
  });

  it("waits with that while AWS's end is being changed again", () => {
    const keys = one(keyOf("one-a", { aws: "pending", azure: "other", pending }));
    const aws = awsEnd({
      status: "down",
      ipsec: "down",
      connectionState: "modifying",
      provisioning: "pending",
    });
    const plan = planWith({ keys, tunnels: [{ ...down("one-a"), aws }, up("one-b")] });
    expect(reasonOf(plan, "one-a")).toBe("tunnel-busy");
  });

  it("sets AWS when somebody has given it another key and Azure has the new one, once the tunnel is lost", () => {
    const keys = one(keyOf("one-a", { aws: "other", azure: "pending", pending }));
    expect(reasonOf(planWith({ keys }), "one-a")).toBe("still-up");
    const tunnels = [down("one-a"), up("one-b")];
    expect(planWith({ keys, tunnels }).step).toMatchObject({ end: "aws", versionId: "p", reason: "finish" });
  });

  it("promotes once both ends have the key, nobody is at work, and the tunnel is up on both ends", () => {
    const memory = memoryWith({ attempt });
    const promote = { kind: "promote", tunnel: "one-a", from: "c", to: "p", failed: null };
    expect(planWith({ keys: inPlace, memory }).step).toEqual(promote);
    expect(reasonOf(planWith({ keys: inPlace, memory, tunnels: [modifying, up("one-b")] }), "one-a")).toBe(
      "tunnel-busy",
    );
    expect(
      reasonOf(planWith({ keys: inPlace, memory, tunnels: [down("one-a"), up("one-b")] }), "one-a"),
    ).toBe("coming-up");
    const lag = { ...up("one-a"), azure: azureEnd({ status: "connecting" }) };
    expect(reasonOf(planWith({ keys: inPlace, memory, tunnels: [lag, up("one-b")] }), "one-a")).toBe(
      "coming-up",
    );
  });

  it("does not believe a tunnel that AWS was only just asked to change", () => {
    const known = knownOf("one-a", { asked: [asked("aws", NOW - policy.settleSeconds + 1)] });
    expect(reasonOf(planWith({ keys: inPlace, memory: memoryWith({ attempt }, known) }), "one-a")).toBe(
      "settling",
    );
  });

  it("promotes what is at both ends when it does not come up in time, and tells: back is two changes", () => {
    const known = knownOf("one-a", { inPlaceSince: NOW - 2_700, upSince: null });
    const tunnels = [down("one-a"), up("one-b")];
    expect(planWith({ keys: inPlace, tunnels, memory: memoryWith({ attempt }, known) }).step).toMatchObject({
      kind: "promote",
      failed: "not-up-in-time",
    });
  });

  it("drops a pending version that is no key of ours", () => {
    const keys = one(keyOf("one-a", { pending: stored("j", { origin: null }) }));
    expect(planWith({ keys }).step).toEqual({
      kind: "drop",
      tunnel: "one-a",
      versionId: "j",
      reason: "unusable",
      failed: null,
    });
  });

  it("replaces the label that a promotion left behind when it makes the next key", () => {
    const keys = one({ ...keyOf("one-a"), stored: { current: old("c"), pending: null, pendingLabel: "c" } });
    expect(planWith({ keys }).step).toMatchObject({ kind: "stage", from: "c" });
  });
});
