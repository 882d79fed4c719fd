/**
 * The hand's verbs: what the Function does in a vault, on its own copy of the link. It finds everything by the
 * link's names, changes only what the link names, and believes nothing that it can check.
 */
import type { Body, Outcome, RefusalReason, Refused } from "../azure-api/contract.ts";
import type { Link } from "../link/schema.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import { findChainFault, isIssuedBy } from "./chain.ts";
import { readCsrPublicKey } from "./csr.ts";
import { subjectOf } from "./identity.ts";
import { pemToDer } from "./pem.ts";
import type { CertificateVersion, ObservedCertificate } from "./schema.ts";
import type { Vault, VaultCertificate, VaultPolicy } from "./vault.ts";
import { readCertificate } from "./x509.ts";

export interface CertificateHand {
  readonly link: Link;
  /** One vault per bunny, by the bunny's name in the link. */
  readonly vaults: ReadonlyMap<string, Vault>;
  /** The issuing CA first, then its parents; DER. */
  readonly pinned: readonly Uint8Array[];
  readonly clock: Clock;
}

type Declared = Link["bunnies"][number]["certificates"][number];
type Place = { readonly declared: Declared; readonly vault: Vault };

/** One certificate that cannot be read never hides the others. */
export async function observeCertificates(
  hand: CertificateHand,
  { names }: Body<"certificates.observe">,
): Promise<Outcome<"certificates.observe">> {
  const certificates = await Promise.all(names.map((name) => observeOrProblem(hand, name)));
  return { outcome: "observed", certificates };
}

export async function requestCertificate(
  hand: CertificateHand,
  { name, expectedVersion }: Body<"certificates.request">,
): Promise<Outcome<"certificates.request">> {
  const place = find(hand, name);
  if (place === null) return unknown(name);
  // Another run may have renewed since the caller looked; a second renewal would be a needless one.
  const current = await place.vault.readCertificate(name);
  if ((current?.version ?? null) !== expectedVersion) {
    return refused("observation-stale", "another version is current now");
  }
  const request = await place.vault.createRequest(name, policyFor(place.declared));
  if (request === "request-pending")
    return refused("request-pending", "a request already waits for its merge");
  const csr = Buffer.from(request.csr).toString("base64");
  return { outcome: "requested", pending: { requestId: request.requestId, csr, policyFaults: [] } };
}

export async function dropRequest(
  hand: CertificateHand,
  { name, requestId }: Body<"certificates.drop-request">,
): Promise<Outcome<"certificates.drop-request">> {
  const place = find(hand, name);
  if (place === null) return unknown(name);
  const request = await place.vault.readRequest(name);
  if (request?.requestId !== requestId) return refused("request-gone", "that request does not wait any more");
  const dropped = await place.vault.dropRequest(name);
  return dropped === "gone"
    ? refused("request-gone", "that request was dropped meanwhile")
    : { outcome: "dropped" };
}

export async function mergeCertificate(
  hand: CertificateHand,
  { name, requestId, chain }: Body<"certificates.merge">,
): Promise<Outcome<"certificates.merge">> {
  const place = find(hand, name);
  if (place === null) return unknown(name);
  const request = await place.vault.readRequest(name);
  if (request?.requestId !== requestId) return refused("request-gone", "that request does not wait any more");
  const ders = chain.map(pemToDer);
  const { identity, key, lifetimeSeconds } = place.declared;
  const rules = {
    pinned: hand.pinned,
    identity,
    key,
    lifetimeSeconds,
    publicKey: readCsrPublicKey(request.csr),
  };
  const fault = findChainFault(ders, rules, hand.clock());
  if (fault !== null) return refused(fault.reason, fault.detail);
  const merged = await place.vault.merge(name, ders);
  if (merged === "gone") return refused("request-gone", "that request was merged or dropped meanwhile");
  if (merged === "other-key") return refused("other-key", "the vault says that the leaf is for another key");
  return { outcome: "merged", current: toVersion(hand, name, merged) };
}

function find(hand: CertificateHand, name: string): Place | null {
  for (const bunny of hand.link.bunnies) {
    const declared = bunny.certificates.find((certificate) => certificate.name === name);
    const vault = hand.vaults.get(bunny.name);
    if (declared !== undefined && vault !== undefined) return { declared, vault };
  }
  return null;
}

async function observeOrProblem(hand: CertificateHand, name: string) {
  const operation = "certificates.observe";
  const place = find(hand, name);
  if (place === null) return { name, problem: { code: "unknown-certificate", operation, retryable: false } };
  try {
    return await observe(hand, place, name);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { name, problem: { code: error.code, operation: error.operation, retryable: error.retryable } };
  }
}

async function observe(
  hand: CertificateHand,
  { declared, vault }: Place,
  name: string,
): Promise<ObservedCertificate> {
  // The request first: merged between the two reads it shows as pending and current, which loses nothing; in
  // the other order it would show as neither.
  const request = await vault.readRequest(name);
  const certificate = await vault.readCertificate(name);
  const current = certificate === null ? null : toVersion(hand, name, certificate);
  if (request === null) return { name, current, pending: null };
  const policyFaults = await vault.readPolicyFaults(name, policyFor(declared));
  const csr = Buffer.from(request.csr).toString("base64");
  return { name, current, pending: { requestId: request.requestId, csr, policyFaults } };
}

function toVersion(hand: CertificateHand, name: string, certificate: VaultCertificate): CertificateVersion {
  const { version, enabled, createdAt, leaf } = certificate;
  try {
    const { serial, notBefore, notAfter, identity, key } = readCertificate(leaf);
    const issuer = hand.pinned[0];
    const issuedByPinnedCa = issuer !== undefined && isIssuedBy(leaf, issuer);
    return { version, enabled, createdAt, serial, notBefore, notAfter, identity, key, issuedByPinnedCa };
  } catch (cause) {
    // Somebody's import, of a kind that no parser of ours reads: nothing is known of it, and the others go on.
    const code = "unreadable-certificate";
    const operation = "GetCertificate";
    throw new CloudError({ provider: "azure", operation, target: name, code, retryable: false, cause });
  }
}

function policyFor(declared: Declared): VaultPolicy {
  return { subject: subjectOf(declared.identity), dnsNames: declared.identity.dnsNames, key: declared.key };
}

function refused(reason: RefusalReason, detail: string): Refused {
  return { outcome: "refused", reason, detail };
}

function unknown(name: string): Refused {
  return refused("unknown-certificate", `the link that this half was built from has no certificate ${name}`);
}
