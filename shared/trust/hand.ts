/**
 * The hand's verbs for the trust bundle: what each bunny's vault holds of it, and one more version. It finds vaults by
 * the link's names, and gives a bunny no bundle that it has not judged by what it was deployed with.
 */
import type { Body, Outcome, Problem, RefusalReason, Refused } from "../azure-api/contract.ts";
import type { Copy } from "../azure-api/trust-endpoints.ts";
import { isIssuedBy } from "../certificates/chain.ts";
import type { Place } from "../certificates/hand.ts";
import { pemToDer, splitPem } from "../certificates/pem.ts";
import { readCertificate } from "../certificates/x509.ts";
import { TRUST_BUNDLE } from "../link/trust.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import type { Rows } from "../rows/rows.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { CaFacts } from "./authority.ts";
import { type Claimed, endClaim, readClaim, takeClaim } from "./claim.ts";
import type { CopyStore } from "./copy-store.ts";
import { parseBundle, writeBundle } from "./document.ts";
import { type CurrentLeaf, findBundleFault } from "./judge.ts";
import { type Pins, pinnedIn } from "./pins.ts";
import type { TrustBundle } from "./schema.ts";

export interface TrustPlace {
  readonly store: CopyStore;
  /** Of that bunny, by their names. */
  readonly certificates: ReadonlyMap<string, Place>;
}

export interface TrustHand {
  readonly pins: Pins;
  /** By the bunny's name. */
  readonly places: ReadonlyMap<string, TrustPlace>;
  readonly rows: Rows;
  readonly clock: Clock;
}

/** One copy that cannot be read never hides the others. */
export async function observeCopies(
  { pins, places }: TrustHand,
  { names }: Body<"trust.observe">,
): Promise<Outcome<"trust.observe">> {
  const copies = await Promise.all(
    names.map(async (name) => {
      const place = places.get(name);
      if (place === undefined) return { name, problem: unknownBunny };
      const held = await orCloudError(() => readCopy(place.store));
      return held instanceof CloudError ? { name, problem: problemOf(held) } : { name, copy: toCopy(held) };
    }),
  );
  return { outcome: "observed", pinned: pinnedIn(pins).map(({ id }) => id), copies };
}

const unknownBunny: Problem = { code: "unknown-bunny", operation: "trust.observe", retryable: false };

const problemOf = ({ code, operation, retryable, throttled }: CloudError): Problem => ({
  ...{ code, operation, retryable, throttled },
});

/** Throws `CloudError` when it is not known whether the version was added. What fails before it is a refusal. */
export async function publishCopy(
  hand: TrustHand,
  { name, bundle: text, replaces }: Body<"trust.publish">,
): Promise<Outcome<"trust.publish">> {
  const place = hand.places.get(name);
  if (place === undefined) return refused("unknown-bunny", `the link's half here has no bunny ${name}`);
  const bundle = parseBundle(text);
  const seen = await orCloudError(() => lookAt(hand, place, name));
  if (seen instanceof CloudError) return unsure(seen);
  const now = hand.clock();
  if (seen.copy.bundle?.version === bundle.version && seen.copy.version !== null)
    return { outcome: "published", version: seen.copy.version };
  if (now < seen.claimed.until) return refused("observation-stale", "another publication is under way");
  if (seen.copy.version !== replaces) return refused("observation-stale", "another version is current now");
  const fault = findBundleFault(bundle, rulesOf(hand, seen), now);
  if (fault !== null) return refused(fault.reason, fault.detail);
  return await write(hand, place, { name, bundle, claimed: seen.claimed, now });
}

interface Seen {
  readonly claimed: Claimed;
  readonly copy: HeldCopy;
  readonly leaves: readonly CurrentLeaf[];
}

/** The claim first: whoever publishes after it was read has taken it from us. */
async function lookAt({ rows }: TrustHand, place: TrustPlace, name: string): Promise<Seen> {
  const claimed = await readClaim(rows, name);
  const [copy, leaves] = await Promise.all([readCopy(place.store), readLeaves(place)]);
  return { claimed, copy, leaves };
}

/** What is in the vault counts. Where there is no bundle any more, what was published last is remembered. */
const rulesOf = ({ pins }: TrustHand, { claimed, copy, leaves }: Seen) => ({
  ...{ pins, leaves },
  before: copy.bundle ?? claimed.bundle,
  numbers: { current: copy.bundle?.number ?? 0, highest: claimed.bundle?.number ?? 0 },
});

interface Publication {
  readonly name: string;
  readonly bundle: TrustBundle;
  readonly claimed: Claimed;
  readonly now: number;
}

async function write(
  { rows }: TrustHand,
  { store }: TrustPlace,
  { name, bundle, claimed, now }: Publication,
): Promise<Outcome<"trust.publish">> {
  const taken = await orCloudError(() => takeClaim(rows, name, claimed, { bundle, now }));
  if (taken instanceof CloudError) return unsure(taken);
  if (!taken) return refused("observation-stale", "another publication began at the same time");
  const written = await store.write(writeBundle(bundle));
  await endClaim(rows, name, { bundle, now });
  if (written === "deleted")
    return refused("bundle-deleted", "the vault has the bundle as deleted but recoverable: recover it");
  if (written === "taken")
    return refused("name-taken", "the vault has something else under the bundle's name");
  return { outcome: "published", version: written.version };
}

interface HeldCopy {
  /** Null when there is none. */
  readonly version: string | null;
  /** Null when it is no bundle of ours. */
  readonly bundle: TrustBundle | null;
  readonly at: number;
}

async function readCopy(store: CopyStore): Promise<HeldCopy> {
  const stored = await store.read();
  if (stored === "taken") throw nameTaken();
  if (stored === null) return { version: null, bundle: null, at: 0 };
  const { version, text, at } = stored;
  return { version, bundle: bundleIn(text), at };
}

/** What is there is a certificate's, with its private key, and was not looked at. */
function nameTaken(): CloudError {
  const operation = "GetSecret";
  const code = "name-taken";
  return new CloudError({ provider: "azure", operation, target: TRUST_BUNDLE, code, retryable: false });
}

/** Somebody's own text is told of as such, and nothing of what it says. */
function bundleIn(text: string): TrustBundle | null {
  try {
    return parseBundle(text);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
}

function toCopy({ version, bundle, at }: HeldCopy): Copy {
  if (version === null) return { kind: "absent" };
  if (bundle === null) return { kind: "malformed", storeVersion: version };
  return { kind: "published", storeVersion: version, bundle: writeBundle(bundle), at };
}

/** Throws `CloudError` also for a certificate that no parser of ours reads: whose it is, nobody can tell. */
async function readLeaves({ certificates }: TrustPlace): Promise<CurrentLeaf[]> {
  const leaves = await Promise.all(
    [...certificates].map(async ([certificate, { vault }]) => {
      const current = await vault.readCertificate(certificate);
      return current === null ? [] : [toLeaf(certificate, current.leaf)];
    }),
  );
  return leaves.flat();
}

function toLeaf(certificate: string, der: Uint8Array): CurrentLeaf {
  try {
    const { serial, notAfter } = readCertificate(der);
    return { certificate, serial, notAfter, isFrom: (ca) => hasIssued(ca, der) };
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause;
    const [operation, code] = ["GetCertificate", "unreadable-certificate"];
    throw new CloudError({
      provider: "azure",
      operation,
      target: certificate,
      code,
      retryable: false,
      cause,
    });
  }
}

export function hasIssued({ pem }: CaFacts, leaf: Uint8Array): boolean {
  const [issuing] = splitPem(pem).map(pemToDer);
  return issuing !== undefined && isIssuedBy(leaf, issuing);
}

const unsure = ({ operation, code }: CloudError): Refused =>
  refused("cannot-tell", `${operation} failed: ${code}`);

function refused(reason: RefusalReason, detail: string): Refused {
  return { outcome: "refused", reason, detail };
}
