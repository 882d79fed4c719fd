/**
 * Which leaves somebody may present, and which serials are to be refused, from what the journal, the vaults and relay's
 * log say. Pure.
 *
 * One thing must stay true: a leaf of which nobody knows whose it is counts as one of every CA's.
 */
import { RELAY } from "../certificates/desired.ts";
import { idempotencyToken } from "../certificates/intent.ts";
import type { DesiredCertificate } from "../certificates/plan.ts";
import { planProof } from "../certificates/proof.ts";
import { type RevocationStanding, withServed } from "../certificates/revocation.ts";
import type { RevocationOrder } from "../certificates/revocation-order.ts";
import type { CertificateVersion, Intent, Serial } from "../certificates/schema.ts";
import { readCertificateArn } from "../certificates/serial.ts";
import type { UnknownIssue } from "../certificates/unknown-issue.ts";
import type { Instant } from "../runtime/instant.ts";
import type { DeployedCa } from "./linked.ts";
import { type RevokedWish, revokedWishes } from "./revoked.ts";
import type { CaId } from "./schema.ts";
import type { KnownLeaf } from "./state.ts";

/** What is known of one certificate. */
export interface Traces {
  readonly desired: DesiredCertificate;
  /** All that the journal has of it. */
  readonly intents: readonly Intent[];
  /** Of a bunny's: the newest in its vault. Of relay's, whose secret holds a key: null. */
  readonly current: CertificateVersion | null;
  /** Of relay's: the serials that its replicas serve. Of a bunny's: none. */
  readonly served: readonly Serial[];
  /** When relay's log showed which serial in use. */
  readonly seen: { readonly serial: Serial; readonly at: Instant } | null;
}

export function leavesOf(
  traces: readonly Traces[],
  unknown: readonly UnknownIssue[],
  cas: readonly DeployedCa[],
  now: Instant,
): KnownLeaf[] {
  const strangers = unknown.map(
    ({ certificate, serial, certificateArn, notAfter }): KnownLeaf => ({
      certificate,
      serial,
      issuer: issuerOfArn(cas, certificateArn),
      notAfter,
      current: false,
    }),
  );
  return [...traces.flatMap((one) => leavesOfOne(one, cas, now)), ...strangers];
}

function leavesOfOne(traces: Traces, cas: readonly DeployedCa[], now: Instant): KnownLeaf[] {
  const { desired, intents, current, served } = traces;
  const certificate = desired.name;
  const currents = presented(traces, now);
  const issued = intents
    .filter(({ state, certificateArn }) => certificateArn !== undefined || state !== "refused")
    .map((intent): KnownLeaf => {
      const serial = serialOf(intent);
      const issuer = issuerOfIntent(cas, intent);
      return { certificate, serial, issuer, notAfter: intent.notAfter, current: currents.has(serial) };
    });
  const known = new Set(issued.map(({ serial }) => serial));
  const inVault =
    current === null || known.has(current.serial)
      ? []
      : [leafOf(certificate, current.serial, toIssuer(current.issuer, cas), current.notAfter)];
  const inLog = served
    .filter((serial) => !known.has(serial))
    .map((serial) => leafOf(certificate, serial, "other", now + desired.lifetimeSeconds));
  return [...issued, ...inVault, ...inLog];
}

const leafOf = (
  certificate: string,
  serial: Serial,
  issuer: CaId | "other",
  notAfter: Instant,
): KnownLeaf => ({ certificate, serial, issuer, notAfter, current: true });

/** The serials that its holder is to present now. Where nobody was heard to serve any, each that was merged may be one. */
function presented({ desired, intents, current, served }: Traces, now: Instant): ReadonlySet<Serial | null> {
  if (desired.holder !== RELAY) return new Set(current === null ? [] : [current.serial]);
  const issued = issuedOf(intents).filter(({ notAfter }) => notAfter > now);
  if (served.length === 0) return new Set(issued.map(serialOf));
  const merged = issued.filter(({ state }) => state === "merged");
  return new Set([
    ...served,
    ...[newestOf(issued), newestOf(merged)].flatMap((one) => (one === null ? [] : [serialOf(one)])),
  ]);
}

const serialOf = ({ certificateArn }: Intent): Serial | null =>
  certificateArn === undefined ? null : readCertificateArn(certificateArn).serial;

/** Also those of which a run that died could not say so any more: what was issued may be merged. */
const issuedOf = (intents: readonly Intent[]): Intent[] =>
  intents.filter(({ state, certificateArn }) => certificateArn !== undefined && state !== "outcome-unknown");

const newestOf = (intents: readonly Intent[]): Intent | null =>
  intents.toSorted((one, other) => other.createdAt - one.createdAt)[0] ?? null;

/** An intent names its CA by its token, before and after its certificate has an ARN. */
function issuerOfIntent(
  cas: readonly DeployedCa[],
  { csrDigest, idempotencyToken: token }: Intent,
): CaId | "other" {
  return cas.find(({ arn }) => idempotencyToken(arn, csrDigest) === token)?.facts.id ?? "other";
}

const issuerOfArn = (cas: readonly DeployedCa[], certificateArn: string): CaId | "other" => {
  const { caArn } = readCertificateArn(certificateArn);
  return cas.find(({ arn }) => arn === caArn)?.facts.id ?? "other";
};

/** What the hand pins and this half does not know is another deployment's. */
const toIssuer = (issuer: CaId | "other", cas: readonly DeployedCa[]): CaId | "other" =>
  cas.some(({ facts }) => facts.id === issuer) ? issuer : "other";

/** Which serials are to be refused now. What its holder is to present is not among them, whoever ordered it. */
export function wishesOf(
  orders: readonly RevocationOrder[],
  traces: readonly Traces[],
  leaves: readonly KnownLeaf[],
  now: Instant,
): RevokedWish[] {
  const byName = new Map(traces.map((one) => [one.desired.name, one]));
  const standingOf = (certificate: string): RevocationStanding => {
    const one = byName.get(certificate);
    return one === undefined ? "not-in-link" : standing(one, now);
  };
  const endOf = (serial: Serial) => leaves.find((leaf) => leaf.serial === serial)?.notAfter ?? null;
  const presentedNow = new Set(leaves.flatMap(({ current, serial }) => (current ? [serial] : [])));
  return revokedWishes(orders, standingOf, endOf, now).filter(({ serial }) => !presentedNow.has(serial));
}

function standing({ desired, intents, current, served, seen }: Traces, now: Instant): RevocationStanding {
  const isRelay = desired.holder === RELAY;
  const newest = isRelay ? newestOf(issuedOf(intents)) : null;
  const serial = newest === null ? null : serialOf(newest);
  const stands = newest === null || serial === null ? current : { serial, createdAt: newest.createdAt };
  const seenAt = stands !== null && seen?.serial === stands.serial ? seen.at : null;
  const target = { current: stands, proof: planProof(desired, stands, seenAt, now) };
  if (!isRelay) return target;
  const [only, ...more] = served;
  if (only === undefined || more.length > 0) return "unsettled";
  return withServed(target, { serial: only, isNew: false });
}
