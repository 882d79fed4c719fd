import { describe, expect, it } from "vitest";
import type { RevocationStep } from "../../shared/certificates/revocation.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { linkOf } from "../model/link.ts";
import { revocationProspect, sayStep } from "./revocation-prospect.ts";

const linkIn = (mode: "short-lived" | "general-purpose") =>
  linkOf({ bunny: [{}] }, { certificateAuthority: { commonName: "Test CA", mode } });

const order: RevocationOrder = {
  serial: "ab12",
  certificate: "bunny-client",
  reason: "SUPERSEDED",
  origin: "person",
  orderedBy: "arn:alice",
  orderedAt: 1_795_248_000,
  state: "ordered",
};
const compromised: RevocationOrder = { ...order, reason: "KEY_COMPROMISE" };
const waits = (reason: Extract<RevocationStep, { kind: "wait" }>["reason"], of = order): RevocationStep => ({
  kind: "wait",
  order: of,
  reason,
});

describe("sayStep", () => {
  it.each<[string, RevocationStep, RegExp]>([
    ["what is revoked now", { kind: "revoke", order }, /^The next run revokes it, within 15 minutes\.$/],
    ["what is left to expire", { kind: "close", order, code: "left-to-expire" }, /left to expire/],
    ["what is in use after all", { kind: "close", order, code: "in-use" }, /in use after all/],
    ["what is in use", waits("replacement-not-merged"), /renewed when it is due anyway/],
    [
      "what is in use with a known key",
      waits("replacement-not-merged", compromised),
      /as soon as the new one is merged/,
    ],
    ["what was replaced", waits("replacement-not-proven"), /first run that sees its replacement in use/],
    ["what a person proves", waits("use-left-to-a-person"), /^Order it again/],
    ["what could not be read", waits("not-settled"), /could not be read now/],
    ["an orphan", waits("orphan-rests"), /never in use/],
    ["what relay still serves", waits("still-served"), /^relay still serves it/],
    [
      "what relay serves with a known key",
      waits("still-served", compromised),
      /has relay serve the newer one instead, and revokes this one\.$/,
    ],
    ["another CA's", { kind: "close", order, code: "other-ca" }, /^Another CA/],
    ["what was never issued", { kind: "close", order, code: "never-issued" }, /^The CA had given up/],
  ])("says what becomes of %s", (_case, step, words) => {
    expect(sayStep(linkIn("general-purpose"), step)).toMatch(words);
  });

  it("promises no revocation under a short-lived CA", () => {
    const said = sayStep(linkIn("short-lived"), waits("replacement-not-merged", compromised));
    expect(said).toMatch(/replaced without waiting.* nothing is revoked.*have relay refuse its serial\.$/);
    const served = sayStep(linkIn("short-lived"), waits("still-served", compromised));
    expect(served).toMatch(/serve the newer one instead\. .* nothing is revoked/);
  });
});

describe("revocationProspect", () => {
  it("says what a revocation is worth, where there is one to come", () => {
    const step = { kind: "revoke", order } as const;
    expect(revocationProspect(linkIn("general-purpose"), order, step)).toEqual([
      "Ordered: ab12 of bunny-client, for SUPERSEDED.",
      "The next run revokes it, within 15 minutes.",
      expect.stringMatching(/relay refuses it only if it checks that list\.$/),
    ]);
    const replaced = waits("replacement-not-merged", compromised);
    expect(revocationProspect(linkIn("short-lived"), compromised, replaced)).toHaveLength(2);
  });
});
