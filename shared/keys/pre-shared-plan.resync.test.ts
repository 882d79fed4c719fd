import { describe, expect, it } from "vitest";
import { awsEnd, azureEnd, down, up } from "../tunnels/test-tunnels.ts";
import {
  keyOf,
  knownOf,
  memoryWith,
  NOW,
  planWith,
  reasonOf,
  stored,
  tunnelsMemoryWith,
} from "./test-pre-shared.ts";

const pending = stored("p", { createdAt: NOW - 60 });
const asked = (end: "aws" | "azure", at: number, versionId = "p") => ({ end, versionId, at });
const one = (key: ReturnType<typeof keyOf>) => [key, keyOf("one-b")];

describe("planPreSharedKeys, when the ends differ", () => {
  const lost = [down("one-a"), up("one-b")];

  it("sets Azure back to the stored key, whether the tunnel is up or not", () => {
    for (const azure of ["other", "none"] as const) {
      const keys = one(keyOf("one-a", { azure }));
      const resync = { kind: "set", end: "azure", versionId: "c", reason: "re-sync", failed: null };
      expect(planWith({ keys, tunnels: lost }).step).toMatchObject(resync);
      expect(planWith({ keys }).step).toMatchObject(resync);
    }
  });

  describe("and the tunnel is up", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const attempt = { tunnel: "one-b", versionId: "p", startedAt: NOW - 600, turnedBack: null };

    it("leaves Azure's end alone unless every other tunnel is up, in step and steady", () => {
      expect(reasonOf(planWith({ keys, tunnels: [up("one-a"), down("one-b")] }), "one-a")).toBe(
        "other-not-up",
      );
      const differs = [keyOf("one-a", { azure: "other" }), keyOf("one-b", { aws: "other" })];
      expect(reasonOf(planWith({ keys: differs }), "one-a")).toBe("other-keys-unsettled");
      const memory = memoryWith({}, knownOf("one-b", { upSince: NOW - 10 }));
      expect(reasonOf(planWith({ keys, memory }), "one-a")).toBe("other-not-steady");
    });

    it("leaves Azure's end alone while another tunnel is taken down for its own key", () => {
      const rotated = keyOf("one-b", { aws: "pending", azure: "pending", pending });
      const both = [keyOf("one-a", { azure: "other" }), rotated];
      const tunnels = [up("one-a"), down("one-b")];
      const plan = planWith({ keys: both, tunnels, memory: memoryWith({ attempt }) });
      expect(plan.step).toBeNull();
      expect(reasonOf(plan, "one-a")).toBe("other-rotation");
      // Nothing is lost by it any more.
      const arriving = [down("one-a"), down("one-b")];
      const lostBoth = planWith({ keys: both, tunnels: arriving, memory: memoryWith({ attempt }) });
      expect(lostBoth.step).toMatchObject({ tunnel: "one-a", end: "azure", reason: "re-sync" });
    });

    it("leaves Azure's end alone that somebody has changed in the midst of its own rotation", () => {
      const changed = one(keyOf("one-a", { aws: "pending", azure: "other", pending }));
      expect(planWith({ keys: changed }).step).toMatchObject({ end: "azure", reason: "finish" });
      const alone = planWith({ keys: changed, tunnels: [up("one-a"), down("one-b")] });
      expect(reasonOf(alone, "one-a")).toBe("other-not-up");
      // We have set them apart ourselves: the tunnel may be lost at any moment.
      const ours = one(keyOf("one-a", { aws: "pending", azure: "current", pending }));
      expect(planWith({ keys: ours, tunnels: [up("one-a"), down("one-b")] }).step).toMatchObject({
        end: "azure",
        reason: "finish",
      });
    });
  });

  it("sets AWS back only once the tunnel carries nothing for certain", () => {
    const keys = one(keyOf("one-a", { aws: "other" }));
    expect(planWith({ keys, tunnels: lost }).step).toMatchObject({
      end: "aws",
      versionId: "c",
      reason: "re-sync",
    });
    expect(reasonOf(planWith({ keys }), "one-a")).toBe("still-up");
    const unsure = { ...down("one-a"), azure: { unknown: "unreachable" } };
    expect(reasonOf(planWith({ keys, tunnels: [unsure, up("one-b")] }), "one-a")).toBe("still-up");
  });

  it("waits while AWS's end may be changing: somebody may be giving it the key that Azure's has", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const changing = (provisioning: "pending" | "unknown" | "available") => {
      const aws = awsEnd({ status: "down", ipsec: "down", connectionState: "modifying", provisioning });
      return planWith({ keys, tunnels: [{ ...down("one-a"), aws }, up("one-b")] });
    };
    expect(reasonOf(changing("pending"), "one-a")).toBe("tunnel-busy");
    expect(reasonOf(changing("unknown"), "one-a")).toBe("tunnel-busy");
    // It is the connection's other tunnel.
    expect(changing("available").step).toMatchObject({ end: "azure", reason: "re-sync" });
  });

  it("leaves a tunnel alone that is up although neither end has the stored key", () => {
    const keys = one(keyOf("one-a", { aws: "other", azure: "other" }));
    expect(reasonOf(planWith({ keys }), "one-a")).toBe("still-up");
  });

  it("waits while a gateway is being changed, whichever of its connections it is about", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const updating = { ...up("one-b"), azure: azureEnd({ provisioning: "updating" }) };
    expect(reasonOf(planWith({ keys, tunnels: [down("one-a"), updating] }), "one-a")).toBe("tunnel-busy");
  });

  it("sets AWS back while no repair is under way, and Azure whether one is or not", () => {
    const work = { tunnel: "one-a", reason: "repair" as const, startedAt: NOW, dueAt: NOW + 600 };
    const tunnelsMemory = tunnelsMemoryWith({ work });
    const inAws = one(keyOf("one-a", { aws: "other" }));
    expect(reasonOf(planWith({ keys: inAws, tunnels: lost, tunnelsMemory }), "one-a")).toBe("work-under-way");
    const inAzure = one(keyOf("one-a", { azure: "other" }));
    expect(planWith({ keys: inAzure, tunnels: lost, tunnelsMemory }).step).toMatchObject({ end: "azure" });
  });

  it("does so with all tunnels down, with incidents open, and without any window", () => {
    const keys = [keyOf("one-a", { azure: "other" }), keyOf("one-b", { azure: "other" })];
    const tunnels = [down("one-a"), down("one-b")];
    const incidents = [{ key: "tunnels", severity: "critical" as const }];
    expect(planWith({ keys, tunnels, incidents }).step).toMatchObject({ tunnel: "one-a", reason: "re-sync" });
  });

  it("asks again after longer and longer pauses", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const known = (...ago: number[]) =>
      knownOf("one-a", { asked: ago.map((s) => asked("azure", NOW - s, "c")) });
    const at = (...ago: number[]) => planWith({ keys, tunnels: lost, memory: memoryWith({}, known(...ago)) });
    expect(at(300).step).toMatchObject({ end: "azure" });
    expect(reasonOf(at(299), "one-a")).toBe("settling");
    expect(at(2_000, 600).step).toMatchObject({ end: "azure" });
    expect(reasonOf(at(2_000, 200), "one-a")).toBe("back-off");
  });

  it("adopts a key that somebody has given to both ends", () => {
    const keys = one(keyOf("one-a", { aws: "other", azure: "other", same: true }));
    const adopt = { kind: "adopt", tunnel: "one-a", from: "c", reason: "changed-at-both-ends" };
    expect(planWith({ keys }).step).toEqual(adopt);
    const different = one(keyOf("one-a", { aws: "other", azure: "other" }));
    expect(planWith({ keys: different, tunnels: lost }).step).toMatchObject({
      end: "azure",
      reason: "re-sync",
    });
  });

  it("adopts AWS's key where nothing is stored, or what is stored is none of ours", () => {
    const ends = { aws: "other", azure: "none" } as const;
    const nothing = one(keyOf("one-a", { ...ends, current: null }));
    expect(planWith({ keys: nothing, tunnels: lost }).step).toEqual({
      kind: "adopt",
      tunnel: "one-a",
      from: null,
      reason: "nothing-stored",
    });
    const junk = one(keyOf("one-a", { ...ends, current: stored("j", { origin: null }) }));
    expect(planWith({ keys: junk, tunnels: lost }).step).toMatchObject({ kind: "adopt", from: "j" });
    const alike = one(keyOf("one-a", { aws: "other", azure: "other", same: true, current: null }));
    expect(planWith({ keys: alike }).step).toMatchObject({ kind: "adopt", reason: "nothing-stored" });
  });

  it("makes the pending key current where AWS has it and nothing else is stored", () => {
    const keys = one(keyOf("one-a", { aws: "pending", azure: "other", current: null, pending }));
    expect(planWith({ keys }).step).toMatchObject({ kind: "promote", from: null, to: "p" });
  });
});

describe("planPreSharedKeys, when a tunnel works whose ends are read to have different keys", () => {
  const adopted = stored("c", { origin: "adopted" });
  const nothing = one(keyOf("one-a", { aws: "other", azure: "other", current: null }));
  const unsure = one(keyOf("one-a", { azure: "other", current: adopted }));
  const CODE = "ends-read-differently";

  it.each([
    ["up on both ends", up("one-a")],
    ["up in AWS, and Azure cannot be asked", { ...up("one-a"), azure: { unknown: "unreachable" } }],
    ["of an unknown state", { ...up("one-a"), aws: { unknown: "x" }, azure: { unknown: "x" } }],
  ])("neither adopts what AWS's end may be misread to have, nor sets it, while it is %s", (_, tunnel) => {
    const tunnels = [tunnel, up("one-b")];
    for (const keys of [nothing, unsure]) {
      const plan = planWith({ keys, tunnels });
      expect(plan).toMatchObject({ step: null, complete: false });
      expect(reasonOf(plan, "one-a")).toBe("unreadable");
      expect(plan.memory.tunnels[0]?.blind).toEqual({ since: NOW, code: CODE });
    }
  });

  it("takes the word of either end's reading for nothing once it is down, as one of them was wrong", () => {
    const memory = memoryWith({}, knownOf("one-a", { blind: { since: NOW - 60, code: CODE } }));
    const tunnels = [down("one-a"), up("one-b")];
    expect(planWith({ keys: nothing, tunnels, memory })).toMatchObject({ step: null, complete: false });
    expect(planWith({ keys: nothing, tunnels }).step).toMatchObject({ kind: "adopt" });
    expect(planWith({ keys: unsure, tunnels, memory }).step).toMatchObject({ end: "azure" });
  });

  it("tells it after a while, as what cannot be read", () => {
    const memory = memoryWith({}, knownOf("one-a", { blind: { since: NOW - 900, code: CODE } }));
    const { conditions } = planWith({ keys: nothing, memory });
    expect(conditions).toMatchObject([{ key: "pre-shared-key:one-a:unreadable" }]);
    expect(conditions[0]?.title).toContain(CODE);
  });

  it("goes on with a key that we have made, whose reading is beyond doubt", () => {
    for (const key of [keyOf("one-a", { azure: "other" }), keyOf("one-a", { azure: "none" })])
      expect(planWith({ keys: one(key) }).step).toMatchObject({ end: "azure", reason: "re-sync" });
    const halfway = keyOf("one-a", { aws: "current", azure: "pending", current: adopted, pending });
    expect(reasonOf(planWith({ keys: one(halfway) }), "one-a")).not.toBe("unreadable");
  });
});
