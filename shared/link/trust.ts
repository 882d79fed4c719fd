/**
 * How relay and the bunnies are told whom to trust: `trust` of a link. Left out, each side looks after that by itself,
 * and the link has one CA.
 */
import * as z from "zod";
import { RENEWAL_SECONDS, TRUST_TIMING, VIEW_SECONDS, WORD_EVERY_SECONDS } from "../trust/state.ts";
import { type CertificateAuthority, linkedCas } from "./certificate-authority.ts";
import { Duration, formatDuration } from "./duration.ts";
import type { Fault } from "./faults.ts";
import { IamRoleArn } from "./names.ts";
import { strict } from "./strict.ts";

/** How it is known that a bundle was loaded. A person's word would hold up every change of it for good. */
const LoadingProof = z.union([z.enum(["observed"]), strict({ after: Duration() })], {
  error: 'must be "observed" or { after: "2 hours" }',
});
const Party = strict({ proof: LoadingProof.default("observed") });

const NEEDS_ROLE = "must have at least one of the role ARNs";
export const LinkTrust = strict({
  relay: Party.prefault({}),
  bunnies: Party.prefault({}),
  /** The roles of relay's pods; left out, `relay.readers`. */
  readers: z
    .array(IamRoleArn, { error: "must be a list of role ARNs" })
    .min(1, { error: NEEDS_ROLE })
    .refine((arns) => new Set(arns).size === arns.length, { error: "names one role twice: write it once" })
    .transform((arns) => arns.toSorted())
    .optional(),
  /** So much later than it is written a line of relay's log may be found in CloudWatch. */
  logWithin: Duration().default(TRUST_TIMING.lateSeconds),
  heardWithin: Duration().default(TRUST_TIMING.heardWithinSeconds),
  missedFor: Duration().default(TRUST_TIMING.missedSeconds),
  settleFor: Duration().default(TRUST_TIMING.settledSeconds),
  closeFor: Duration().default(TRUST_TIMING.closedSeconds),
}).transform(({ relay, bunnies, readers, logWithin, heardWithin, missedFor, settleFor, closeFor }) => ({
  relay,
  bunnies,
  ...(readers === undefined ? {} : { readers }),
  timing: {
    lateSeconds: logWithin,
    heardWithinSeconds: heardWithin,
    missedSeconds: missedFor,
    settledSeconds: settleFor,
    closedSeconds: closeFor,
  },
}));
export type LinkTrust = z.output<typeof LinkTrust>;

/** As far as these rules need a link. */
interface Trusted {
  readonly aws: { readonly region: string };
  readonly certificateAuthority: CertificateAuthority;
  readonly relay: { readonly certificate?: object };
  readonly bunnies: readonly { readonly certificates: readonly { readonly name: string }[] }[];
  readonly trust?: LinkTrust | undefined;
}

export function trustFaults(link: Trusted): Fault[] {
  return [...otherCaFaults(link), ...(link.trust === undefined ? [] : bundleFaults(link, link.trust))];
}

function otherCaFaults({ trust, certificateAuthority }: Trusted): Fault[] {
  const linked = linkedCas(certificateAuthority);
  const adopted = new Map<string, string>();
  return linked.flatMap(({ role, ca, path }): Fault[] => {
    const faults: Fault[] = [];
    if (role !== "issuing" && trust === undefined)
      faults.push({ path, message: "needs trust, by which relay and bunny learn of it: add trust: {}" });
    if (!("adopt" in ca)) return faults;
    const earlier = adopted.get(ca.adopt);
    if (earlier === undefined) adopted.set(ca.adopt, path);
    else faults.push({ path: `${path}.adopt`, message: `is also ${earlier}.adopt: name another CA` });
    return faults;
  });
}

/** Under which the bundle is in each bunny's vault. */
export const TRUST_BUNDLE = "trust-bundle";

function bundleFaults({ relay, bunnies }: Trusted, { timing }: LinkTrust): Fault[] {
  const faults: Fault[] = timingFaults(timing);
  if (relay.certificate === undefined) {
    const message =
      "is missing, and bunny would refuse the one that relay has: with trust it takes relay's certificate from the link's CAs alone. Add relay.certificate: { readers }, or leave trust out";
    faults.push({ path: "relay.certificate", message });
  }
  // Key Vault's names ignore case, and a certificate is a secret too, with its private key.
  const named = bunnies.flatMap(({ certificates }, b) =>
    certificates.map(({ name }, c) => ({ name, path: `bunnies[${b}].certificates[${c}].name` })),
  );
  const taken = named.filter(({ name }) => name.toLowerCase() === TRUST_BUNDLE);
  const message = `"${TRUST_BUNDLE}" is the name under which the trust bundle is in the vault: choose another`;
  return [...faults, ...taken.map(({ path }) => ({ path, message }))];
}

/** Each time is there to outlast something, and shorter than that it would protect nobody. */
function timingFaults(timing: LinkTrust["timing"]): Fault[] {
  const { lateSeconds, heardWithinSeconds, missedSeconds, settledSeconds, closedSeconds } = timing;
  const atLeast = (path: string, seconds: number, least: number, why: string): Fault[] => {
    const message = `${formatDuration(seconds)} is under ${formatDuration(least)}, ${why}: lengthen it`;
    return seconds < least ? [{ path: `trust.${path}`, message }] : [];
  };
  const twice = 2 * WORD_EVERY_SECONDS;
  const issued = VIEW_SECONDS + RENEWAL_SECONDS + 1;
  return [
    ...atLeast("heardWithin", heardWithinSeconds, twice, "and each replica is heard once a minute"),
    ...atLeast(
      "missedFor",
      missedSeconds,
      heardWithinSeconds,
      "which is trust.heardWithin, so a replica would be forgotten while it is there",
    ),
    ...atLeast(
      "settleFor",
      settledSeconds,
      lateSeconds,
      "which is trust.logWithin, so one that starts with the bundle before might not be in relay's log yet",
    ),
    ...atLeast("closeFor", closedSeconds, issued, "within which a renewal may still issue from that CA"),
  ];
}
