/**
 * Why one of the link's own is refused, as far as that can be told: from what is known of its certificates and keys,
 * and from the changes just before. Pure. It names what Warrener does about it, and asks the concern that does it to
 * look at once; what that concern finds decides.
 */
import type { ChangeRecord } from "../journal/change.ts";
import { type Instant, toIso } from "../runtime/instant.ts";
import { findSuspect, isKeyUnderWay, type Suspect } from "./cause-suspect.ts";
import { REMEDIES } from "./cause-words.ts";
import { shortName } from "./conditions-words.ts";
import type { Known, KnownApiKey, KnownCertificate } from "./known.ts";
import type { Failure, Party } from "./memory.ts";

export type CauseKind =
  /** It has ended, and there is no newer one. */
  | "ended"
  /** A newer one is in the vault, and the workload shows the one before. */
  | "not-taken-up"
  /** relay's clock and ours differ. */
  | "clock"
  | "trust-changed"
  | "not-trusted"
  | "revoked"
  | "purpose"
  | "no-certificate"
  /** relay does not accept the key any more, or not yet. */
  | "key-previous"
  | "key-pending"
  /** relay refuses the very key that it is to accept. */
  | "key-current"
  /** It shows one certificate, and the key of another bunny. */
  | "key-of-another"
  | "key-unknown"
  | "scope"
  | "tunnel-rotating"
  | "tunnel-keys"
  | "unclear";

export type WakeTarget = "certificates" | "trust" | "api-keys" | "pre-shared-keys";

export interface Cause {
  readonly kind: CauseKind;
  /** One sentence of ours, with no full stop. */
  readonly text: string;
  readonly suspect: Suspect | null;
  /** What Warrener does about it, or that it does nothing. */
  readonly remedy: string;
  /** Who is to look at once; null when nobody could do anything. */
  readonly wake: WakeTarget | null;
}

export interface Facts {
  readonly known: Known;
  /** Of the last hours, in any order. */
  readonly changes: readonly ChangeRecord[];
  readonly frozen: boolean;
  /** What of the link is looked after by a concern that can be asked to look. */
  readonly wakes: readonly WakeTarget[];
  /** Who was to be asked just now, and could not be. */
  readonly unwoken?: readonly WakeTarget[];
}

/** Null when it has no failure. */
export function causeOf(party: Party, facts: Facts): Cause | null {
  const failure = party.failures.at(-1);
  if (failure === undefined) return null;
  const at = party.firstAt ?? failure.at;
  const targets = targetsOf(party.name, facts.known);
  const suspect = findSuspect({ failure: failure.class, targets, at }, facts.changes);
  const { kind, text } = explain(party.name, failure, suspect, facts);
  return { kind, text, suspect, ...remedyOf(kind, facts) };
}

const HELD = "The link is frozen, so nothing is done before somebody thaws it";
const LEFT = "Nothing: the link leaves it to others";
const UNWOKEN =
  "Nothing at once, as nobody could be asked to look: it is looked at by its schedule, within a quarter of an hour";

export function remedyOf(
  kind: CauseKind,
  { frozen, wakes, unwoken = [] }: Facts,
): Pick<Cause, "remedy" | "wake"> {
  const { does, wake } = REMEDIES[kind];
  if (wake === null) return { remedy: does, wake };
  if (!wakes.includes(wake)) return { remedy: LEFT, wake: null };
  if (frozen) return { remedy: HELD, wake };
  return { remedy: unwoken.includes(wake) ? UNWOKEN : does, wake };
}

/** What a change would be about that has to do with it: its certificates, its keys, or the tunnel itself. */
const targetsOf = (name: string, { certificates, apiKeys }: Known): string[] => [
  name,
  ...certificates.filter(({ names }) => names.includes(name)).map((one) => one.name),
  ...apiKeys.filter(({ identity }) => isSame(identity, name, certificates)).map((one) => one.name),
];

const isSame = (identity: string, name: string, certificates: readonly KnownCertificate[]): boolean =>
  identity === name || certificates.some(({ names }) => names.includes(name) && names.includes(identity));

type Explained = Pick<Cause, "kind" | "text">;

function explain(
  whole: string,
  failure: Failure,
  suspect: Suspect | null,
  { known, changes }: Facts,
): Explained {
  const name = shortName(whole);
  switch (failure.class) {
    case "expired":
      return ofEnded(name, failure, known);
    case "not-yet-valid":
      return ofNotYet(name, failure);
    case "unknown-ca":
      return ofUntrusted(name, failure, suspect);
    case "revoked":
      return ofRevoked(name, failure, known);
    case "wrong-purpose":
      return { kind: "purpose", text: `${shows(name, failure)}, which is not for TLS clients` };
    case "no-certificate":
      return { kind: "no-certificate", text: `${name} shows no certificate at all` };
    case "wrong-key-version":
    case "bad-api-key":
      return ofApiKey(whole, failure, known);
    case "forbidden-scope":
      return { kind: "scope", text: `${name} asks for what its certificate or its API key does not allow` };
    case "ike-authentication":
    case "pre-shared-key-mismatch":
      return ofTunnel(whole, suspect, changes);
    case "waf-block":
    case "unknown":
      return { kind: "unclear", text: "The log does not say why" };
  }
}

const shows = (name: string, { serial }: Failure): string =>
  serial === null
    ? `${name} shows a certificate whose serial is not logged`
    : `${name} uses serial ${serial}`;

const usedOf = ({ serial }: Failure, { certificates }: Known): KnownCertificate | undefined =>
  certificates.find((one) => one.serial === serial);

type MergedCertificate = KnownCertificate & { readonly mergedAt: Instant };

/** What is signed alone is in nobody's vault. */
const isMerged = (one: KnownCertificate): one is MergedCertificate => one.mergedAt !== null;

/** The newest version of the same certificate, when it is another one that is good at that time. */
function newerThan(
  used: KnownCertificate,
  at: Instant,
  { certificates }: Known,
): MergedCertificate | undefined {
  const newest = certificates
    .filter((one) => one.name === used.name)
    .filter(isMerged)
    .toSorted((one, other) => other.mergedAt - one.mergedAt)[0];
  return newest !== undefined && newest.serial !== used.serial && newest.notAfter > at ? newest : undefined;
}

const notTakenUp = (name: string, failure: Failure, newer: MergedCertificate): Explained => ({
  kind: "not-taken-up",
  text: `${shows(name, failure)}; serial ${newer.serial} was merged at ${toIso(newer.mergedAt)}`,
});

function ofEnded(name: string, failure: Failure, known: Known): Explained {
  const used = usedOf(failure, known);
  if (used === undefined)
    return { kind: "ended", text: `${shows(name, failure)}, which relay says has ended` };
  if (used.notAfter > failure.at)
    return {
      kind: "clock",
      text: `${shows(name, failure)}, which ends only at ${toIso(used.notAfter)}: relay's clock is ahead`,
    };
  const newer = newerThan(used, failure.at, known);
  if (newer !== undefined) return notTakenUp(name, failure, newer);
  return { kind: "ended", text: `${shows(name, failure)}, which ended at ${toIso(used.notAfter)}` };
}

function ofNotYet(name: string, failure: Failure): Explained {
  return {
    kind: "clock",
    text: `${shows(name, failure)}, which relay says is not valid yet: its clock is behind`,
  };
}

function ofUntrusted(name: string, failure: Failure, suspect: Suspect | null): Explained {
  if (suspect?.kind === "publish-trust")
    return { kind: "trust-changed", text: `${shows(name, failure)}; ${suspect.text}` };
  return { kind: "not-trusted", text: `${shows(name, failure)}, whose CA relay does not trust` };
}

function ofRevoked(name: string, failure: Failure, known: Known): Explained {
  const used = usedOf(failure, known);
  const newer = used === undefined ? undefined : newerThan(used, failure.at, known);
  if (newer !== undefined) return notTakenUp(name, failure, newer);
  return { kind: "revoked", text: `${shows(name, failure)}, which is revoked` };
}

function ofApiKey(whole: string, { apiKeyId }: Failure, { apiKeys, certificates }: Known): Explained {
  const name = shortName(whole);
  const key = apiKeys.find(({ id }) => id === apiKeyId);
  if (apiKeyId === null)
    return { kind: "key-unknown", text: `${name} comes with no API key that relay knows` };
  if (key === undefined)
    return { kind: "key-unknown", text: `${name} uses API key ${apiKeyId}, which is none of the link's` };
  if (!isSame(key.identity, whole, certificates))
    return {
      kind: "key-of-another",
      text: `${name} comes with API key ${apiKeyId}, which is that of ${shortName(key.identity)}`,
    };
  return {
    kind: KEY_KINDS[key.state],
    text: `${name} uses API key ${apiKeyId}, the ${key.state} one of ${key.name}`,
  };
}

const KEY_KINDS = {
  current: "key-current",
  pending: "key-pending",
  previous: "key-previous",
} as const satisfies Record<KnownApiKey["state"], CauseKind>;

/** A step may have been the last one: then what still differs is nobody's rotation any more. */
const ofTunnel = (whole: string, suspect: Suspect | null, changes: readonly ChangeRecord[]): Explained => {
  const text = `The ends of ${shortName(whole)} do not have the same pre-shared key`;
  return suspect !== null && isKeyUnderWay(whole, changes)
    ? { kind: "tunnel-rotating", text: `${text}; ${suspect.text}` }
    : { kind: "tunnel-keys", text };
};
