/**
 * The API keys with which a bunny comes to relay, as the link declares them, and the rules of them that need several
 * fields. Once a bunny has one, relay lets nobody pass for it without.
 */
import * as z from "zod";
import { API_KEY_SECRETS_TAKEN, apiKeySecret } from "../runtime/deployed-names.ts";
import { Duration, formatDuration } from "./duration.ts";
import { duplicates, type Fault } from "./faults.ts";
import { KebabName } from "./names.ts";
import { strict } from "./strict.ts";

const SCOPES = ["poll", "results"] as const;
const SCOPE = 'must be "poll" or "results"';
const Scopes = z
  .array(z.enum(SCOPES, { error: SCOPE }), { error: 'must be a list of "poll" and "results"' })
  .min(1, { error: 'must have "poll" or "results": without either, nothing can be done with the key' })
  .refine((scopes) => new Set(scopes).size === scopes.length, {
    error: "names one scope twice: write it once",
  })
  .transform((scopes) => scopes.toSorted())
  .default([...SCOPES]);

const AUTOMATIC = 'must be "observed" or { after: "10 minutes" }';
/** A new key is in nobody's hands until it is pushed, and a push waits for a proof. */
const KeyProof = z.union([z.literal("observed"), strict({ after: Duration() })], {
  error: ({ input }) =>
    input === "manual"
      ? `cannot be "manual": nobody may read a new key, so nobody could push it by hand; it ${AUTOMATIC}`
      : AUTOMATIC,
});

export const LinkApiKey = strict({
  /** Of the secret in bunny's vault. */
  name: KebabName(2, 40),
  /** A name of each certificate that it may be sent with; left out, the first that all of bunny's bear. */
  identity: z.string({ error: "must be a name that one of bunny's certificates bears" }).optional(),
  scopes: Scopes,
  rotateEvery: Duration().default(30 * 86_400),
  grace: Duration().default(3_600),
  proof: KeyProof.default("observed"),
  provenWithin: Duration().default(1_800),
}).transform(({ rotateEvery, grace, provenWithin, ...rest }) => ({
  ...rest,
  rotateEverySeconds: rotateEvery,
  graceSeconds: grace,
  provenWithinSeconds: provenWithin,
}));
export type LinkApiKey = z.output<typeof LinkApiKey>;

interface Named {
  readonly identity: { readonly commonName: string; readonly dnsNames: readonly string[] };
}

/** By which relay knows who comes with the certificate. A common name counts where there is no DNS name (RFC 9525). */
export const namesOf = ({ identity: { commonName, dnsNames } }: Named): readonly string[] =>
  dnsNames.length === 0 ? [commonName] : dnsNames;

/** How bunny's names bear on a key that is made for one of them. */
export interface KeyNames {
  /** On every certificate that bears that name: a key for one of these is as good. */
  readonly asGood: readonly string[];
  /** On any of those certificates: by one of these relay logs who comes with it. */
  readonly callers: readonly string[];
}

export function keyNames(certificates: readonly Named[], identity: string): KeyNames {
  const bearers = certificates.filter((certificate) => namesOf(certificate).includes(identity));
  return { asGood: [...new Set(sharedNames(bearers))], callers: [...new Set(bearers.flatMap(namesOf))] };
}

/** Names that all of the certificates bear. */
export const sharedNames = (certificates: readonly Named[]): string[] =>
  certificates
    .flatMap(namesOf)
    .filter((name) => certificates.every((certificate) => namesOf(certificate).includes(name)));

/** As far as these rules need a link. */
interface Keyed {
  readonly relay: {
    readonly readers: readonly string[];
    readonly certificate?: { readonly name: string } | undefined;
  };
  readonly bunnies: readonly {
    readonly name: string;
    readonly apiKeys: readonly LinkApiKey[];
    readonly certificates: readonly (Named & { readonly name: string })[];
  }[];
  readonly vpn?:
    | {
        readonly connections: readonly { readonly tunnels: readonly { readonly name: string }[] }[];
      }
    | undefined;
}

interface Placed {
  readonly at: string;
  readonly bunny: Keyed["bunnies"][number];
  readonly key: LinkApiKey;
}

export function apiKeyFaults(link: Keyed): Fault[] {
  const placed = link.bunnies.flatMap((bunny, b) =>
    bunny.apiKeys.map((key, k): Placed => ({ at: `bunnies[${b}].apiKeys[${k}]`, bunny, key })),
  );
  return [
    ...readerFaults(link, placed),
    ...nameFaults(link, placed),
    ...secretFaults(placed),
    ...scopeFaults(placed),
    ...placed.flatMap((one) => [...identityFaults(one), ...timeFaults(one)]),
  ];
}

function readerFaults({ relay }: Keyed, placed: readonly Placed[]): Fault[] {
  if (placed.length === 0 || relay.readers.length > 0) return [];
  const message =
    "is missing, and relay could read no API key: write the ARNs of the IAM roles of relay's pods, which must exist";
  return [{ path: "relay.readers", message }];
}

const TAKEN_IN_VAULT = "trust-bundle";

/** A person names what is to be rotated; and in the vault a certificate is a secret too, of its own name. */
function nameFaults(link: Keyed, placed: readonly Placed[]): Fault[] {
  const keys = placed.map(({ key, at }) => ({ name: key.name, path: `${at}.name` }));
  const tunnels = (link.vpn?.connections ?? []).flatMap((connection, c) =>
    connection.tunnels.map(({ name }, t) => ({ name, path: `vpn.connections[${c}].tunnels[${t}].name` })),
  );
  const certificates = new Map(
    certificateNames(link).map((name) => [name.toLowerCase(), "of a certificate"]),
  );
  const others = new Map([
    ...tunnels.map(({ name }): [string, string] => [name, "of a tunnel"]),
    ...certificates,
    [TAKEN_IN_VAULT, "under which the trust bundle is in the vault"],
  ]);
  return [
    ...duplicates("API key", keys, "each API key of a link needs its own name"),
    ...keys.flatMap((named) => takenFaults(named, others)),
    ...tunnels.flatMap((named) => takenFaults(named, certificates)),
  ];
}

const certificateNames = ({ bunnies, relay }: Keyed): string[] => [
  ...bunnies.flatMap(({ certificates }) => certificates.map(({ name }) => name)),
  ...(relay.certificate === undefined ? [] : [relay.certificate.name]),
];

function takenFaults(
  { name, path }: { readonly name: string; readonly path: string },
  others: ReadonlyMap<string, string>,
): Fault[] {
  const other = others.get(name);
  return other === undefined
    ? []
    : [{ path, message: `"${name}" is also the name ${other}: choose another` }];
}

/** Where a bunny ends and its key begins is not seen in the secret's name. */
function secretFaults(placed: readonly Placed[]): Fault[] {
  const first = new Map<string, Placed>();
  return placed.flatMap((one): Fault[] => {
    const { at, bunny, key } = one;
    const secret = apiKeySecret(bunny.name, key.name);
    const earlier = first.get(secret) ?? one;
    first.set(secret, earlier);
    // Two of one name have that fault already.
    const isShared = earlier.key.name !== key.name;
    const isTaken = API_KEY_SECRETS_TAKEN.some((taken) => taken.test(secret));
    if (!isShared && !isTaken) return [];
    const whose = isShared ? `that of ${earlier.at}` : "a secret of the deployment's own";
    const message = `its secret in AWS would be named "${secret}", as ${whose} is: choose another name`;
    return [{ path: `${at}.name`, message }];
  });
}

function identityFaults({ at, bunny: { certificates }, key: { identity } }: Placed): Fault[] {
  const names = [...new Set(certificates.flatMap(namesOf))];
  const path = `${at}.identity`;
  const how = `write ${names.map((name) => `"${name}"`).join(" or ")}`;
  if (identity === undefined) {
    if (sharedNames(certificates).length > 0) return [];
    return [{ path, message: `is missing, and no name is on all of bunny's certificates: ${how}` }];
  }
  if (names.includes(identity)) return [];
  return [{ path, message: `"${identity}" is on none of its bunny's certificates: ${how}` }];
}

export const identityOf = (
  certificates: readonly Named[],
  { identity }: Pick<LinkApiKey, "identity">,
): string | undefined => identity ?? sharedNames(certificates)[0];

/** bunny sends one key with a request: of two that are good for it, nobody could say which is used. */
function scopeFaults(placed: readonly Placed[]): Fault[] {
  const identified = placed.map((one) => ({ ...one, identity: identityOf(one.bunny.certificates, one.key) }));
  return identified.flatMap(({ at, key, identity }, index): Fault[] => {
    if (identity === undefined) return [];
    const earlier = identified
      .slice(0, index)
      .find((one) => one.identity === identity && one.key.scopes.some((scope) => key.scopes.includes(scope)));
    if (earlier === undefined) return [];
    const message = `has a scope that ${earlier.at} has too, for "${identity}": give each scope to one of the two`;
    return [{ path: `${at}.scopes`, message }];
  });
}

/** In less, uses that are logged each minute, by replicas that look each minute, prove nothing. */
const GRACE_MIN_SECONDS = 600;
/** relay's replicas look each minute. */
const PROVEN_WITHIN_MIN_SECONDS = 60;
/** A version of a secret is kept for a day at least, and only so many are: more would be more than there may be. */
const ROTATE_EVERY_MIN_SECONDS = 86_400;

function timeFaults({ at, key }: Placed): Fault[] {
  const { graceSeconds, proof, provenWithinSeconds, rotateEverySeconds } = key;
  const faults: Fault[] = [];
  const fault = (path: string, message: string) => void faults.push({ path: `${at}.${path}`, message });
  const least = formatDuration(GRACE_MIN_SECONDS);
  if (graceSeconds < GRACE_MIN_SECONDS)
    fault(
      "grace",
      `${formatDuration(graceSeconds)} is too short to see who still uses the old key: write "${least}" or more`,
    );
  if (provenWithinSeconds < PROVEN_WITHIN_MIN_SECONDS)
    fault(
      "provenWithin",
      `${formatDuration(provenWithinSeconds)} is too short for relay's replicas to load a key: write "${formatDuration(PROVEN_WITHIN_MIN_SECONDS)}" or more`,
    );
  if (rotateEverySeconds < ROTATE_EVERY_MIN_SECONDS)
    fault(
      "rotateEvery",
      `${formatDuration(rotateEverySeconds)} is too often for the versions that a secret may have: write "${formatDuration(ROTATE_EVERY_MIN_SECONDS)}" or more`,
    );
  if (typeof proof === "object" && proof.after > graceSeconds)
    fault(
      "proof.after",
      `${formatDuration(proof.after)} is longer than the grace of ${formatDuration(graceSeconds)}, after which the old key is refused: shorten it, or lengthen grace`,
    );
  const proven = typeof proof === "object" ? proof.after : provenWithinSeconds;
  const takes = 2 * proven + graceSeconds;
  if (rotateEverySeconds >= ROTATE_EVERY_MIN_SECONDS && rotateEverySeconds <= takes)
    fault(
      "rotateEvery",
      `${formatDuration(rotateEverySeconds)} is over before a rotation may be, which takes up to ${formatDuration(takes)} (both proofs and the grace): lengthen it`,
    );
  return faults;
}
