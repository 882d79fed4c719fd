import { describe, expect, it } from "vitest";
import { readCallerWords } from "./caller-words.ts";

const VERSION = `12-${"a".repeat(16)}`;

describe("readCallerWords", () => {
  it("reads a replica's name and the version of its bundle", () => {
    const headers = { "warrener-replica": "bunny-7d9f.x2k", "warrener-trust-bundle": VERSION };
    expect(readCallerWords(headers)).toEqual({
      clientReplica: "bunny-7d9f.x2k",
      clientTrustBundleVersion: VERSION,
    });
  });

  it.each(["", "Bunny", "-bunny", "bunny-", "a b", 'x","level":"error', "é", "b".repeat(129)])(
    "leaves out %j, which is no pod's name, and keeps the other",
    (name) => {
      const headers = { "warrener-replica": name, "warrener-trust-bundle": VERSION };
      expect(readCallerWords(headers)).toEqual({ clientTrustBundleVersion: VERSION });
    },
  );

  it.each(["", "12", `0-${"a".repeat(16)}`, `12-${"g".repeat(16)}`, `${VERSION}0`, `${VERSION}, ${VERSION}`])(
    "leaves out %j, which is no version of ours",
    (version) => {
      expect(readCallerWords({ "warrener-trust-bundle": version })).toEqual({});
    },
  );
});
