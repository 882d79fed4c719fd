/**
 * The hand's verbs: what is done in a vault, on the hand's own copy of the link. It finds everything by the link's
 * names, changes only what the link names, and believes nothing that it can check. For bunnies it is the Function
 * in Azure; for relay, whose vault is in AWS, the same verbs run beside the brain (`localHand`).
 */
import type { HandOf } from "../azure-api/client.ts";
import type { Body, EndpointOf, Outcome, RefusalReason, Refused } from "../azure-api/contract.ts";
import type { RequestIds } from "../journal/change.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import { findChainFault } from "./chain.ts";
import { readCsrPublicKey } from "./csr.ts";
import { pemToDer } from "./pem.ts";
import { issuerOf, type PinnedCa } from "./pinned.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { CertificateVersion, ObservedCertificate } from "./schema.ts";
import type { UnusableName, Vault, VaultCertificate, VaultPolicy } from "./vault.ts";
import { readCertificate } from "./x509.ts";

export interface CertificateHand {
  /** Where each certificate of this hand is kept, by the certificate's name. */
  readonly places: ReadonlyMap<string, Place>;
  readonly pinned: readonly PinnedCa[];
  readonly clock: Clock;
}

export interface Place {
  readonly declared: DesiredCertificate;
  readonly vault: Vault;
}

/** A certificate whose holder has no vault has no place: nothing can be done with it. */
export function placesOf(
  certificates: readonly DesiredCertificate[],
  vaultOf: (holder: string) => Vault | undefined,
): ReadonlyMap<string, Place> {
  const places = certificates.map((declared) => ({ declared, vault: vaultOf(declared.holder) }));
  return new Map(
    places.flatMap(({ declared, vault }) =>
      vault === undefined ? [] : [[declared.name, { declared, vault }] as const],
    ),
  );
}

const VERBS: {
  [E in EndpointOf<"certificates">]: (hand: CertificateHand, body: Body<E>) => Promise<Outcome<E>>;
} = {
  "certificates.observe": observeCertificates,
  "certificates.request": requestCertificate,
  "certificates.drop-request": dropRequest,
  "certificates.merge": mergeCertificate,
};

/**
 * The hand in the brain's own process: the same verbs and the same checks, without a call between them. `changeIds`
 * says by which ids the vault knows its last change.
 */
export const localHand =
  (hand: CertificateHand, changeIds: () => RequestIds = () => ({})): HandOf<EndpointOf<"certificates">> =>
  async (endpoint, body, note) => {
    const outcome = await VERBS[endpoint](hand, body);
    note?.(changeIds());
    return outcome;
  };

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
  const place = hand.places.get(name);
  if (place === undefined) return unknown(name);
  // Another run may have renewed since the caller looked; a second renewal would be a needless one.
  const stale = refused("observation-stale", "another version is current now");
  if (!(await isCurrent(place, name, expectedVersion))) return stale;
  const request = await place.vault.createRequest(name, policyFor(place.declared), expectedVersion);
  if (request === "request-pending")
    return refused("request-pending", "a request already waits for its merge");
  if (request === "deleted" || request === "taken") return unusable(name, request);
  // In relay's secret a request takes the place of what was staged: a second look would find another version there.
  if (!place.vault.compares && !(await isCurrent(place, name, expectedVersion))) {
    // That renewal came between the look and the request; only if somebody merged this very one is it gone.
    await dropRequest(hand, { name, requestId: request.requestId });
    return stale;
  }
  const csr = Buffer.from(request.csr).toString("base64");
  return { outcome: "requested", pending: { requestId: request.requestId, csr, policyFaults: [] } };
}

async function isCurrent({ vault }: Place, name: string, version: string | null): Promise<boolean> {
  const current = await vault.readCertificate(name);
  return (current?.version ?? null) === version;
}

export async function dropRequest(
  hand: CertificateHand,
  { name, requestId }: Body<"certificates.drop-request">,
): Promise<Outcome<"certificates.drop-request">> {
  const place = hand.places.get(name);
  if (place === undefined) return unknown(name);
  const request = await place.vault.readRequest(name);
  if (request?.requestId !== requestId) return refused("request-gone", "that request does not wait any more");
  const dropped = await place.vault.dropRequest(name, requestId);
  return dropped === "gone"
    ? refused("request-gone", "that request was dropped meanwhile")
    : { outcome: "dropped" };
}

export async function mergeCertificate(
  hand: CertificateHand,
  { name, requestId, chain }: Body<"certificates.merge">,
): Promise<Outcome<"certificates.merge">> {
  const place = hand.places.get(name);
  if (place === undefined) return unknown(name);
  const request = await place.vault.readRequest(name);
  if (request?.requestId !== requestId) return refused("request-gone", "that request does not wait any more");
  const ders = chain.map(pemToDer);
  const { identity, key, purpose, lifetimeSeconds } = place.declared;
  const rules = {
    pinned: hand.pinned,
    identity,
    key,
    purpose,
    lifetimeSeconds,
    publicKey: readCsrPublicKey(request.csr),
  };
  const fault = findChainFault(ders, rules, hand.clock());
  if (fault !== null) return refused(fault.reason, fault.detail);
  const merged = await place.vault.merge(name, ders, requestId);
  if (merged === "gone") return refused("request-gone", "that request was merged or dropped meanwhile");
  if (merged === "other-key") return refused("other-key", "the vault says that the leaf is for another key");
  return { outcome: "merged", current: toVersion(hand, name, merged) };
}

async function observeOrProblem(hand: CertificateHand, name: string) {
  const operation = "certificates.observe";
  const place = hand.places.get(name);
  if (place === undefined)
    return { name, problem: { code: "unknown-certificate", operation, retryable: false } };
  try {
    return await observe(hand, place, name);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable, throttled } = error;
    return { name, problem: { code, operation, retryable, throttled } };
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

export function toVersion(
  { pinned }: Pick<CertificateHand, "pinned">,
  name: string,
  certificate: VaultCertificate,
): CertificateVersion {
  const { version, enabled, createdAt, leaf } = certificate;
  try {
    const { serial, notBefore, notAfter, identity, key } = readCertificate(leaf);
    const issuer = issuerOf(leaf, pinned);
    return { version, enabled, createdAt, serial, notBefore, notAfter, identity, key, issuer };
  } catch (cause) {
    // Somebody's import, of a kind that no parser of ours reads: nothing is known of it, and the others go on.
    const code = "unreadable-certificate";
    const operation = "GetCertificate";
    throw new CloudError({ provider: "azure", operation, target: name, code, retryable: false, cause });
  }
}

const policyFor = ({ identity, key, purpose }: DesiredCertificate): VaultPolicy => ({
  identity,
  key,
  purpose,
});

/** Recovering and purging are left to a person: the hand has no right to either, so that it can destroy nothing. */
function unusable(name: string, why: UnusableName): Refused {
  return why === "deleted"
    ? refused("certificate-deleted", `the vault has ${name} as deleted but recoverable: recover it`)
    : refused("name-taken", `the vault has something else than a certificate named ${name}`);
}

function refused(reason: RefusalReason, detail: string): Refused {
  return { outcome: "refused", reason, detail };
}

function unknown(name: string): Refused {
  return refused("unknown-certificate", `the link that this half was built from has no certificate ${name}`);
}
