/** What is told only once it has lasted: since when it has been so. Pure. */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import type { TrustMemory } from "./memory.ts";
import type { TrustPlan } from "./plan.ts";

export type Since = TrustMemory["since"];

export const BLIND = "blind";
export const PREPARING = "preparing";
export const HELD = "held";
export const unpublished = (party: string): string => `unpublished ${party}`;
export const unloaded = (party: string): string => `unloaded ${party}`;

export function sinceAfter(before: Since, plan: TrustPlan, now: Instant): Since {
  const holds = [
    ...(isBlind(plan) ? [BLIND] : []),
    ...(plan.rollover.phase === "preparing" ? [PREPARING] : []),
    ...(isHeld(plan) ? [HELD] : []),
    ...plan.steps.map(({ party }) => unpublished(party)),
    ...[...plan.loaded].flatMap(([party, { kind }]) => (kind === "loaded" ? [] : [unloaded(party)])),
  ];
  return holds
    .toSorted(compareText)
    .map((what) => ({ what, at: before.find((one) => one.what === what)?.at ?? now }));
}

/** Something of what decides could not be read. */
export const isBlind = ({ troubles }: TrustPlan): boolean =>
  troubles.some(({ kind }) => kind.endsWith("-unreadable"));

/** By something else than what could not be read, which is told as such. */
const isHeld = ({ hold }: TrustPlan): boolean => hold !== null && !hold.reason.endsWith("-unreadable");

/** Since when, if for so long; null when it is not so, or not for so long yet. */
export function lasted(since: Since, what: string, seconds: number, now: Instant): Instant | null {
  const found = since.find((one) => one.what === what);
  return found !== undefined && now - found.at >= seconds ? found.at : null;
}
