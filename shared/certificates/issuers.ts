/**
 * From which CA each certificate is issued, as a port: where the link publishes whom to trust, that follows from what
 * relay and the bunnies have loaded (trust/issuers.ts). Elsewhere there is one CA, and nothing to choose.
 */
import type { Instant } from "../runtime/instant.ts";
import type { TrustMemory } from "../trust/memory.ts";
import type { Authority } from "./authority.ts";
import type { Brain } from "./brain.ts";
import { idempotencyToken } from "./intent.ts";
import { patiently } from "./patience.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { CertificateVersion, Intent, ObservedCa } from "./schema.ts";

export type IssuerChoice =
  | {
      readonly kind: "issue";
      readonly authority: Authority;
      /** At once, though the current one has time left. */
      readonly replace: boolean;
    }
  /** It is from none that everybody trusts. */
  | { readonly kind: "hold"; readonly reason: string; readonly who: readonly string[] };

export interface Issuers {
  readonly all: readonly Authority[];
  /** `trust` is what the last look at it has found. */
  choose(
    trust: TrustMemory | undefined,
    desired: DesiredCertificate,
    current: CertificateVersion | null,
    now: Instant,
  ): IssuerChoice;
}

/** What a plan is told of the CA that a certificate would be issued from. */
export interface Issuing {
  readonly authority: Authority;
  readonly ca: ObservedCa;
  readonly replace: boolean;
  /** Null when it may be issued. */
  readonly hold: { readonly because: string; readonly who: string } | null;
}

/** Of one run: each CA is asked once how it is. */
export interface ObservedCas {
  /** Throws `CloudError` when the CA that it would be from does not say how it is. */
  issuingOf(
    desired: DesiredCertificate,
    current: CertificateVersion | null,
    intent: Intent | null,
  ): Promise<Issuing>;
}

export function observeCas(brain: Brain, trust: TrustMemory | undefined, ca: ObservedCa | null): ObservedCas {
  const { authority, issuers } = brain;
  const seen = new Map<string, Promise<ObservedCa>>();
  if (ca !== null) seen.set(authority.arn, Promise.resolve(ca));
  const observe = (one: Authority): Promise<ObservedCa> => {
    const known = seen.get(one.arn) ?? patiently(brain, () => one.observe());
    seen.set(one.arn, known);
    return known;
  };
  return {
    async issuingOf(desired, current, intent) {
      const choice: IssuerChoice =
        issuers === undefined
          ? { kind: "issue", authority, replace: false }
          : issuers.choose(trust, desired, current, brain.clock());
      // What was begun goes on with its own CA: whoever wrote the intent had weighed it.
      const begun = intent === null || intent.state === "refused" ? undefined : begunAt(brain, intent);
      const chosen = begun ?? (choice.kind === "issue" ? choice.authority : authority);
      return {
        authority: withOthers(authority, chosen),
        ca: await observe(chosen),
        replace: choice.kind === "issue" && choice.replace,
        hold:
          choice.kind === "hold" && begun === undefined
            ? { because: choice.reason, who: choice.who.join(" ") }
            : null,
      };
    },
  };
}

/** Its token names the CA that it was written for. */
const begunAt = ({ issuers }: Brain, { csrDigest, idempotencyToken: token }: Intent): Authority | undefined =>
  issuers?.all.find(({ arn }) => idempotencyToken(arn, csrDigest) === token);

/** Issues from one of the link's CAs; what others have issued is read and revoked at theirs. */
function withOthers(all: Authority, chosen: Authority): Authority {
  if (chosen.arn === all.arn) return all;
  const others = [all.arn, ...(all.others ?? [])].filter((arn) => arn !== chosen.arn);
  return { ...all, arn: chosen.arn, others, observe: chosen.observe, issue: chosen.issue };
}
