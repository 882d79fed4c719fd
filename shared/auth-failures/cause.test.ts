import { describe, expect, it } from "vitest";
import type { ChangeRecord } from "../journal/change.ts";
import { toIso } from "../runtime/instant.ts";
import { type Cause, causeOf, type Facts } from "./cause.ts";
import type { Known } from "./known.ts";
import { NO_MEMORY } from "./memory.ts";
import { FailureClass } from "./schema.ts";
import {
  AT,
  BUNNY,
  KEY_ID,
  KNOWN,
  line,
  refused,
  SERIAL_A,
  SERIAL_B,
  TUNNEL_IP,
  take,
  WAKES,
} from "./test-auth.ts";
import { change } from "./test-journal.ts";

const CERTIFICATES = KNOWN.certificates;
const withB: Known = {
  ...KNOWN,
  certificates: [
    ...CERTIFICATES,
    ...CERTIFICATES.map((one) => ({ ...one, serial: SERIAL_B, mergedAt: AT - 240, notAfter: AT + 999 })),
  ],
};
const ended = (known: Known): Known => ({
  ...known,
  certificates: known.certificates.map((one) =>
    one.serial === SERIAL_A ? { ...one, notAfter: AT - 60 } : one,
  ),
});

function why(
  failure: FailureClass,
  changes: Partial<Parameters<typeof refused>[1] & object>,
  facts: Partial<Facts> = {},
): Cause {
  const known = facts.known ?? KNOWN;
  const { own, tunnels } = take(NO_MEMORY, [line(refused(failure, changes))], AT, known);
  const [party] = [...own, ...tunnels];
  const cause =
    party === undefined
      ? null
      : causeOf(party, { changes: [], frozen: false, wakes: WAKES, ...facts, known });
  if (cause === null) throw new Error("nothing of our own was refused");
  return cause;
}
const mine = { identity: BUNNY, serial: SERIAL_A };

describe("causeOf", () => {
  it("names the newer certificate that bunny does not use yet, and the change that brought it", () => {
    const merge = change("merge", { target: "bunny-client", at: AT - 240, after: { serial: SERIAL_B } });
    expect(why("expired", mine, { known: ended(withB), changes: [merge] })).toMatchObject({
      kind: "not-taken-up",
      text: `${BUNNY} uses serial a1; serial b2 was merged at ${toIso(AT - 240)}`,
      suspect: { text: `serial b2 was merged into bunny-client 4 minutes before, at ${toIso(AT - 240)}` },
    });
  });

  it("takes no certificate for newer that is signed alone: nobody's vault has it", () => {
    const signed = {
      ...withB,
      certificates: withB.certificates.map((one) =>
        one.serial === SERIAL_B ? { ...one, mergedAt: null } : one,
      ),
    };
    expect(why("expired", mine, { known: ended(signed) })).toMatchObject({ kind: "ended" });
  });

  it("wakes the certificates for one that has ended, and has no successor", () => {
    expect(why("expired", mine, { known: ended(KNOWN) })).toMatchObject({
      kind: "ended",
      text: `${BUNNY} uses serial a1, which ended at ${toIso(AT - 60)}`,
      remedy: "A new certificate is asked for at once",
      wake: "certificates",
    });
  });

  it("says what it does not know, and wakes nobody for that", () => {
    expect(why("unknown", mine)).toMatchObject({
      kind: "unclear",
      text: "The log does not say why",
      wake: null,
    });
  });

  it("wakes the certificates for one that is not for clients", () => {
    expect(why("wrong-purpose", mine)).toMatchObject({
      kind: "purpose",
      text: `${BUNNY} uses serial a1, which is not for TLS clients`,
      wake: "certificates",
    });
  });

  it("leaves to others what the link leaves to them", () => {
    const facts = { known: ended(KNOWN), wakes: ["trust"] as const };
    expect(why("expired", mine, facts)).toMatchObject({
      kind: "ended",
      remedy: "Nothing: the link leaves it to others",
      wake: null,
    });
  });

  it("blames relay's clock for a certificate that has not ended, or has begun", () => {
    expect(why("expired", mine)).toMatchObject({ kind: "clock", wake: null });
    expect(why("not-yet-valid", mine)).toMatchObject({ kind: "clock", wake: null });
  });

  it("blames the trust bundle where it has just changed, and has it looked at", () => {
    const changed = change("publish-trust", {
      target: "relay",
      at: AT - 30,
      after: { version: "12-3c363836cf4e16ab" },
    });
    expect(why("unknown-ca", mine, { changes: [changed] })).toMatchObject({
      kind: "trust-changed",
      text: `${BUNNY} uses serial a1; the trust bundle of relay changed to version 12-3c363836cf4e16ab 30 seconds before, at ${toIso(AT - 30)}`,
      wake: "trust",
    });
    expect(why("unknown-ca", mine)).toMatchObject({ kind: "not-trusted", suspect: null, wake: "trust" });
  });

  it("says which of the keys bunny comes with", () => {
    const keyed = (state: "current" | "pending" | "previous") => ({
      known: { ...KNOWN, apiKeys: KNOWN.apiKeys.map((key) => ({ ...key, state })) },
    });
    const comes = { identity: BUNNY, apiKeyId: KEY_ID };
    expect(why("bad-api-key", comes, keyed("previous"))).toMatchObject({
      kind: "key-previous",
      text: `${BUNNY} uses API key ${KEY_ID}, the previous one of bunny-key`,
      wake: "api-keys",
    });
    expect(why("wrong-key-version", comes, keyed("pending")).kind).toBe("key-pending");
    expect(why("bad-api-key", { ...comes, apiKeyId: "0".repeat(16) }).kind).toBe("key-unknown");
    expect(why("bad-api-key", mine).text).toBe(`${BUNNY} comes with no API key that relay knows`);
  });

  it("has the keys looked at where relay refuses the very key that it is to accept", () => {
    expect(why("bad-api-key", { identity: BUNNY, apiKeyId: KEY_ID })).toMatchObject({
      kind: "key-current",
      text: `${BUNNY} uses API key ${KEY_ID}, the current one of bunny-key`,
      wake: "api-keys",
    });
  });

  it("names a key that is another bunny's", () => {
    const [own] = KNOWN.certificates;
    if (own === undefined) throw new Error("no certificate is known");
    const second = { ...own, name: "second", names: ["bunny2.example.com"], serial: "b7" };
    const known = { ...KNOWN, certificates: [own, second] };
    expect(why("bad-api-key", { serial: "b7", apiKeyId: KEY_ID }, { known })).toMatchObject({
      kind: "key-of-another",
      text: `bunny2.example.com comes with API key ${KEY_ID}, which is that of ${BUNNY}`,
      wake: "api-keys",
    });
  });

  it("says that nothing is done at once when who would do it could not be asked", () => {
    const facts = { known: ended(KNOWN), unwoken: ["certificates"] as const };
    expect(why("expired", mine, facts).remedy).toMatch(/^Nothing at once, as nobody could be asked/);
    expect(why("expired", mine, { ...facts, unwoken: ["trust"] }).remedy).toBe(
      "A new certificate is asked for at once",
    );
  });

  it("knows a rotation of the tunnel's key that is under way, and re-syncs what is none", () => {
    const step = (at: number, after: Record<string, string> | null) =>
      change("pre-shared-key", { target: "one-a", at, after });
    const set = step(AT - 30, { end: "azure", version: "p" });
    const tunnel = { tunnel: TUNNEL_IP };
    expect(why("pre-shared-key-mismatch", tunnel, { changes: [set] })).toMatchObject({
      kind: "tunnel-rotating",
      remedy: "What was begun goes on, and brings both ends to one key",
    });
    for (const last of [step(AT + 20, { version: "p" }), step(AT + 20, null)])
      expect(why("pre-shared-key-mismatch", tunnel, { changes: [set, last] })).toMatchObject({
        kind: "tunnel-keys",
        suspect: { kind: "pre-shared-key" },
      });
    const other = change("pre-shared-key", { target: "one-b", at: AT + 20 });
    expect(why("pre-shared-key-mismatch", tunnel, { changes: [set, other] }).kind).toBe("tunnel-rotating");
    expect(why("ike-authentication", tunnel)).toMatchObject({
      kind: "tunnel-keys",
      remedy: "Both ends are brought back to the stored key",
      wake: "pre-shared-keys",
    });
  });

  it("says that nothing is done while the link is frozen, but where nothing would be done anyway", () => {
    expect(why("expired", mine, { known: ended(KNOWN), frozen: true }).remedy).toMatch(/^The link is frozen/);
    expect(why("not-yet-valid", mine, { frozen: true }).remedy).toMatch(/^Nothing: set the clock/);
  });

  it.each(FailureClass.options)("has an answer of ours for the class %s, whatever is known", (failure) => {
    const nothing: Known = { certificates: [], apiKeys: [], tunnels: [], callers: [] };
    for (const known of [KNOWN, withB, nothing])
      for (const event of [mine, { identity: BUNNY }, { ...mine, serial: "ff", apiKeyId: KEY_ID }])
        expect(why(failure, event, { known }).text).toMatch(/^[\w. :;,'-]{10,200}$/);
  });
});

describe("the suspect of causeOf", () => {
  const at = (changes: readonly ChangeRecord[], failure: FailureClass = "unknown-ca") =>
    / at ([\dTZ:-]+)$/.exec(why(failure, mine, { changes }).suspect?.text ?? "")?.[1] ?? null;
  const bundle = (changedAt: number) => change("publish-trust", { target: "relay", at: changedAt });

  it("is the last change before, in whatever order they are read", () => {
    const changes = [bundle(AT - 20), bundle(AT - 400), bundle(AT - 90)];
    expect(at(changes)).toBe(toIso(AT - 20));
    expect(at(changes.toReversed())).toBe(toIso(AT - 20));
  });

  it("is none of an hour ago, or of after, but for one that was recorded late", () => {
    expect(at([bundle(AT - 3_600)])).toBeNull();
    expect(at([bundle(AT - 3_599)])).toBe(toIso(AT - 3_599));
    expect(at([bundle(AT + 60)])).toBe(toIso(AT + 60));
    expect(at([bundle(AT + 61)])).toBeNull();
  });

  it("is nothing of another's certificate or key, and nothing that could not have done it", () => {
    expect(at([change("merge", { target: "other-client", at: AT - 5 })])).toBeNull();
    expect(at([change("merge", { target: "bunny-client", at: AT - 5 })])).toBe(toIso(AT - 5));
    expect(at([change("api-key", { target: "bunny-key", at: AT - 5 })])).toBeNull();
    expect(at([change("api-key", { target: "bunny-key", at: AT - 5 })], "bad-api-key")).toBe(toIso(AT - 5));
  });

  it("is a step with a key only of the last quarter of an hour", () => {
    const step = (seconds: number) => [change("api-key", { target: "bunny-key", at: AT - seconds })];
    expect(at(step(899), "bad-api-key")).toBe(toIso(AT - 899));
    expect(at(step(900), "bad-api-key")).toBeNull();
  });

  it("repeats nothing of a record but names, serials and versions of their own form", () => {
    const changes = [
      change("merge", {
        target: "bunny-client",
        at: AT - 5,
        after: { serial: "<script>" },
        reasons: ["<b>"],
      }),
    ];
    expect(why("unknown-ca", mine, { changes }).suspect?.text).toBe(
      `a certificate was merged into bunny-client 5 seconds before, at ${toIso(AT - 5)}`,
    );
  });
});
