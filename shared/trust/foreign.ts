/**
 * Tells the CAs that are ours from those that somebody else has put into a bunny's vault. Pure.
 *
 * One thing must stay true: whoever may write a vault, and no more than that, has nobody trusted anywhere else.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { CaFacts } from "./authority.ts";
import { casOf } from "./issuer.ts";
import { isRemembered } from "./remembered.ts";
import type { CaId } from "./schema.ts";
import { type DesiredTrust, headOf, type ObservedTrust } from "./state.ts";

/** The link's, whose certificates come with the deployment; those in relay's store; and what we have published. */
export function ownCa(
  desired: DesiredTrust,
  observed: Pick<ObservedTrust, "head" | "remembered">,
): (ca: CaFacts) => boolean {
  const linked = new Set(casOf(desired));
  const head = headOf(observed);
  return (ca) =>
    linked.has(ca.id) ||
    (head?.authorities.some(({ id, pem }) => id === ca.id && pem === ca.pem) ?? false) ||
    isRemembered(observed.remembered, ca);
}

export interface ForeignCas {
  /** The bunny in whose vault they are. */
  readonly party: string;
  readonly cas: readonly CaId[];
}

export function foreignCas(desired: DesiredTrust, observed: ObservedTrust): ForeignCas[] {
  const isOwn = ownCa(desired, observed);
  const sorted = [...observed.copies].toSorted(([one], [other]) => compareText(one, other));
  return sorted.flatMap(([party, store]) => {
    const held = store.kind === "published" ? store.bundle.authorities : [];
    const cas = held.filter((ca) => !isOwn(ca)).map(({ id }) => id);
    return cas.length === 0 ? [] : [{ party, cas }];
  });
}
