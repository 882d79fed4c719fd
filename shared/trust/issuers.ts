/**
 * From which CA the renewals have a certificate signed: what `planIssuer` says of what the last look at the trust has
 * found. A look that is too old counts for nothing that changes by itself, so that a renewal then stays with the CA of
 * the certificate that it takes the place of.
 */
import type { Authority } from "../certificates/authority.ts";
import type { IssuerChoice, Issuers } from "../certificates/issuers.ts";
import { isLate } from "../certificates/late.ts";
import type { DesiredCertificate } from "../certificates/plan.ts";
import type { CertificateVersion } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import { planIssuer } from "./issuer.ts";
import { caOf, type DeployedCa } from "./linked.ts";
import { fromView, type TrustMemory, type TrustView } from "./memory.ts";
import type { CaId } from "./schema.ts";
import { type DesiredTrust, type KnownLeaf, type ObservedTrust, VIEW_SECONDS } from "./state.ts";

export interface IssuerParts {
  readonly desired: DesiredTrust;
  readonly cas: readonly DeployedCa[];
  readonly authorityOf: (ca: DeployedCa) => Authority;
  /** The CAs that this function merges by itself, as for relay; null where the hand does. */
  readonly ownPins: readonly CaId[] | null;
}

export function trustIssuers(parts: IssuerParts): Issuers {
  const { cas, authorityOf, desired } = parts;
  const authorities = new Map(cas.map((ca) => [ca.facts.id, authorityOf(ca)]));
  return {
    all: [...authorities.values()],
    choose(trust, certificate, current, now): IssuerChoice {
      const plan = planIssuer(
        desired,
        observedFor(parts, trust, certificate, current, now),
        {
          certificate: certificate.name,
          current: current === null ? null : toLeaf(certificate, current),
          ending: isLate(certificate, current, now),
        },
        now,
      );
      if (plan.kind === "hold") return { kind: "hold", reason: plan.reason, who: plan.who };
      const authority = authorities.get(plan.ca);
      if (authority === undefined) return { kind: "hold", reason: "cannot-sign", who: [] };
      return { kind: "issue", authority, replace: plan.replace };
    },
  };
}

const toLeaf = (
  { name }: DesiredCertificate,
  { serial, issuer, notAfter }: CertificateVersion,
): KnownLeaf => ({
  certificate: name,
  serial,
  issuer,
  notAfter,
  current: true,
});

function observedFor(
  parts: IssuerParts,
  trust: TrustMemory | undefined,
  { name }: DesiredCertificate,
  current: CertificateVersion | null,
  now: Instant,
): ObservedTrust {
  const view = trust?.view ?? null;
  const pinned = new Map([[name, parts.ownPins ?? pinsOf(parts, view, current)]]);
  // Neither is asked of who issues: what may be presented, and what is to be refused, is publish-trust's to weigh.
  const rest = { leaves: "unreadable", revoked: "unreadable", remembered: [], pinned } as const;
  if (view === null || trust === undefined)
    return {
      ...rest,
      head: { kind: "unreadable" },
      copies: new Map(),
      words: "unreadable",
      signs: new Map(),
    };
  const seen = fromView(view, trust);
  const isFresh = now - view.at <= VIEW_SECONDS;
  return isFresh ? { ...seen, ...rest } : { ...seen, ...rest, words: "unreadable", signs: new Map() };
}

/** What the hand has merged it pins; and the issuing CA has been pinned before there was any other. */
function pinsOf(
  { cas, desired }: IssuerParts,
  view: TrustView | null,
  current: CertificateVersion | null,
): readonly CaId[] {
  if (view !== null && view.pinned !== "unreadable") return view.pinned;
  const known = current === null ? undefined : caOf(cas, current.issuer);
  return [...new Set([desired.issuing.id, ...(known === undefined ? [] : [known.facts.id])])];
}
