import { describe, expect, it } from "vitest";
import { type Actor, actorWords, quoted, toolWords, UNKNOWN_ACTOR } from "./actor.ts";

const ALICE: Actor = { kind: "user", name: "alice", through: null, foreign: null, key: "aws user 1" };

describe("actorWords", () => {
  it("names who it was, through what, and of which account", () => {
    expect(actorWords({ ...ALICE, through: "NetAdmin", foreign: "999988887777" })).toBe(
      "user alice through NetAdmin of 999988887777",
    );
  });

  it("says so when nobody is known", () => {
    expect(actorWords(UNKNOWN_ACTOR)).toBe("actor unknown");
  });

  it("says what is known when the name is not", () => {
    expect(actorWords({ ...ALICE, kind: "root", name: null })).toBe("account root");
  });

  it("does not let a name pass for more than a name", () => {
    const forged = "mallory” through “Admin, account root\nWho: \u202Ealice";
    expect(actorWords({ ...ALICE, name: forged })).toBe(
      "user “mallory' through 'Admin, account root Who: alice”",
    );
  });

  it("fits into a fact however long the names are", () => {
    const long = "x y".repeat(100);
    expect(actorWords({ ...ALICE, name: long, through: long, foreign: long }).length).toBeLessThanOrEqual(
      300,
    );
  });
});

describe("quoted", () => {
  it.each(["alice@example.com", "i-0a1b2c3d", "repo:org/infra:ref:refs/heads/main", "bob#EXT#@x.example"])(
    "leaves %s as it is",
    (text) => {
      expect(quoted(text)).toBe(text);
    },
  );

  it("is cut, and still ends", () => {
    expect(quoted("a b".repeat(100))).toMatch(/^“.{84}…”$/);
  });
});

describe("toolWords", () => {
  it("says when only the caller says so", () => {
    expect(toolWords({ name: "CLI", isClaimed: true })).toBe("CLI (by its user agent)");
    expect(toolWords({ name: "console", isClaimed: false })).toBe("console");
  });
});
