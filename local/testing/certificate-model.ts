/**
 * A small pure model of what a certificate plan's changes do to vault, CA and journal, and the states that its
 * property tests start from. It knows no rule of the plan; its CA forgets a token after five minutes.
 */
import fc from "fast-check";
import { IDEMPOTENCY_WINDOW_SECONDS, idempotencyToken } from "../../shared/certificates/intent.ts";
import { jitterLimitSeconds } from "../../shared/certificates/lifetime.ts";
import type {
  Change,
  DesiredCertificate,
  Observed,
  ObservedPending,
} from "../../shared/certificates/plan.ts";
import type { CertificateVersion, CsrFacts, Intent, ObservedCa } from "../../shared/certificates/schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { anyFraction, anyInstant, anyLifetimeSeconds, anyWindow } from "./arbitraries.ts";

const CA_ARN =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
const identity = { commonName: "bunny.example.com", dnsNames: ["a.example.com", "b.example.com"] };
const key = { type: "EC", curve: "P-256" } as const;
const ca: ObservedCa = {
  active: true,
  notAfter: 4_000_000_000,
  shortLived: false,
  signingAlgorithm: "SHA256WITHECDSA",
};

export const versionOf = (notAfter: Instant): CertificateVersion => ({
  version: "0",
  enabled: true,
  serial: "0",
  notBefore: 0,
  notAfter,
  createdAt: 0,
  identity,
  key,
  issuer: "a".repeat(64),
});

const csrOf = (request: number): CsrFacts => ({
  digest: request.toString(16).padStart(64, "0"),
  signatureValid: true,
  identity,
  key,
  extras: [],
});

/** Where a run may die while it signs and merges, in the order of the steps. */
export const DEATHS = ["before-intent", "after-intent", "after-issue", "after-issue-noted"] as const;
export type Death = (typeof DEATHS)[number];

export class World {
  current: CertificateVersion | null = null;
  pending: ObservedPending | null = null;
  /** The CSR digest of everything that the CA signed, in order. */
  readonly signed: string[] = [];
  readonly intents = new Map<string, Intent>();
  private requests = 0;
  private readonly tokens = new Map<string, { readonly at: Instant; readonly arn: string }>();

  observe(): Observed {
    const intent = this.pending === null ? null : (this.intents.get(this.pending.csr.digest) ?? null);
    return {
      certificate: { current: this.current, pending: this.pending },
      intent,
      seen: null,
      orders: [],
      ca,
      caArn: CA_ARN,
    };
  }

  apply(change: Change, now: Instant, death?: Death): void {
    if (change.kind === "request") this.request();
    else if (change.kind === "drop-request") this.pending = null;
    else this.signAndMerge(change, now, death);
  }

  request(): ObservedPending {
    if (this.pending !== null) throw new Error("the vault refuses a request while another is pending");
    this.requests += 1;
    this.pending = { requestId: `request-${this.requests}`, csr: csrOf(this.requests), policyFaults: [] };
    return this.pending;
  }

  private signAndMerge(change: Change & { kind: "sign-and-merge" }, now: Instant, death?: Death): void {
    if (death === "before-intent") return;
    const intent = this.intents.get(change.csrDigest) ?? intentOf(change, now);
    this.intents.set(change.csrDigest, intent);
    if (death === "after-intent") return;
    const certificateArn =
      change.intent.kind === "resume" && change.intent.certificateArn !== undefined
        ? change.intent.certificateArn
        : this.issue(change.intent.idempotencyToken, change.csrDigest, now);
    if (death === "after-issue") return;
    this.intents.set(change.csrDigest, { ...intent, state: "issued", certificateArn });
    if (death === "after-issue-noted") return;
    this.pending = null;
    this.current = { ...versionOf(change.intent.notAfter), serial: certificateArn.slice(-1), createdAt: now };
  }

  private issue(token: string, csrDigest: string, now: Instant): string {
    const known = this.tokens.get(token);
    if (known !== undefined && now - known.at < IDEMPOTENCY_WINDOW_SECONDS) return known.arn;
    this.signed.push(csrDigest);
    const arn = `${CA_ARN}/certificate/${this.signed.length}`;
    this.tokens.set(token, { at: now, arn });
    return arn;
  }
}

const intentOf = ({ csrDigest, intent }: Change & { kind: "sign-and-merge" }, now: Instant): Intent => ({
  certificate: "bunny-client",
  csrDigest,
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: intent.idempotencyToken,
  notAfter: intent.notAfter,
  createdAt: now,
  state: "intended",
});

export const anyPart = fc.double({ min: 0, max: 1, noNaN: true });

/** Any certificate that a link may declare. */
export const anyDesired: fc.Arbitrary<DesiredCertificate> = fc
  .tuple(anyLifetimeSeconds, anyFraction, anyPart, fc.option(anyWindow))
  .map(([lifetimeSeconds, [part, whole], drawn, window]) => ({
    purpose: "client" as const,
    holder: "bunny",
    name: "bunny-client",
    identity,
    key,
    lifetimeSeconds,
    renewAt: part / whole,
    jitterMaxSeconds: Math.floor(jitterLimitSeconds(lifetimeSeconds, part / whole) * drawn),
    proof: "observed" as const,
    proofWithinSeconds: 1_800,
    ...(window === null ? {} : { window }),
  }))
  .filter(({ lifetimeSeconds, renewAt }) => jitterLimitSeconds(lifetimeSeconds, renewAt) >= 0);

type Flaw = (pending: ObservedPending) => ObservedPending;
const csrFlaw =
  (flaw: Partial<CsrFacts>): Flaw =>
  (pending) => ({ ...pending, csr: { ...pending.csr, ...flaw } });

/** What makes a request not ours; each alone is enough. */
export const anyFlaw = fc.constantFrom<Flaw>(
  (pending) => ({ ...pending, policyFaults: ["it reuses its key", "its issuer is another"] }),
  csrFlaw({ signatureValid: false }),
  csrFlaw({ key: "other" }),
  csrFlaw({ extras: ["extension 1.2.4", "attribute 1.2.3"] }),
  csrFlaw({ identity: { ...identity, dnsNames: ["relay.example.com", "a.example.com"] } }),
  csrFlaw({ identity: { ...identity, organization: "Other" } }),
);

export const anyCa: fc.Arbitrary<ObservedCa> = fc.record({
  active: fc.boolean(),
  notAfter: anyInstant,
  shortLived: fc.boolean(),
  signingAlgorithm: fc.constant("SHA256WITHECDSA" as const),
});

const anyCurrent = fc.record({
  leftSeconds: fc.integer({ min: -1_000, max: 1_000_000_000 }),
  enabled: fc.boolean(),
  issuer: fc.constantFrom("a".repeat(64), "other" as const),
  key: fc.constantFrom("other" as const, key),
});

const anyIntent = fc.record({
  ageSeconds: fc.integer({ min: -60, max: 700 }),
  lostSeconds: fc.nat({ max: 1_000_000 }),
  state: fc.constantFrom(
    "intended" as const,
    "issued" as const,
    "merged" as const,
    "outcome-unknown" as const,
  ),
  caArn: fc.constantFrom(CA_ARN, "arn:of:another"),
});

/** Any certificate, sound or not; any request, ours or not; any intent for it, of any age, end and state. */
export const anyWorld = fc
  .record({
    current: fc.option(anyCurrent),
    pending: fc.boolean(),
    flaw: fc.option(anyFlaw),
    intent: fc.option(anyIntent),
  })
  .map((drawn) => (desired: DesiredCertificate, now: Instant): World => {
    const world = new World();
    if (drawn.current !== null) {
      const { leftSeconds, ...facts } = drawn.current;
      world.current = { ...versionOf(now + leftSeconds), ...facts };
    }
    if (!drawn.pending) return world;
    const pending = world.request();
    if (drawn.flaw !== null) world.pending = drawn.flaw(pending);
    if (drawn.intent !== null) {
      const { ageSeconds, lostSeconds, state, caArn } = drawn.intent;
      const { digest } = pending.csr;
      const noted =
        state === "issued" || state === "merged" ? { certificateArn: `${caArn}/certificate/0` } : {};
      world.intents.set(digest, {
        certificate: desired.name,
        csrDigest: digest,
        publicKeyDigest: "e".repeat(64),
        idempotencyToken: idempotencyToken(caArn, digest),
        notAfter: now - ageSeconds + desired.lifetimeSeconds - lostSeconds,
        createdAt: now - ageSeconds,
        state,
        ...noted,
      });
    }
    return world;
  });
