import { describe, expect, it } from "vitest";
import {
  type Evidence,
  missingLoad,
  missingRelease,
  missingUse,
  usesSearchedSeconds,
} from "./api-key-evidence.ts";
import { type DesiredApiKey, type KeyLog, NO_KEY_MEMORY } from "./api-key-schema.ts";
import { DESIRED, every, inVault, logOf, NEW, NOW, OLD } from "./test-api-keys.ts";

interface Changes {
  readonly desired?: Partial<DesiredApiKey>;
  readonly log?: Partial<KeyLog> | "not-searched" | "unreadable";
  readonly vaultSince?: number;
  /** The vault's version that was seen in use; left out, the one that is there. */
  readonly usedVersion?: string | null;
}

/** Both replicas have loaded both keys, and bunny uses the new one, which its vault has. */
function evidenceOf({
  desired,
  log = {},
  vaultSince = 7_200,
  usedVersion = inVault(NEW).version,
}: Changes = {}): Evidence {
  const good = logOf({
    loaded: [
      [OLD, NEW],
      [OLD, NEW],
    ],
    used: [NEW],
  });
  return {
    desired: { ...DESIRED, ...desired },
    vault: inVault(NEW),
    log: typeof log === "string" ? log : { ...good, ...log },
    memory: {
      ...NO_KEY_MEMORY,
      vault: { id: inVault(NEW).version, since: NOW - vaultSince },
      used: usedVersion === null ? null : { id: usedVersion, since: NOW },
    },
    now: NOW,
  };
}

const since = (seconds: number) => ({ id: "version", since: NOW - seconds });

describe("missingLoad", () => {
  const load = (changes: Changes, seconds = 7_200) => missingLoad(evidenceOf(changes), NEW, since(seconds));

  it("misses nothing when every replica says that it has loaded the key", () => {
    expect(load({})).toBeNull();
  });

  it("names the replicas that do not, in order", () => {
    const replicas = ["relay-b", "relay-a", "relay-c"].map((replica) => ({
      replica,
      at: NOW,
      keyIds: replica === "relay-c" ? [NEW] : [OLD],
    }));
    expect(load({ log: { replicas } })).toMatchObject({
      reason: "replicas-behind",
      replicas: ["relay-a", "relay-b"],
    });
  });

  it("gives a replica that was never heard the time to load it: 90 seconds, or a quarter of the grace", () => {
    expect(load({}, 89)).toMatchObject({ reason: "settling", until: NOW + 1 });
    expect(load({}, 90)).toBeNull();
    expect(load({ desired: { graceSeconds: 40 } }, 9)).toMatchObject({ reason: "settling" });
    expect(load({ desired: { graceSeconds: 40 } }, 10)).toBeNull();
    expect(missingLoad(evidenceOf(), NEW, null)).toMatchObject({ reason: "settling" });
  });

  it("believes no log that has only just come back", () => {
    const heardAt = [NOW - 89, NOW - 20];
    expect(load({ log: { heardAt } })).toMatchObject({ reason: "log-unsteady", until: NOW + 1 });
    expect(load({ log: { heardAt: [NOW - 211, ...heardAt] } })?.reason).toBe("log-unsteady");
    expect(load({ log: { heardAt: [NOW - 20, NOW - 90] } })).toBeNull();
    expect(load({ log: { heardAt: [...heardAt, NOW - 209] } })).toBeNull();
  });

  it("takes silence for nothing", () => {
    expect(load({ log: { replicas: [] } })?.reason).toBe("no-replica-heard");
    expect(load({ log: { heardAt: [NOW - 121, NOW - 180] } })?.reason).toBe("no-replica-heard");
    expect(load({ log: "unreadable" })?.reason).toBe("log-unreadable");
    expect(load({ log: "not-searched" })?.reason).toBe("log-not-searched");
  });

  it("counts the time alone where the link says so", () => {
    const desired = { proof: { after: 600 } };
    expect(load({ desired, log: "unreadable" }, 599)).toMatchObject({
      reason: "time-not-passed",
      until: NOW + 1,
    });
    expect(load({ desired, log: "unreadable" }, 600)).toBeNull();
  });
});

describe("missingUse", () => {
  const use = (changes: Changes) => missingUse(evidenceOf({ usedVersion: null, ...changes }));

  it("misses nothing once the key of the vault's version was seen in use, whatever the log says later", () => {
    expect(use({ usedVersion: inVault(NEW).version, log: "unreadable" })).toBeNull();
    expect(use({ usedVersion: inVault(OLD).version })?.reason).toBe("awaiting-use");
  });

  it("says until when the use is expected, and nothing of when after that", () => {
    const none = { used: [] };
    expect(use({ log: none, vaultSince: 1_799 })?.until).toBe(NOW + 1);
    expect(use({ log: none, vaultSince: 1_800 })?.until).toBeNull();
  });

  it("cannot tell from a log that cannot be searched", () => {
    expect(use({ log: "unreadable" })?.reason).toBe("log-unreadable");
    expect(use({ log: "not-searched" })?.reason).toBe("log-not-searched");
  });

  it("counts the time since the vault has it where the link says so", () => {
    const desired = { proof: { after: 600 } };
    expect(use({ desired, vaultSince: 599 })).toMatchObject({ reason: "time-not-passed", until: NOW + 1 });
    expect(use({ desired, vaultSince: 600 })).toBeNull();
  });
});

describe("missingRelease", () => {
  const release = (changes: Changes, seconds = 3_600) =>
    missingRelease(evidenceOf(changes), OLD, NOW - seconds);

  it("misses nothing when the grace is over and bunny is heard with its vault's key alone", () => {
    expect(release({})).toBeNull();
  });

  it("waits for the end of the grace", () => {
    expect(release({}, 3_599)).toMatchObject({ reason: "grace", until: NOW + 1 });
  });

  it("holds on to a key that is used", () => {
    const used = [OLD, NEW].map((keyId) => ({ keyId, at: [NOW - 800] }));
    expect(release({ log: { used } })?.reason).toBe("still-used");
    expect(release({ log: { used: [{ keyId: OLD, at: [NOW - 3_600] }] } })?.reason).toBe("still-used");
  });

  it("holds on to it while the vault's key was not seen in use", () => {
    expect(release({ usedVersion: null })?.reason).toBe("bunny-not-heard");
  });

  const heard = (...ago: number[]) => ({
    heard: [{ identity: "bunny.example.com", at: ago.map((seconds) => NOW - seconds) }],
  });

  it.each<[string, Partial<KeyLog>]>([
    ["never", { heard: [] }],
    ["once", heard(120)],
    ["twice within the time that replicas get", heard(200, 10)],
    ["for less than most of the time that is searched", heard(2_699, 1_500, 10)],
    ["with a silence of more than half of that time", heard(3_600, 10)],
    ["not for half of that time, up to now", heard(3_600, 2_400, 1_801)],
    [
      "as another",
      { heard: [{ identity: "fox.example.com", at: [3_000, 1_500, 0].map((ago) => NOW - ago) }] },
    ],
  ])("holds on to it while bunny is heard %s: after an outage a late pod is silent too", (_how, log) => {
    expect(release({ log })?.reason).toBe("bunny-not-heard");
  });

  it("lets go of one that is used rarely, as bunny is heard with whatever key, or each quarter of an hour", () => {
    const rare = { used: [{ keyId: NEW, at: [NOW - 1_200] }] };
    expect(release({ log: { ...rare, ...heard(...every(3_550).map((at) => NOW - at)) } })).toBeNull();
    expect(release({ log: { ...rare, ...heard(3_000, 1_800, 600) } })).toBeNull();
  });

  it("holds on to it while the log is silent, has just come back or cannot be searched", () => {
    expect(release({ log: { heardAt: [NOW - 89, NOW] } })?.reason).toBe("log-unsteady");
    expect(release({ log: { replicas: [] } })?.reason).toBe("no-replica-heard");
    expect(release({ log: "unreadable" })?.reason).toBe("log-unreadable");
    expect(release({ log: "not-searched" })?.reason).toBe("log-not-searched");
  });

  it("asks for no more than the grace where the link has no use of the log", () => {
    expect(release({ desired: { proof: { after: 60 } }, log: "unreadable" })).toBeNull();
  });
});

describe("usesSearchedSeconds", () => {
  it("is an hour, or the grace when that is shorter", () => {
    expect(usesSearchedSeconds({ graceSeconds: 86_400 })).toBe(3_600);
    expect(usesSearchedSeconds({ graceSeconds: 60 })).toBe(60);
  });
});
