/**
 * The link's own callers and tunnels: their failures, and whether those still stand. A failure is over when nothing more
 * has come for the quiet time, and the same one was let in since: of several replicas one may still refuse what another
 * accepts, so that somebody is let in alone says nothing. Pure.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Failure, MEMORY_MAX, type Party } from "./memory.ts";

/** relay logs a refusal of one connection at least once a minute, and who is accepted as often. */
export const SETTLED_SECONDS = 60;
/** Silence is no proof of health, and no log says that a caller has been taken out of service. */
const HELD_MAX_SECONDS = 86_400;

const IN_ORDER = { firstAt: null, count: 0, failures: [] } satisfies Partial<Party>;

/** Was it let in some time after its last failure? Then nothing needs to be done about that one any more. */
export function isSettled({ failures, acceptedAt }: Party): boolean {
  const last = failures.at(-1);
  return last === undefined || (acceptedAt !== null && acceptedAt - last.at >= SETTLED_SECONDS);
}

/** Is it refused now, as far as its log tells? */
export function isRefused(party: Party, quietSeconds: number, now: Instant): boolean {
  const last = party.failures.at(-1);
  if (last === undefined) return false;
  const seconds = now - last.at;
  if (seconds < quietSeconds) return true;
  // Where the log has never shown it accepted, it need not be able to.
  return party.acceptedAt !== null && !isSettled(party) && seconds < HELD_MAX_SECONDS;
}

export function withFailure(parties: readonly Party[], name: string, failure: Failure): Party[] {
  return change(parties, name, (party) => {
    if (party.failures.some(({ mark }) => mark === failure.mark)) return party;
    return {
      ...party,
      firstAt: Math.min(party.firstAt ?? failure.at, failure.at),
      count: party.count + 1,
      failures: [...party.failures, failure].sort(byTime).slice(-MEMORY_MAX.failures),
    };
  });
}

export const withAccepted = (parties: readonly Party[], name: string, at: Instant): Party[] =>
  change(parties, name, (party) => ({ ...party, acceptedAt: Math.max(party.acceptedAt ?? 0, at) }));

/** A failure after that is another story; whom it was asked to look lately is remembered all the same. */
export const withoutOver = (parties: readonly Party[], quietSeconds: number, now: Instant): Party[] =>
  parties.map((party) => (isRefused(party, quietSeconds, now) ? party : { ...party, ...IN_ORDER }));

const byTime = (one: Failure, other: Failure): number =>
  one.at - other.at || compareText(one.mark, other.mark);

export const withWoken = (parties: readonly Party[], name: string, at: Instant): Party[] =>
  parties.map((party) => (party.name === name ? { ...party, wokenAt: at } : party));

/**
 * The link has no more than fit (checks.ts), but may have had others: those are forgotten of which the least is lost,
 * the ones that are not refused.
 */
function change(parties: readonly Party[], name: string, how: (party: Party) => Party): Party[] {
  const known = parties.find((party) => party.name === name);
  const others = parties.filter((party) => party.name !== name);
  const changed = how(known ?? { name, acceptedAt: null, wokenAt: null, ...IN_ORDER });
  return [...others, changed]
    .sort(byNeed)
    .slice(0, MEMORY_MAX.parties)
    .sort((one, other) => compareText(one.name, other.name));
}

/** Of those that are refused the ones that were first: an incident that is open stays one. */
function byNeed(one: Party, other: Party): number {
  const need = ({ firstAt }: Party): number => firstAt ?? Number.POSITIVE_INFINITY;
  const [first, second] = [need(one), need(other)];
  if (first !== second) return first < second ? -1 : 1;
  return compareText(one.name, other.name);
}
