import { describe, expect, it } from "vitest";
import { KEY_TROUBLES, KEY_WAITS, keyStepText } from "./api-key-words.ts";
import { type Case, DESIRED, inVault, labelled, NEW, NOW, OLD, planOf } from "./test-api-keys.ts";

const troublesOf = (given: Case) => planOf(given).troubles;
const reasonsOf = (given: Case) => troublesOf(given).map(({ reason }) => reason);
const since = (seconds: number, id: string) => ({ id, since: NOW - seconds });
const WITHIN = DESIRED.provenWithinSeconds;

const behind: Case = { labels: { pending: labelled(NEW) }, log: { loaded: [] } };
const pushed: Case = { labels: { pending: labelled(NEW) }, vault: inVault(NEW), log: { used: [OLD] } };
const promoted: Case = {
  labels: { current: labelled(NEW), previous: labelled(OLD) },
  vault: inVault(NEW),
};

describe("the troubles of an API key", () => {
  it("are none while all is well, and while a rotation takes no longer than it may", () => {
    expect(troublesOf({})).toEqual([]);
    expect(troublesOf({ ...behind, memory: { pending: since(WITHIN - 1, `version-${NEW}`) } })).toEqual([]);
    expect(troublesOf({ ...pushed, memory: { vault: since(WITHIN - 1, `vault-${NEW}`) } })).toEqual([]);
  });

  it("tell of a key that relay has not loaded in time", () => {
    const memory = { pending: since(WITHIN, `version-${NEW}`) };
    expect(troublesOf({ ...behind, memory })).toEqual([
      { reason: "not-loaded", since: NOW - WITHIN, replicas: [] },
    ]);
  });

  it("name the replicas that have not loaded a current key", () => {
    const given = { vault: null, log: { loaded: [[OLD], []] } };
    expect(troublesOf(given)).toEqual([{ reason: "not-loaded", since: NOW - 7_200, replicas: ["relay-1"] }]);
  });

  it("tell of a key that bunny does not use in time", () => {
    const memory = { vault: since(WITHIN, `vault-${NEW}`) };
    expect(troublesOf({ ...pushed, memory })).toEqual([
      { reason: "not-used", since: NOW - WITHIN, replicas: [] },
    ]);
  });

  it("tell of an old key that is used past its grace, and of a bunny that is not heard", () => {
    expect(reasonsOf({ ...promoted, log: { used: [OLD, NEW] } })).toEqual(["previous-in-use"]);
    expect(reasonsOf({ ...promoted, log: { used: [] } })).toEqual(["bunny-not-heard"]);
  });

  it("tell of what people did to the vault", () => {
    expect(reasonsOf({ vault: inVault(OLD, { enabled: false }) })).toEqual(["vault-disabled"]);
    expect(reasonsOf({ vault: inVault(null) })).toEqual(["unknown-in-vault"]);
    expect(reasonsOf({ vault: inVault(NEW) })).toEqual(["unknown-in-vault"]);
    expect(reasonsOf({ vault: null })).toEqual([]);
  });

  it("tell of a log that cannot be searched, since it could not", () => {
    const memory = { blindSince: NOW - 900 };
    expect(troublesOf({ ...promoted, log: "unreadable", memory })).toEqual([
      { reason: "log-unreadable", since: NOW - 900, replicas: [] },
    ]);
  });

  it("tell of a key that is older than the link allows by more than two rotations take", () => {
    const took = 2 * (2 * WITHIN + DESIRED.graceSeconds);
    const age = 10 * 86_400;
    const late = { ...pushed, desired: { rotateEverySeconds: age - took } };
    expect(reasonsOf(late)).toContain("rotation-late");
    expect(reasonsOf({ ...late, desired: { rotateEverySeconds: age - took + 1 } })).not.toContain(
      "rotation-late",
    );
  });
});

describe("the words of API keys", () => {
  it("say each step in one short sentence", () => {
    const [from, to, versionId, keyId] = [null, "two", "one", OLD];
    expect(keyStepText({ kind: "stage", from, reason: "rotation-due" })).toBe(
      "make a new key: its time has come",
    );
    expect(keyStepText({ kind: "drop-pending", versionId, reason: "not-loaded" })).toBe(
      "drop the pending key: relay did not load it",
    );
    const push = { kind: "push", versionId, keyId, over: null } as const;
    expect(keyStepText({ ...push, reason: "rotation" })).toBe("push the new key: relay has loaded it");
    expect(keyStepText({ ...push, reason: "absent" })).toBe("push the current key: the vault has none");
    expect(keyStepText({ kind: "promote", from, to, reason: "used" })).toBe(
      "make the new key the current one: bunny uses it",
    );
    expect(keyStepText({ kind: "promote", from, to, reason: "nothing-current" })).toBe(
      "make the new key the current one: there is none",
    );
    expect(keyStepText({ kind: "retire", versionId })).toBe(
      "retire the previous key: nobody uses it any more",
    );
    expect(keyStepText({ kind: "restore-previous", from, to })).toBe(
      "make the previous key the current one again: what is current is no key of ours",
    );
  });

  it("are sentences that go on after a colon", () => {
    for (const text of [...Object.values(KEY_TROUBLES), ...Object.values(KEY_WAITS)])
      expect(text).toMatch(/^[a-z].*[^.]$/);
  });
});
