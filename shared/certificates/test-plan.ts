/** One certificate, its CA, a request and an intent of it, for the tests of the plan. */
import { idempotencyToken } from "./intent.ts";
import type { DesiredCertificate, Observed, ObservedPending } from "./plan.ts";
import type { CertificateVersion, Intent } from "./schema.ts";

export const now = 1_795_000_000;
export const WEEK = 604_800;
export const caArn =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
export const csrDigest = "c".repeat(64);
export const token = idempotencyToken(caArn, csrDigest);

export const desired: DesiredCertificate = {
  purpose: "client",
  holder: "bunny",
  name: "bunny-client",
  identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
  key: { type: "EC", curve: "P-256" },
  lifetimeSeconds: WEEK,
  renewAt: 2 / 3,
  jitterMaxSeconds: 0,
  proof: "observed",
  proofWithinSeconds: 1_800,
};
export const fresh: CertificateVersion = {
  version: "1",
  enabled: true,
  serial: "abc",
  notBefore: now - 3_600,
  notAfter: now + WEEK,
  createdAt: now,
  identity: desired.identity,
  key: desired.key,
  issuer: "a".repeat(64),
};
export const pending: ObservedPending = {
  requestId: "request-1",
  csr: { digest: csrDigest, signatureValid: true, identity: desired.identity, key: desired.key, extras: [] },
  policyFaults: [],
};
export const ca = {
  active: true,
  notAfter: now + 10 * 365 * 86_400,
  shortLived: true,
  signingAlgorithm: "SHA256WITHECDSA",
} as const;
export const intent: Intent = {
  certificate: "bunny-client",
  csrDigest,
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: token,
  notAfter: now - 60 + WEEK,
  createdAt: now - 60,
  state: "intended",
};

export const observe = (
  current: CertificateVersion | null,
  more: Partial<Observed> & { pending?: ObservedPending } = {},
): Observed => {
  const { pending: request = null, ...rest } = more;
  return {
    certificate: { current, pending: request },
    intent: null,
    seen: null,
    orders: [],
    ca,
    caArn,
    ...rest,
  };
};
