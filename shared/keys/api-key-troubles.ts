/** What of an API key a person should know, for as long as it holds. Pure. */
import type { Instant } from "../runtime/instant.ts";
import type { ApiKeyMemory, DesiredApiKey, ObservedApiKey } from "./api-key-schema.ts";
import type { ApiKeyStep, ApiKeyWait } from "./api-key-steps.ts";
import type { KeysView } from "./api-key-view.ts";

export type ApiKeyTroubleReason =
  | "labels-unreadable"
  | "secret-deleted"
  | "vault-unreadable"
  | "vault-deleted"
  | "log-unreadable"
  /** A new key was made a while ago, and its label could not be moved: no other is made meanwhile. */
  | "not-labelled"
  /** A person has typed a value of their own: nobody gets in by it. */
  | "current-foreign"
  | "vault-disabled"
  | "unknown-in-vault"
  /** Past its time, not every replica was heard to have loaded it. */
  | "not-loaded"
  /** Past its time, bunny was not seen to use what its vault has. */
  | "not-used"
  /** The last key was given up, as relay had not loaded it. */
  | "given-up"
  | "previous-in-use"
  | "bunny-not-heard"
  /** The key is older than the link allows, by more than a rotation takes. */
  | "rotation-late";

export interface ApiKeyTrouble {
  readonly reason: ApiKeyTroubleReason;
  readonly since: Instant;
  /** Those that it is about, in order. */
  readonly replicas: readonly string[];
}

interface Input {
  readonly desired: DesiredApiKey;
  readonly observed: ObservedApiKey;
  readonly memory: ApiKeyMemory;
  readonly now: Instant;
}

type Step = ApiKeyStep | ApiKeyWait | { readonly kind: "none" };

export function troublesOf(input: Input, view: KeysView | null, step: Step): ApiKeyTrouble[] {
  const { memory, now } = input;
  const of = (reason: ApiKeyTroubleReason, since: Instant | undefined): ApiKeyTrouble[] => [
    { reason, since: since ?? now, replicas: [] },
  ];
  const waiting = step.kind === "wait" ? waitTroubles(input, step) : [];
  if (view === null) return waiting;
  const { labels, vault } = view;
  const isForeign = labels.current !== null && labels.current.key === null;
  return [
    ...(memory.hidden === null ? [] : of("vault-deleted", memory.hidden.since)),
    ...(isNotLabelled(input, step) ? of("not-labelled", memory.draft?.since) : []),
    ...(isForeign ? of("current-foreign", memory.current?.since) : []),
    ...(vault?.enabled === false ? of("vault-disabled", memory.vault?.since) : []),
    ...(isUnknownInVault(view) ? of("unknown-in-vault", memory.vault?.since) : []),
    ...(memory.givenUpAt !== null && isBackingOff(step) ? of("given-up", memory.givenUpAt) : []),
    ...waiting,
    ...lateTrouble(input, view),
  ];
}

const LABELLED_WITHIN_SECONDS = 600;

const isNotLabelled = ({ memory: { draft }, now }: Input, { kind }: Step): boolean =>
  kind === "stage" && draft !== null && now >= draft.since + LABELLED_WITHIN_SECONDS;

const isBackingOff = (step: Step): boolean => step.kind === "wait" && step.reason === "back-off";

function isUnknownInVault({ current, pending, previous, vault }: KeysView): boolean {
  const known = [current, pending, previous].map((key) => key?.key.id);
  return vault !== null && (vault.keyId === null || !known.includes(vault.keyId));
}

/** A wait for what should have come by now. */
function waitTroubles({ desired, memory, now }: Input, step: ApiKeyWait): ApiKeyTrouble[] {
  const { reason, replicas } = step;
  const trouble = (name: ApiKeyTroubleReason, since: Instant | undefined): ApiKeyTrouble[] => [
    { reason: name, since: since ?? now, replicas },
  ];
  const isOverdue = (since: Instant | undefined) => now >= (since ?? now) + desired.provenWithinSeconds;
  const releasable =
    Math.max(memory.vault?.since ?? now, memory.previous?.since ?? 0, memory.pending?.since ?? 0) +
    desired.graceSeconds;
  switch (reason) {
    case "labels-unreadable":
    case "vault-unreadable":
    case "secret-deleted":
    case "log-unreadable":
      return trouble(reason, memory.blindSince ?? undefined);
    case "vault-deleted":
      return trouble(reason, memory.hidden?.since ?? memory.blindSince ?? undefined);
    case "replicas-behind":
    case "no-replica-heard": {
      const since = (memory.pending ?? memory.current)?.since;
      return isOverdue(since) ? trouble("not-loaded", since) : [];
    }
    case "awaiting-use":
      return isOverdue(memory.vault?.since) ? trouble("not-used", memory.vault?.since) : [];
    case "still-used":
      return trouble("previous-in-use", memory.previous?.since ?? memory.pending?.since);
    case "bunny-not-heard":
      return isOverdue(releasable) ? trouble("bunny-not-heard", releasable) : [];
    case "labels-unsettled":
    case "log-not-searched":
    case "log-unsteady":
    case "settling":
    case "time-not-passed":
    case "grace":
    case "back-off":
      return [];
  }
}

/** A rotation takes both proofs and the grace; what goes on for longer than twice that is stuck. */
function lateTrouble({ desired, now }: Input, { current }: KeysView): ApiKeyTrouble[] {
  if (current === null) return [];
  const dueAt = current.createdAt + desired.rotateEverySeconds;
  const lateAt = dueAt + 2 * (2 * desired.provenWithinSeconds + desired.graceSeconds);
  return now < lateAt ? [] : [{ reason: "rotation-late", since: dueAt, replicas: [] }];
}
