import { describe, expect, it } from "vitest";
import { needsKeyLog } from "./api-key-plan.ts";
import type { ApiKeyStep } from "./api-key-steps.ts";
import { type Case, DESIRED, inVault, labelled, NEW, NOW, OLD, OLDER, planOf } from "./test-api-keys.ts";

const stepOf = (given: Case) => planOf(given).step;
const waitOf = (given: Case) => {
  const { step } = planOf(given);
  return step.kind === "wait" ? step.reason : step.kind;
};
const pushOf = (keyId: string, over: string | null, reason: string) => ({
  kind: "push",
  versionId: `version-${keyId}`,
  keyId,
  over: over === null ? null : `vault-${over}`,
  reason,
});
const dropOf = (keyId: string, reason: string) => ({
  kind: "drop-pending",
  versionId: `version-${keyId}`,
  reason,
});
const since = (seconds: number, id: string) => ({ id, since: NOW - seconds });

const both = [
  [OLD, NEW],
  [OLD, NEW],
];
/** The new key is pending, loaded everywhere, and not pushed. */
const staged: Case = { labels: { pending: labelled(NEW) }, log: { loaded: both } };
/** It is pushed, and bunny uses it. */
const used: Case = { ...staged, vault: inVault(NEW), log: { loaded: both, used: [NEW] } };
/** It is current, and the old one is previous. */
const promotedLabels = { current: labelled(NEW), previous: labelled(OLD) };
const promoted: Case = {
  labels: promotedLabels,
  vault: inVault(NEW),
  log: { loaded: both, used: [NEW] },
};

describe("planApiKey", () => {
  it("plans nothing while the key is young, and says when its time comes", () => {
    const plan = planOf();
    expect(plan.step).toEqual({ kind: "none" });
    expect(plan.troubles).toEqual([]);
    expect(plan.nextAt).toBe(labelled(OLD).createdAt + DESIRED.rotateEverySeconds);
  });

  it("stages a new key when the current one's time has come, in the place of the label that was left on it", () => {
    const desired = { rotateEverySeconds: 10 * 86_400 };
    expect(stepOf({ desired })).toEqual({ kind: "stage", from: null, reason: "rotation-due" });
    const labels = { pending: labelled(OLD) };
    expect(stepOf({ desired, labels })).toMatchObject({ kind: "stage", from: `version-${OLD}` });
    expect(stepOf({ desired: { rotateEverySeconds: 10 * 86_400 + 1 } })).toEqual({ kind: "none" });
  });

  it.each<[string, Case]>([
    ["asked-for", { askedAt: NOW - 60 }],
    ["disabled", { vault: inVault(OLD, { enabled: false }) }],
    ["other-identity", { desired: { identity: "other.example.com", asGood: ["other.example.com"] } }],
    ["other-scopes", { desired: { scopes: ["poll"] } }],
  ])("stages a new key at once: %s", (reason, given) => {
    expect(stepOf(given)).toEqual({ kind: "stage", from: null, reason });
  });

  it("keeps a key that is for another name of the same certificates", () => {
    const desired = { identity: "new.example.com", asGood: ["bunny.example.com", "new.example.com"] };
    expect(stepOf({ desired })).toEqual({ kind: "none" });
  });

  it("waits until what was set into the vault last is used, also where no rotation is under way", () => {
    const memory = { used: null };
    expect(stepOf({ memory, log: "not-searched" })).toMatchObject({ reason: "log-not-searched" });
    expect(stepOf({ memory, log: { used: [] } })).toMatchObject({ kind: "wait", reason: "awaiting-use" });
    const plan = planOf({ memory });
    expect(plan.step).toEqual({ kind: "none" });
    expect(plan.memory.used).toEqual({ id: `vault-${OLD}`, since: NOW });
    expect(stepOf({ memory, desired: { proof: { after: 600 } } })).toEqual({ kind: "none" });
  });

  it("tells of a label that is not moved in time, and forgets what was begun once it is wanted no more", () => {
    const begun = (seconds: number) => ({ draft: { id: "begun", since: NOW - seconds } });
    const given = (seconds: number): Case => ({ askedAt: NOW, memory: begun(seconds) });
    expect(planOf(given(599)).troubles).toEqual([]);
    expect(planOf(given(600)).troubles).toEqual([{ reason: "not-labelled", since: NOW - 600, replicas: [] }]);
    expect(planOf(given(600)).memory.draft?.id).toBe("begun");
    expect(planOf({ memory: begun(600) })).toMatchObject({ troubles: [], memory: { draft: null } });
  });

  it("leaves a vault alone for a while that has refused a key over nothing, and tries it again", () => {
    const given = (seconds: number): Case => ({
      vault: null,
      memory: { hidden: { since: NOW - 7_200, triedAt: NOW - seconds } },
    });
    expect(stepOf(given(899))).toMatchObject({ kind: "wait", reason: "vault-deleted", until: NOW + 1 });
    expect(stepOf(given(900))).toMatchObject({ kind: "push", reason: "absent", over: null });
    for (const seconds of [899, 900])
      expect(planOf(given(seconds)).troubles).toEqual([
        { reason: "vault-deleted", since: NOW - 7_200, replicas: [] },
      ]);
    expect(planOf({ memory: given(1).memory ?? {} }).memory.hidden).toBeNull();
  });

  it("does nothing for a person who asked before the current key was made", () => {
    expect(stepOf({ askedAt: labelled(OLD).createdAt })).toEqual({ kind: "none" });
  });

  it("pushes the pending key once every replica heard has loaded it, over the version that it saw", () => {
    expect(stepOf(staged)).toEqual(pushOf(NEW, OLD, "rotation"));
  });

  it("remembers a push before it is made, as its answer may be lost", () => {
    expect(planOf(staged).memory.pushAsked).toEqual({ id: `version-${NEW}`, since: NOW });
  });

  it("promotes the pushed key once it is used, and not before", () => {
    const to = `version-${NEW}`;
    expect(stepOf(used)).toEqual({ kind: "promote", from: `version-${OLD}`, to, reason: "used" });
    expect(waitOf({ ...used, log: { loaded: both, used: [OLD] } })).toBe("awaiting-use");
  });

  it("goes on when the pushed key is used although the link asks for other scopes by now", () => {
    expect(stepOf({ ...used, desired: { scopes: ["poll"] } })).toMatchObject({ kind: "promote" });
  });

  it("retires the previous key when its grace is over and nobody uses it", () => {
    expect(stepOf(promoted)).toEqual({ kind: "retire", versionId: `version-${OLD}` });
  });

  it("counts the grace from when the vault was last given another key, too", () => {
    expect(waitOf({ ...promoted, memory: { vault: since(3_599, `vault-${NEW}`) } })).toBe("grace");
    expect(stepOf({ ...promoted, memory: { vault: since(3_600, `vault-${NEW}`) } })).toMatchObject({
      kind: "retire",
    });
  });

  it("begins no rotation during the grace, however due it is", () => {
    const memory = { previous: since(600, `version-${OLD}`) };
    expect(waitOf({ ...promoted, memory, askedAt: NOW })).toBe("grace");
    expect(waitOf({ ...promoted, memory, desired: { rotateEverySeconds: 60 } })).toBe("grace");
  });

  it("holds a key that is staged during the grace until that is over", () => {
    const labels = { pending: labelled(NEW), previous: labelled(OLDER) };
    const memory = { previous: since(600, `version-${OLDER}`) };
    expect(waitOf({ ...staged, labels, memory })).toBe("grace");
    expect(stepOf({ ...staged, labels })).toEqual({ kind: "retire", versionId: `version-${OLDER}` });
  });

  it("promotes nothing over a previous key that somebody may need: the label would be taken off it", () => {
    const labels = { pending: labelled(NEW), previous: labelled(OLDER) };
    expect(waitOf({ ...used, labels, log: { loaded: both, used: [NEW, OLDER] } })).toBe("still-used");
    expect(stepOf({ ...used, labels })).toEqual({ kind: "retire", versionId: `version-${OLDER}` });
  });

  it("drops a pending key that not every replica loaded in time, and waits for a while before the next", () => {
    const late = { ...staged, log: { loaded: [[OLD, NEW], [OLD]] } };
    const memory = { pending: since(DESIRED.provenWithinSeconds, `version-${NEW}`) };
    const plan = planOf({ ...late, memory });
    expect(plan.step).toEqual(dropOf(NEW, "not-loaded"));
    expect(plan.memory).toMatchObject({ givenUpAt: NOW, movedAt: NOW });
    const inTime = { pending: since(DESIRED.provenWithinSeconds - 1, `version-${NEW}`) };
    expect(stepOf({ ...late, memory: inTime })).toMatchObject({
      reason: "replicas-behind",
      replicas: ["relay-1"],
      until: NOW + 1,
    });
    const after = { askedAt: NOW, memory: { givenUpAt: NOW - 60 } };
    expect(waitOf(after)).toBe("back-off");
    expect(planOf(after).troubles).toEqual([{ reason: "given-up", since: NOW - 60, replicas: [] }]);
    expect(
      stepOf({ askedAt: NOW, memory: { givenUpAt: NOW - 4 * DESIRED.provenWithinSeconds } }),
    ).toMatchObject({
      kind: "stage",
    });
  });

  it("does not drop a pending key of which nobody can tell whether it is loaded", () => {
    const memory = { pending: since(86_400, `version-${NEW}`) };
    expect(waitOf({ ...staged, memory, log: "unreadable" })).toBe("log-unreadable");
    expect(waitOf({ ...staged, memory, log: { loaded: [] } })).toBe("no-replica-heard");
  });

  it("does not drop a key at once that the vault was asked to take: the answer may have been lost", () => {
    const late = { ...staged, log: { loaded: [[OLD, NEW], [OLD]] } };
    const pushAsked = since(60, `version-${NEW}`);
    expect(waitOf({ ...late, memory: { pushAsked } })).toBe("grace");
    const longAgo = since(DESIRED.graceSeconds, `version-${NEW}`);
    expect(stepOf({ ...late, memory: { pushAsked: longAgo } })).toEqual(dropOf(NEW, "not-loaded"));
  });

  it("tries a push again that had no effect", () => {
    expect(stepOf({ ...staged, memory: { pushAsked: since(60, `version-${NEW}`) } })).toEqual(
      pushOf(NEW, OLD, "rotation"),
    );
  });

  it.each<[string, Case]>([
    ["labels-unreadable", { labels: "unreadable" }],
    ["secret-deleted", { labels: "deleted" }],
    ["vault-unreadable", { vault: "unreadable" }],
    ["vault-deleted", { vault: "deleted" }],
  ])("changes nothing when it cannot tell: %s", (reason, given) => {
    const plan = planOf({ ...given, askedAt: NOW, memory: { blindSince: NOW - 700 } });
    expect(plan.step).toMatchObject({ kind: "wait", reason });
    expect(plan.troubles).toEqual([{ reason, since: NOW - 700, replicas: [] }]);
  });

  it("learns and changes nothing right after a label was moved: what is read may be old", () => {
    const given = { ...used, memory: { movedAt: NOW - 9 } };
    const plan = planOf(given);
    expect(plan).toMatchObject({ step: { reason: "labels-unsettled", until: NOW + 1 }, nextAt: NOW + 1 });
    expect(plan.memory.current).toEqual(since(7_200, `version-${OLD}`));
    expect(stepOf({ ...used, memory: { movedAt: NOW - 10 } })).toMatchObject({ kind: "promote" });
  });

  it("waits anew for everything when what it remembers is lost", () => {
    expect(waitOf({ ...promoted, memory: null })).toBe("grace");
    expect(waitOf({ ...staged, memory: null })).toBe("settling");
  });

  it("has relay's log searched only where the plan depends on it", () => {
    expect(needsKeyLog(planOf({ ...staged, log: "not-searched" }))).toBe(true);
    expect(needsKeyLog(planOf({ ...used, log: "not-searched" }))).toBe(true);
    expect(needsKeyLog(planOf({ ...promoted, log: "not-searched" }))).toBe(true);
    expect(needsKeyLog(planOf({ log: "not-searched" }))).toBe(false);
    const memory = { pending: since(60, `version-${NEW}`) };
    expect(needsKeyLog(planOf({ ...staged, log: "not-searched", memory }))).toBe(false);
  });

  it("moves no label and makes no push that it does not name with what it saw", () => {
    const steps: ApiKeyStep["kind"][] = [];
    for (const given of [staged, used, promoted, { askedAt: NOW }]) {
      const { step, memory } = planOf(given);
      if (step.kind === "wait" || step.kind === "none") continue;
      steps.push(step.kind);
      expect(memory.movedAt).toBe(step.kind === "push" ? null : NOW);
    }
    expect(steps).toEqual(["push", "promote", "retire", "stage"]);
  });
});
