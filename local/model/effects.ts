/**
 * Which of the model's calls change something. Killed before or after one that only reads, a run leaves behind what it
 * leaves behind when it is killed after the last change before that: those cases are gone through in `npm run soak`.
 */
import { sized } from "../property.ts";
import type { Call, CallName } from "./calls.ts";

/** Every other call counts as a change, so that a new one is covered by being made. */
const READS: ReadonlySet<CallName> = new Set<CallName>([
  "authority.observe",
  "authority.read",
  "journal.read-standing",
  "journal.read-intent",
  "journal.read-intents",
  "journal.read-open-intents",
  "journal.find-intent",
  "audit.read-outbox",
  "audit.history",
  "usage.first-accepted",
  "token",
  "incidents.read",
  "freeze.read",
  "hand.observe",
  "hand.trust-observe",
  "relay-log.search",
  "secret.read",
  "replicas.read",
  "vault.read-certificate",
  "vault.read-request",
  "vault.read-policy",
]);

const changes = ({ call }: Place): boolean => !READS.has(call.name);

export interface Place {
  readonly call: Call;
  /** Among all calls of the run, from 0. */
  readonly at: number;
  /** Among those of its name, from 1. */
  readonly nth: number;
  readonly when: "before" | "after";
}

/** Where a run may die: around each change; in a soak around each call. */
export const deathPlaces = (calls: readonly Call[]): Place[] =>
  sized(placesOf(calls).filter(changes), placesOf(calls));

/** Where a call may fail: a read that fails after its effect has none either. */
export const failurePlaces = (calls: readonly Call[]): Place[] =>
  sized(
    placesOf(calls).filter((place) => changes(place) || place.when === "before"),
    placesOf(calls),
  );

export const tellPlace = ({ call, at, nth, when }: Place): string =>
  `${when} ${call.name} no. ${nth} (call ${at})`;

/** Around each call. */
export function placesOf(calls: readonly Call[]): Place[] {
  return calls.flatMap((call, at) => {
    const nth = calls.slice(0, at + 1).filter(({ name }) => name === call.name).length;
    return (["before", "after"] as const).map((when) => ({ call, at, nth, when }));
  });
}
