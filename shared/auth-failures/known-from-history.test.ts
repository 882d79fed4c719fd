import { describe, expect, it } from "vitest";
import { NO_KEY_MEMORY } from "../keys/api-key-schema.ts";
import { knownApiKeys, knownCertificates } from "./known-from-history.ts";
import { AT, BUNNY, KEY_ID } from "./test-auth.ts";
import { change } from "./test-journal.ts";

const certificate = { name: "bunny-client", names: [BUNNY] };
const merged = (at: number, after: object) =>
  change("merge", { target: "bunny-client", at, after: { version: "v", ...after } });

describe("knownCertificates", () => {
  it("knows each that was merged, once, with its end and when that was", () => {
    const one = merged(AT - 60, { serial: "a1", notAfter: AT + 60 });
    const other = merged(AT, { serial: "b2", notAfter: AT + 120 });
    expect(knownCertificates(certificate, [other, one, one])).toEqual([
      { ...certificate, serial: "a1", notAfter: AT + 60, mergedAt: AT - 60 },
      { ...certificate, serial: "b2", notAfter: AT + 120, mergedAt: AT },
    ]);
  });

  it("knows what was issued before it was merged, and not when that was until it has been", () => {
    const after = { serial: "a1", notAfter: AT + 60 };
    const issue = change("issue", { target: "bunny-client", at: AT - 60, after });
    const known = { ...certificate, ...after };
    expect(knownCertificates(certificate, [issue])).toEqual([{ ...known, mergedAt: null }]);
    expect(knownCertificates(certificate, [merged(AT, after), issue])).toEqual([{ ...known, mergedAt: AT }]);
    // A note that came late.
    const late = change("issue", { target: "bunny-client", at: AT + 60, after });
    expect(knownCertificates(certificate, [merged(AT, after), late])).toEqual([{ ...known, mergedAt: AT }]);
  });

  it("passes over what says no serial, and what is neither an issue nor a merge", () => {
    const other = change("revoke", { target: "bunny-client", at: AT, after: { serial: "a1", notAfter: AT } });
    expect(
      knownCertificates(certificate, [other, merged(AT, {}), merged(AT, { serial: "no hex", notAfter: 1 })]),
    ).toEqual([]);
  });
});

describe("knownApiKeys", () => {
  const key = { name: "bunny-key", identity: BUNNY };
  const OTHER = "0123456789abcdef";
  const step = (kind: string, at: number, more: object) =>
    change("api-key", { target: "bunny-key", at, after: { step: kind, outcome: "done", ...more } });
  const pushes = [
    step("push", AT - 60, { version: "v1", keyId: KEY_ID }),
    step("push", AT, { version: "v2", keyId: OTHER }),
    step("promote", AT + 1, { version: "v2" }),
  ];
  const memory = (current: string, pending: string | null) => ({
    memory: {
      ...NO_KEY_MEMORY,
      current: { id: current, since: AT },
      pending: pending === null ? null : { id: pending, since: AT },
    },
    lookAt: AT,
    version: 1,
  });

  it.each([
    ["before it is made current", memory("v1", "v2"), "current", "pending"],
    ["afterwards", memory("v2", null), "previous", "current"],
    ["when nothing is remembered", undefined, "previous", "previous"],
  ])("knows each that was pushed, and how it stands %s", (_when, kept, one, other) => {
    expect(knownApiKeys(key, pushes, kept)).toEqual([
      { ...key, id: KEY_ID, state: one },
      { ...key, id: OTHER, state: other },
    ]);
  });
});
