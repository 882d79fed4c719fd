import { describe, expect, it } from "vitest";
import { readVersion, TrustBundle } from "./schema.ts";
import { A, B, bundleOf, NOW } from "./test-trust.ts";

const entries = [
  { serial: "2", until: NOW },
  { serial: "1", until: NOW },
];

describe("TrustBundle", () => {
  it("has one version for one content, in whatever order it was written", () => {
    const one = bundleOf(7, [A, B], entries);
    const other = bundleOf(7, [B, A], entries.toReversed());

    expect(one).toEqual(other);
    expect(one.version).toMatch(/^7-[0-9a-f]{16}$/);
    expect(one.revoked.map(({ serial }) => serial)).toEqual(["1", "2"]);
  });

  it.each([
    ["its number", bundleOf(8, [A, B], entries)],
    ["a CA", bundleOf(7, [A], entries)],
    ["the text of a chain", bundleOf(7, [A, { ...B, pem: "another" }], entries)],
    ["since when a CA is in it", bundleOf(7, [A, { ...B, since: 3 }], entries)],
    ["whether a CA is closed", bundleOf(7, [A, { ...B, closedAt: NOW }], entries)],
    ["a serial", bundleOf(7, [A, B], entries.slice(1))],
    [
      "the end of a serial",
      bundleOf(
        7,
        [A, B],
        [
          { serial: "1", until: NOW + 1 },
          { serial: "2", until: NOW },
        ],
      ),
    ],
  ])("has another version with another content: %s", (_, other) => {
    expect(other.version).not.toBe(bundleOf(7, [A, B], entries).version);
  });

  it("reads serials as OpenSSL prints them", () => {
    expect(bundleOf(7, [A], [{ serial: "0A:1B", until: NOW }]).revoked).toEqual([
      { serial: "a1b", until: NOW },
    ]);
  });

  it("refuses a content that is not the version's", () => {
    const bundle = bundleOf(7, [A, B], entries);

    expect(TrustBundle.safeParse(bundle).success).toBe(true);
    expect(TrustBundle.safeParse({ ...bundle, revoked: [] }).error?.message).toContain("changed by hand");
  });

  it.each([
    ["no CA", [], []],
    ["a CA twice", [A, A], []],
    ["a serial twice", [A], [entries[0], entries[0]].flatMap((entry) => entry ?? [])],
  ])("refuses %s", (_, cas, revoked) => {
    expect(() => bundleOf(7, cas, revoked)).toThrow(/trust bundle/);
  });

  it("refuses more serials than it has places for", () => {
    const revoked = Array.from({ length: 201 }, (_, index) => ({ serial: index.toString(16), until: NOW }));

    expect(() => bundleOf(7, [A], revoked)).toThrow();
  });
});

describe("readVersion", () => {
  it("reads the number, by which versions are older and newer", () => {
    expect(readVersion(bundleOf(12, [A]).version)).toEqual({ number: 12 });
  });

  it.each([
    "",
    "1",
    "v1",
    "0-0123456789abcdef",
    "7-0123",
    "7-0123456789abcdef ",
    `${"9".repeat(16)}-0123456789abcdef`,
  ])("does not know %j", (version) => {
    expect(readVersion(version)).toBeNull();
  });
});
