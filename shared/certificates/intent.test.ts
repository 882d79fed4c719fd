import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { InvariantError } from "../runtime/errors.ts";
import { idempotencyToken, resumeIntent, withArn } from "./intent.ts";
import type { Intent } from "./schema.ts";

const caArn =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
const csrDigest = "c".repeat(64);
const certificateArn = `${caArn}/certificate/286535153982981100925020015808220737245`;
const createdAt = 1_795_000_000;
const intended: Intent = {
  certificate: "bunny-client",
  csrDigest,
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: idempotencyToken(caArn, csrDigest),
  notAfter: createdAt + 604_800,
  createdAt,
  state: "intended",
};
const context = { caArn, csrDigest, outlived: false };
const resumed = { kind: "resume", idempotencyToken: intended.idempotencyToken, notAfter: intended.notAfter };

describe("idempotencyToken", () => {
  it("is the start of a SHA-256 over CA and CSR", () => {
    const sha256 = createHash("sha256").update(`${caArn}\n${csrDigest}`).digest("hex");
    expect(idempotencyToken(caArn, csrDigest)).toBe(sha256.slice(0, 32));
  });

  it("differs for another CA and for another CSR", () => {
    const tokens = [
      idempotencyToken(caArn, csrDigest),
      idempotencyToken("other", csrDigest),
      idempotencyToken(caArn, "d".repeat(64)),
    ];
    expect(new Set(tokens).size).toBe(3);
  });
});

describe("withArn", () => {
  it("makes issued what stood at intended, or was refused to another caller", () => {
    for (const state of ["intended", "refused"] as const) {
      const issued = { ...intended, state: "issued", certificateArn };
      expect(withArn({ ...intended, state }, certificateArn)).toEqual(issued);
    }
  });

  it("leaves given up what was given up, with the ARN of the orphan", () => {
    const givenUp: Intent = { ...intended, state: "outcome-unknown" };
    expect(withArn(givenUp, certificateArn)).toEqual({ ...givenUp, certificateArn });
  });

  it("has nothing to note where an ARN is known, be it another one", () => {
    for (const state of ["issued", "merged", "outcome-unknown"] as const) {
      expect(withArn({ ...intended, state, certificateArn }, `${certificateArn}1`)).toBeNull();
    }
  });

  it("has nothing to note of one that was issued or merged, whoever noted it without an ARN", () => {
    for (const state of ["issued", "merged"] as const)
      expect(withArn({ ...intended, state }, certificateArn)).toBeNull();
  });
});

describe("resumeIntent", () => {
  it("repeats the call with the same token and end while the CA would recognise it", () => {
    expect(resumeIntent(intended, context, createdAt)).toEqual(resumed);
    expect(resumeIntent(intended, context, createdAt + 239)).toEqual(resumed);
  });

  it("repeats it when the writer's clock was ahead of ours", () => {
    expect(resumeIntent(intended, context, createdAt - 30)).toEqual(resumed);
  });

  it("gives up a minute before the CA would issue a second certificate", () => {
    expect(resumeIntent(intended, context, createdAt + 240)).toBe("outcome-unknown");
  });

  it("gives up for good once the outcome was noted as unknown", () => {
    expect(resumeIntent({ ...intended, state: "outcome-unknown" }, context, createdAt)).toBe(
      "outcome-unknown",
    );
  });

  it.each(["issued", "merged"] as const)("fetches what was %s, however long ago", (state) => {
    const intent: Intent = { ...intended, state, certificateArn };
    expect(resumeIntent(intent, context, createdAt + 86_400)).toEqual({ ...resumed, certificateArn });
  });

  it("does not go on towards an end that comes too soon", () => {
    expect(resumeIntent(intended, { ...context, outlived: true }, createdAt)).toBe("intent-outlived");
    const issued: Intent = { ...intended, state: "issued", certificateArn };
    expect(resumeIntent(issued, { ...context, outlived: true }, createdAt)).toBe("intent-outlived");
  });

  it("does not go on with what another CA was asked for", () => {
    expect(resumeIntent(intended, { ...context, caArn: "arn:of:another" }, createdAt)).toBe("other-ca");
  });

  it("throws when it is given the intent of another CSR", () => {
    const resume = () => resumeIntent(intended, { ...context, csrDigest: "d".repeat(64) }, createdAt);
    expect(resume).toThrow(InvariantError);
    expect(resume).toThrow("the intent of bunny-client was read for another CSR");
  });
});
