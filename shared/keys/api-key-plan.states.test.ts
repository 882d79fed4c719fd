/** What becomes of states that no rotation leaves by itself: labels moved by hand, and a vault that people change. */
import { describe, expect, it } from "vitest";
import type { KeyLabels } from "./api-key-schema.ts";
import { type Case, FOREIGN, inVault, labelled, NEW, NOW, OLD, OLDER, planOf } from "./test-api-keys.ts";

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
/** It is current, and the old one is previous. */
const promotedLabels = { current: labelled(NEW), previous: labelled(OLD) };
const promoted: Case = {
  labels: promotedLabels,
  vault: inVault(NEW),
  log: { loaded: both, used: [NEW] },
};

describe("planApiKey", () => {
  it.each<[string, Case]>([
    ["other-scopes", { ...staged, desired: { scopes: ["poll"] } }],
    ["outdated", { labels: { pending: labelled(OLDER) } }],
  ])("drops a pending key that was never pushed at once: %s", (reason, given) => {
    const vault = inVault(OLD, { createdAt: NOW - 90 * 86_400 });
    expect(stepOf({ ...given, vault })).toMatchObject({ kind: "drop-pending", reason });
  });

  it("drops a pending key that the vault had before only when bunny needs it no more", () => {
    const vault = inVault(OLD, { version: "vault-again", createdAt: NOW - 1_000 });
    const taken = { ...staged, vault };
    expect(stepOf(taken)).toEqual(dropOf(NEW, "taken-back"));
    expect(waitOf({ ...taken, log: { loaded: both, used: [OLD, NEW] } })).toBe("still-used");
    expect(waitOf({ ...taken, log: { loaded: both, used: [] } })).toBe("bunny-not-heard");
    expect(waitOf({ ...taken, memory: { vault: since(1_000, "vault-again") } })).toBe("grace");
    // Somebody has put the label there a moment ago: a pod that was locked out may get in by it again.
    expect(waitOf({ ...taken, memory: { pending: since(60, `version-${NEW}`) } })).toBe("grace");
  });

  it("tells by what it saw, and not only by the clouds' dates, that the vault was written after the staging", () => {
    // By the vault's clock, which may be slow, its version is older than the key.
    const vault = inVault(OLD, { version: "vault-again", createdAt: labelled(NEW).createdAt - 200 });
    const log = { loaded: both, used: [OLD, NEW] };
    const memory = { vault: since(3_700, "vault-again"), pending: since(3_800, `version-${NEW}`) };
    expect(waitOf({ ...staged, vault, log, memory })).toBe("still-used");
    expect(stepOf({ ...staged, vault, memory: { ...memory, vault: since(3_900, "vault-again") } })).toEqual(
      pushOf(NEW, "again", "rotation"),
    );
    // Seen for the first time together, the dates decide, and they may differ by minutes.
    expect(waitOf({ ...staged, vault, log })).toBe("still-used");
    const older = inVault(OLD, { createdAt: labelled(NEW).createdAt - 301 });
    expect(stepOf({ ...staged, vault: older })).toEqual(pushOf(NEW, OLD, "rotation"));
  });

  it.each<[string, Case]>([
    ["absent", { vault: null }],
    ["unknown-in-vault", { vault: inVault(NEW) }],
    ["unknown-in-vault", { vault: inVault(null) }],
    ["previous-in-vault", { labels: { previous: labelled(OLDER) }, vault: inVault(OLDER) }],
    [
      "pending-disabled",
      {
        labels: { pending: labelled(NEW) },
        vault: inVault(NEW, { enabled: false }),
      },
    ],
    [
      "pending-unfit",
      {
        labels: { pending: labelled(NEW, { key: { id: NEW, identity: "other", scopes: ["poll"] } }) },
        vault: inVault(NEW),
      },
    ],
  ])("pushes the current key when the vault has none that is to stay: %s", (reason, given) => {
    expect(stepOf(given)).toMatchObject({ kind: "push", keyId: OLD, reason });
    expect(waitOf({ ...given, log: { loaded: [[OLD], []] } })).toBe("replicas-behind");
  });

  it.each<[string, Partial<KeyLabels>]>([
    ["on a value of a person's", { pending: FOREIGN }],
    ["on a copy of the current key", { pending: labelled(OLD, { versionId: "version-copy" }) }],
  ])("takes the pending label off at once where it gives nothing: %s", (_where, labels) => {
    expect(stepOf({ labels })).toMatchObject({ kind: "drop-pending", reason: "idle" });
  });

  it("goes on with a key that is both pending and previous as with a pending one", () => {
    const labels = { pending: labelled(NEW), previous: labelled(NEW) };
    const moved = { labels, vault: inVault(NEW), log: { loaded: both, used: [NEW] } };
    expect(stepOf(moved)).toMatchObject({ kind: "promote", to: `version-${NEW}` });
    expect(stepOf({ ...moved, labels: { ...labels, current: null } })).toMatchObject({ kind: "promote" });
    expect(stepOf({ ...moved, vault: inVault(OLD) })).toMatchObject({ kind: "push", keyId: NEW });
  });

  it("makes the previous key current again when what is current is a value of a person's", () => {
    const given = { labels: { current: FOREIGN, previous: labelled(OLD), pending: labelled(NEW) } };
    expect(stepOf(given)).toEqual({
      kind: "restore-previous",
      from: "version-foreign",
      to: `version-${OLD}`,
    });
    expect(planOf(given).troubles.map(({ reason }) => reason)).toContain("current-foreign");
  });

  it("makes the pending key current when there is no other one, and stages one when there is none", () => {
    const to = `version-${NEW}`;
    const labels = { current: null, pending: labelled(NEW) };
    expect(stepOf({ labels })).toEqual({ kind: "promote", from: null, to, reason: "nothing-current" });
    expect(stepOf({ labels: { current: null }, vault: null })).toMatchObject({
      kind: "stage",
      reason: "absent",
    });
    expect(stepOf({ labels: { current: FOREIGN } })).toMatchObject({ kind: "stage", reason: "absent" });
  });

  it("stages during the grace when the vault's version is disabled: nobody could change over", () => {
    const vault = inVault(NEW, { enabled: false });
    const given = { ...promoted, vault, memory: { previous: since(60, `version-${OLD}`) } };
    expect(stepOf(given)).toMatchObject({ kind: "stage", reason: "disabled" });
    const pending = labelled(OLDER, { createdAt: NOW - 100 });
    const log = { loaded: [[OLDER, NEW, OLD]], used: [OLD] };
    expect(stepOf({ ...given, labels: { ...promotedLabels, pending }, log })).toMatchObject({
      kind: "push",
      keyId: OLDER,
    });
  });

  it("pushes even an outdated key when the vault's version is disabled and that key is still used", () => {
    const labels = { pending: labelled(OLDER) };
    const vault = inVault(OLD, { enabled: false });
    const log = { loaded: [[OLDER, OLD]], used: [OLDER] };
    expect(stepOf({ labels, vault, log })).toMatchObject({ kind: "push", keyId: OLDER });
    expect(stepOf({ labels, vault, log: "not-searched" })).toMatchObject({ reason: "log-not-searched" });
  });
});
