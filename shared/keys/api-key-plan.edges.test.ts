/** The very second, and what cannot be there, of a plan for an API key. */
import { describe, expect, it } from "vitest";
import {
  type Case,
  DESIRED,
  FOREIGN,
  inVault,
  labelled,
  NEW,
  NOW,
  OLD,
  OLDER,
  planOf,
} from "./test-api-keys.ts";

const stepOf = (given: Case) => planOf(given).step;
const since = (seconds: number, id: string) => ({ id, since: NOW - seconds });
const both = [
  [OLD, NEW],
  [OLD, NEW],
];
const staged: Case = { labels: { pending: labelled(NEW) }, log: { loaded: both } };
const rotation = { kind: "push", versionId: `version-${NEW}`, keyId: NEW, reason: "rotation" };
const dropOf = (keyId: string, reason: string) => ({
  kind: "drop-pending",
  versionId: `version-${keyId}`,
  reason,
});
/** Written to the vault after the pending key was made, by the clouds' dates. */
const again = inVault(OLD, { version: "vault-again", createdAt: NOW - 1_000 });
const ancient = { createdAt: NOW - 90 * 86_400 };

describe("planApiKey says when there is next something to do", () => {
  it("at once, when there is a step, or when that cannot be told", () => {
    expect(planOf(staged).nextAt).toBe(NOW);
    expect(planOf({ labels: "unreadable" }).nextAt).toBe(NOW);
  });

  it("at the end of a wait that has one", () => {
    const memory = { hidden: { since: NOW - 7_200, triedAt: NOW - 899 } };
    expect(planOf({ vault: null, memory }).nextAt).toBe(NOW + 1);
  });

  it("and tells of no trouble while what it reads may be old", () => {
    const memory = { movedAt: NOW - 9, blindSince: NOW - 9_000 };
    expect(planOf({ labels: "unreadable", memory }).troubles).toEqual([]);
  });
});

describe("planApiKey, of what is not there", () => {
  it("pushes the current key into an empty vault, though another one is pending", () => {
    expect(stepOf({ ...staged, vault: null })).toMatchObject({ kind: "push", keyId: OLD, reason: "absent" });
  });

  it("takes the pending label from the value of a person's on which both labels stand", () => {
    expect(stepOf({ labels: { current: FOREIGN, pending: FOREIGN } })).toEqual({
      kind: "stage",
      from: "version-foreign",
      reason: "absent",
    });
  });

  it("awaits no use where the link takes it for granted", () => {
    const memory = { used: null, vault: since(60, `vault-${OLD}`) };
    expect(stepOf({ memory, desired: { proof: { after: 600 } } })).toEqual({ kind: "none" });
  });
});

describe("planApiKey, of a pending key that may have to go", () => {
  it("drops an outdated one though the vault's version is disabled, when nobody can have it", () => {
    const vault = inVault(OLD, { enabled: false, ...ancient });
    expect(stepOf({ labels: { pending: labelled(OLDER) }, vault })).toEqual(dropOf(OLDER, "outdated"));
  });

  it("keeps one that is as old as the current one", () => {
    const pending = labelled(NEW, { createdAt: labelled(OLD).createdAt });
    expect(stepOf({ ...staged, labels: { pending }, vault: inVault(OLD, ancient) })).toMatchObject(rotation);
  });

  it("takes one for taken back that is newer than the vault's version by no more than clocks differ", () => {
    const { createdAt } = labelled(NEW);
    expect(stepOf({ ...staged, vault: inVault(OLD, { createdAt: createdAt - 300 }) })).toEqual(
      dropOf(NEW, "taken-back"),
    );
    expect(stepOf({ ...staged, vault: inVault(OLD, { createdAt: createdAt - 301 }) })).toMatchObject(
      rotation,
    );
  });

  it("takes none for taken back while the vault is as it was when this very one was begun", () => {
    const begun = (id: string, vault: string) => ({
      ...staged,
      vault: again,
      memory: { begun: { id, vault } },
    });
    expect(stepOf(begun(`version-${NEW}`, "vault-again"))).toMatchObject(rotation);
    expect(stepOf(begun(`version-${NEW}`, "vault-other"))).toEqual(dropOf(NEW, "taken-back"));
    expect(stepOf(begun("version-other", "vault-again"))).toEqual(dropOf(NEW, "taken-back"));
  });

  it("waits past its time without an end when nobody can tell whether it is loaded", () => {
    const silent = (seconds: number): Case => ({
      ...staged,
      log: { loaded: [] },
      memory: { pending: since(seconds, `version-${NEW}`) },
    });
    expect(stepOf(silent(DESIRED.provenWithinSeconds - 1))).toMatchObject({ until: NOW + 1 });
    expect(stepOf(silent(DESIRED.provenWithinSeconds))).toMatchObject({ until: null });
  });

  it("waits before the next one, for four times as long as the last had", () => {
    expect(stepOf({ askedAt: NOW, memory: { givenUpAt: NOW - 60 } })).toEqual({
      kind: "wait",
      reason: "back-off",
      until: NOW - 60 + 4 * DESIRED.provenWithinSeconds,
      replicas: [],
    });
  });
});
