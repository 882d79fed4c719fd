/**
 * What the hand checks of a bundle before it gives it to a bunny: whoever sends it may not be who they were. Pure.
 *
 * One thing must stay true: nobody is let in who was not let in before, but by a CA that came with a deployment; and
 * what that bunny presents is accepted on.
 */
import type { Serial } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { CaFacts } from "./authority.ts";
import { type Pins, pinnedIn } from "./pins.ts";
import { type Authority, NUMBER_STEP_MAX, type RevokedSerial, type TrustBundle } from "./schema.ts";

/** What is current in the bunny's vault. */
export interface CurrentLeaf {
  readonly certificate: string;
  readonly serial: Serial;
  readonly notAfter: Instant;
  /** By its signature, whatever it says of itself. */
  readonly isFrom: (ca: CaFacts) => boolean;
}

export interface BundleRules {
  readonly pins: Pins;
  /** What was published last; null when nothing was. */
  readonly before: TrustBundle | null;
  /** Of the bundle that is in the vault, and of the highest that this hand has had there; 0 when there is none. */
  readonly numbers: { readonly current: number; readonly highest: number };
  readonly leaves: readonly CurrentLeaf[];
}

export interface BundleFault {
  readonly reason:
    | "chain-not-trusted"
    | "ca-missing"
    | "ca-in-use"
    | "revocation-lost"
    | "revocation-too-long"
    | "revokes-current"
    | "number-out-of-line";
  readonly detail: string;
}

/** The first fault of the bundle, or null. Its form and its chains were checked when it was parsed. */
export function findBundleFault(bundle: TrustBundle, rules: BundleRules, now: Instant): BundleFault | null {
  return (
    findStranger(bundle, rules) ??
    findMissing(bundle, rules.pins) ??
    findInUse(bundle, rules, now) ??
    findLost(bundle, rules, now) ??
    findTooLong(bundle, rules) ??
    findCurrentRevoked(bundle, rules, now) ??
    findNumberFault(bundle, rules.numbers)
  );
}

/** A CA comes with a deployment alone. One that is pinned no more may stay for its leaves' sake, but only on its way out. */
function findStranger({ authorities }: TrustBundle, { pins, before }: BundleRules): BundleFault | null {
  const pinned = pinnedIn(pins);
  const stranger = authorities.find(
    (ca) => !pinned.some(isSame(ca)) && (ca.closedAt === null || !before?.authorities.some(isSame(ca))),
  );
  if (stranger === undefined) return null;
  const detail = `it has the CA ${short(stranger)}, which is neither pinned here nor closed and published before`;
  return { reason: "chain-not-trusted", detail };
}

/** With the very same certificates: another parent would be another chain. */
const isSame =
  (one: CaFacts) =>
  (other: CaFacts): boolean =>
    one.id === other.id && one.pem === other.pem;

/** Without it, what the link issues next would be refused. */
function findMissing({ authorities }: TrustBundle, { staying }: Pins): BundleFault | null {
  const missing = staying.find(({ id }) => !authorities.some((ca) => ca.id === id && ca.closedAt === null));
  if (missing === undefined) return null;
  const detail = `it lacks the CA ${short(missing)}, or has it closed, and the link issues from it`;
  return { reason: "ca-missing", detail };
}

function findInUse(bundle: TrustBundle, rules: BundleRules, now: Instant): BundleFault | null {
  const stays = new Set(bundle.authorities.map(({ id }) => id));
  const known = [...pinnedIn(rules.pins), ...(rules.before?.authorities ?? [])];
  const leaving = known.filter(({ id }) => !stays.has(id));
  for (const leaf of rules.leaves) {
    const ca = leaving.find((one) => isLive(leaf, now) && leaf.isFrom(one));
    if (ca === undefined) continue;
    const detail = `it lacks the CA ${short(ca)}, which has issued the current ${leaf.certificate}`;
    return { reason: "ca-in-use", detail };
  }
  return null;
}

/** Between our clock and those that look at a leaf's date. */
const CLOCK_TOLERANCE_SECONDS = 300;

const isLive = ({ notAfter }: CurrentLeaf, now: Instant): boolean => now < notAfter + CLOCK_TOLERANCE_SECONDS;

/** What was revoked stays so until its leaf has ended, whoever asks for what. */
function findLost({ revoked }: TrustBundle, { before }: BundleRules, now: Instant): BundleFault | null {
  const lost = (before?.revoked ?? []).find(
    ({ serial, until }) => now < until && !revoked.some((one) => one.serial === serial && one.until >= until),
  );
  if (lost === undefined) return null;
  return { reason: "revocation-lost", detail: `it lets in ${lost.serial} again, which has not ended` };
}

/** No leaf outlives its CA: what is to be refused for longer would only take the place of others, for good. */
function findTooLong(bundle: TrustBundle, { before }: BundleRules): BundleFault | null {
  const cas = [...bundle.authorities, ...(before?.authorities ?? [])];
  const last = Math.max(...cas.map(({ notAfter }) => notAfter)) + CLOCK_TOLERANCE_SECONDS;
  const isKept = ({ serial, until }: RevokedSerial) =>
    (before?.revoked ?? []).some((one) => one.serial === serial && one.until >= until);
  const long = bundle.revoked.find((one) => one.until > last && !isKept(one));
  if (long === undefined) return null;
  return { reason: "revocation-too-long", detail: `it refuses ${long.serial} beyond the end of every CA` };
}

/** A replacement comes first. What is refused already is not refused by this bundle. */
function findCurrentRevoked(
  { revoked }: TrustBundle,
  { before, leaves }: BundleRules,
  now: Instant,
): BundleFault | null {
  const known = new Set((before?.revoked ?? []).map(({ serial }) => serial));
  const added = new Set(revoked.map(({ serial }) => serial).filter((serial) => !known.has(serial)));
  const current = leaves.find((leaf) => isLive(leaf, now) && added.has(leaf.serial));
  if (current === undefined) return null;
  return {
    reason: "revokes-current",
    detail: `it revokes ${current.serial}, the current ${current.certificate}`,
  };
}

function findNumberFault(
  { number }: TrustBundle,
  { current, highest }: BundleRules["numbers"],
): BundleFault | null {
  if (number > current && number <= Math.max(current, highest) + NUMBER_STEP_MAX) return null;
  const detail = `its number is ${number}, and ${current} is in the vault`;
  return { reason: "number-out-of-line", detail };
}

const short = ({ id }: Pick<Authority, "id">): string => id.slice(0, 16);
