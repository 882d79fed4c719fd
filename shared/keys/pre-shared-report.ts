/** How a tunnel's pre-shared key stands, in words for people: never a key, nor anything that is made of one. Pure. */
import type { Instant } from "../runtime/instant.ts";
import { dueOf } from "./pre-shared-due.ts";
import { OWN_INCIDENTS } from "./pre-shared-gates.ts";
import { blindCode, isRead } from "./pre-shared-memory.ts";
import type { PreSharedPlan } from "./pre-shared-plan.ts";
import type { PlannedLook } from "./pre-shared-rotate.ts";
import type { ObservedKey, PreSharedPolicy } from "./pre-shared-schema.ts";
import { preSharedStepText, WAITS } from "./pre-shared-words.ts";

export interface TunnelReport {
  readonly name: string;
  /** Of the current key; null when none is stored, or nobody can tell. */
  readonly createdAt: Instant | null;
  /** Null also when it is replaced only when a person asks for it. */
  readonly dueAt: Instant | null;
  readonly state: "in-order" | "rotating" | "trouble" | "cannot-tell";
  /** What comes next; null when nothing does, or it waits. */
  readonly step: string | null;
  readonly waiting: string | null;
  readonly troubles: readonly string[];
}

/** By name. */
export function tunnelReports(
  policy: PreSharedPolicy,
  { plan, standing: { askedFor } }: PlannedLook,
): TunnelReport[] {
  return plan.keys.map((key) => {
    const { name, stored } = key;
    const { step } = plan;
    const wait = plan.waits.find(({ tunnel }) => tunnel === name);
    const troubles = plan.conditions
      .filter(({ key: condition }) => condition.startsWith(`${OWN_INCIDENTS}${name}:`))
      .map(({ title }) => title);
    return {
      name,
      createdAt: (isRead(stored) ? stored.current?.createdAt : null) ?? null,
      dueAt: dueOf({ policy, askedFor }, { name, key })?.at ?? null,
      state: stateOf(plan, key, troubles.length > 0),
      step: step?.tunnel === name ? preSharedStepText(step) : null,
      waiting: wait === undefined || wait.reason === "not-due" ? null : WAITS[wait.reason],
      troubles,
    };
  });
}

function stateOf(
  { memory, step }: PreSharedPlan,
  key: ObservedKey,
  isTrouble: boolean,
): TunnelReport["state"] {
  if (blindCode(key) !== null) return "cannot-tell";
  if (isTrouble) return "trouble";
  const isPending = isRead(key.stored) && key.stored.pending !== null;
  const isWorkedOn = memory.attempt?.tunnel === key.name || step?.tunnel === key.name;
  return isPending || isWorkedOn ? "rotating" : "in-order";
}
