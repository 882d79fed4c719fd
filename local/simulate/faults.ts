/** What goes wrong in a life, as data: drawn from its seed, and left out one after the other when a broken life is shrunk. */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { RepairKind } from "../../shared/tunnels/schema.ts";
import type { CallName } from "../model/calls.ts";

export const SERVICES = [
  "private-ca",
  "table",
  "bus",
  "logs",
  "secrets",
  "function-app",
  "key-vault",
  "slack",
] as const;
/** What groups of rules are changed through; drawn for them alone (draw-rule-edits.ts). */
export const GROUP_SERVICES = ["ec2", "arm"] as const;
export type Service = (typeof SERVICES)[number] | (typeof GROUP_SERVICES)[number];

/** What becomes of a single call. */
export const EFFECTS = [
  "throttled",
  "error-before",
  "error-after",
  "lost",
  "slow",
  "kill-before",
  "kill-after",
] as const;
export type Effect = (typeof EFFECTS)[number];

/** What people do by hand. */
export const ACTS = [
  "cancel-request",
  "foreign-policy",
  "label-moved",
  "value-typed",
  "vault-key-set",
  "vault-key-disabled",
  "message-deleted",
] as const;
export type Act = (typeof ACTS)[number];

/** Of these, what puts another key into bunny's vault. */
export const KEY_ACTS = ["vault-key-set"] as const satisfies readonly Act[];

/** Calls that a change hangs on: each happens a few times in a rotation, in a renewal, or as an incident is told. */
export const AIMED_CALLS = {
  rotation: [
    "hand.key-set",
    "hand.key-observe",
    "secret.write",
    "secret.move",
    "keys.keep",
    "lease.check",
    "relay-log.search",
  ],
  renewal: ["authority.issue", "authority.read", "hand.request", "hand.merge", "vault.merge", "journal.mark"],
  telling: [
    "incidents.claim",
    "incidents.note-told",
    "messenger.post",
    "messenger.update",
    "messenger.reply",
  ],
  tunnels: [
    "tunnels.describe",
    "tunnels.replace",
    "tunnel-keys.set",
    "hand.tunnels-reset",
    "hand.tunnel-key-set",
    "connections.reset",
    "connection-keys.set",
    "tunnel-secret.write",
    "tunnel-secret.move",
    "memory.write",
    "pre-shared.write",
  ],
} as const satisfies Readonly<Record<string, readonly CallName[]>>;
export type Moment = keyof typeof AIMED_CALLS;
export type AimedCall = (typeof AIMED_CALLS)[Moment][number];

export const WORKLOAD_ACTS = [
  "replica-comes",
  "replica-goes",
  "replica-late",
  "pod-comes",
  "pod-restarts",
  "pod-late",
] as const;
export type WorkloadAct = (typeof WORKLOAD_ACTS)[number];

/** What a person does to the rules of a group. */
export const EDITS = ["opened", "closed", "all-closed", "changed"] as const;

/** Which ends of a tunnel a person gives another key. */
export const KEY_ENDS = ["aws", "azure", "both"] as const;
export const SECRET_ACTS = ["junk-current", "junk-pending", "pending-dropped", "moved-back"] as const;

/** Why relay refuses a stranger (docs/workloads.md). */
export const KNOCK_REASONS = ["no-certificate", "unknown-ca", "handshake-failed"] as const;

interface Lasting {
  readonly at: Instant;
  readonly seconds: number;
}

export type Fault =
  /** None of these answers. */
  | (Lasting & { readonly kind: "outage"; readonly services: readonly Service[] })
  /** A share of all calls goes wrong in one of these ways. */
  | (Lasting & {
      readonly kind: "storm";
      readonly share: number;
      readonly effects: readonly [Effect, ...Effect[]];
    })
  /** The next so many calls of a name go wrong, and no other does. */
  | (Lasting & {
      readonly kind: "aimed";
      readonly call: AimedCall;
      readonly effect: Effect;
      readonly times: number;
    })
  /** A person is a moment ahead of the next call of a name. */
  | (Lasting & {
      readonly kind: "foreseen";
      readonly call: AimedCall;
      readonly act: Act;
      readonly which: number;
    })
  /** Reads show what was so many seconds ago. */
  | (Lasting & { readonly kind: "stale-reads"; readonly secondsAgo: number })
  /** A line of relay's log is found so much later. */
  | (Lasting & { readonly kind: "late-log"; readonly delaySeconds: number })
  /** Of all runs that the schedules start, so many do not begin, */
  | (Lasting & { readonly kind: "lost-events"; readonly share: number })
  /** begin twice, beside each other, */
  | (Lasting & { readonly kind: "double-events"; readonly share: number })
  /** or begin late, and so in another order. */
  | (Lasting & { readonly kind: "late-events"; readonly secondsMax: number })
  | (Lasting & { readonly kind: "clock-skew"; readonly bySeconds: number })
  /** A tunnel, or each where none is named, is broken in the first half of each period. */
  | (Lasting & { readonly kind: "tunnels-flap"; readonly periodSeconds: number; readonly tunnel?: number })
  /** A tunnel is down until this repair is made, and none other helps. */
  | (Lasting & { readonly kind: "tunnel-stuck"; readonly tunnel: number; readonly mendedBy: RepairKind })
  /** AWS announces that it will replace a tunnel's endpoint, and does so at its end; one of no time comes unannounced. */
  | (Lasting & { readonly kind: "maintenance"; readonly tunnel: number })
  /** A person gives a tunnel another key. */
  | (Lasting & {
      readonly kind: "tunnel-key";
      readonly tunnel: number;
      readonly end: (typeof KEY_ENDS)[number];
    })
  /** A person changes the secret of a tunnel's key. */
  | (Lasting & {
      readonly kind: "tunnel-secret";
      readonly tunnel: number;
      readonly act: (typeof SECRET_ACTS)[number];
    })
  /** A share of all changes of a connection's key is accepted, and comes to nothing. */
  | (Lasting & { readonly kind: "puts-ignored"; readonly share: number })
  /** A person asks for a new key of a tunnel. */
  | (Lasting & { readonly kind: "tunnel-rotation-asked"; readonly tunnel: number })
  /** The hand is of the next version, the brain not yet. */
  | (Lasting & { readonly kind: "deployment" })
  | (Lasting & { readonly kind: "freeze" })
  | (Lasting & { readonly kind: "workload"; readonly act: WorkloadAct; readonly which: number })
  | (Lasting & { readonly kind: "person"; readonly act: Act; readonly which: number })
  | (Lasting & {
      readonly kind: "rules-edited";
      readonly group: "relay" | "nodes";
      readonly act: (typeof EDITS)[number];
      readonly which: number;
      /** When its cloud says so, if it does. */
      readonly toldAfterSeconds: number;
    })
  /** Somebody calls relay so many times, and is refused. */
  | (Lasting & {
      readonly kind: "knocking";
      /** Somewhere else, in bunny's network, or with lines that are cut off on their way. */
      readonly from: "elsewhere" | "near" | "cut-off";
      readonly reason: (typeof KNOCK_REASONS)[number];
      readonly sources: number;
      readonly lines: number;
    })
  /** relay's log is handed over late, and so in another order; of all batches so many twice, of these so many cut anew. */
  | (Lasting & {
      readonly kind: "log-deliveries";
      readonly lateSecondsMax: number;
      readonly twice: number;
      readonly cut: number;
    })
  /** A person asks for a new API key. */
  | (Lasting & { readonly kind: "rotation-asked" });

export type FaultKind = Fault["kind"];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly kind: Kind }>;

export const endOf = ({ at, seconds }: Fault): Instant => at + seconds;

/** From its beginning on, and not at its end. */
export const isAt = (fault: Fault, now: Instant): boolean => now >= fault.at && now < endOf(fault);

export function tellFault(fault: Fault, start: Instant): string {
  const { at, seconds, kind, ...rest } = fault;
  const days = ((at - start) / 86_400).toFixed(3);
  return `${kind} after ${days} days for ${seconds} s ${JSON.stringify(rest)}`;
}
