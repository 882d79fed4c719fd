/** The words in which tunnels are told of. None of them comes from outside. */
import { formatDuration } from "../link/duration.ts";
import type { LinkVpn } from "../link/vpn.ts";
import type { Health } from "./health.ts";
import type { WaitReason } from "./repairs.ts";
import { BEGUN, type RepairRecord, UNSURE } from "./schema.ts";

const NAMES_MAX = 4;

export function namesOf(names: readonly string[]): string {
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : "";
  return `${names.slice(0, NAMES_MAX).join(", ")}${more}`;
}

export const IN_SHORT: Record<Health, string> = {
  up: "up",
  "up-in-aws": "up in AWS",
  "up-in-azure": "connected in Azure",
  "bgp-down": "IPsec is up, BGP is down",
  down: "down",
  "down-in-aws": "down",
  "not-in-azure": "the ends disagree",
  absent: "gone from AWS",
  "down-in-azure": "down",
  unknown: "not known",
};

export const IN_FULL: Record<Health, string> = {
  ...IN_SHORT,
  "down-in-aws": "down in AWS; the ends disagree: Azure says connected",
  "not-in-azure": "the ends disagree: up in AWS, not connected in Azure",
  absent: "AWS has no such tunnel",
  "down-in-azure": "not connected in Azure; AWS could not be asked",
};

/** It was lost; AWS says that it is up again, and Azure's word has not come yet. */
export const RETURNING = {
  short: "coming back",
  full: "up again in AWS; Azure does not say connected yet",
};

const REPAIRS = {
  "reset-azure": "reset of its Azure connection",
  "replace-aws": "replacement of its AWS endpoint",
} as const;

export function repairText({ kind, outcome }: RepairRecord): string {
  if (outcome === null || outcome === UNSURE)
    return `${REPAIRS[kind]}: asked for; whether it was begun is not known`;
  return outcome === BEGUN ? `${REPAIRS[kind]}: begun` : `${REPAIRS[kind]}: not done, ${outcome}`;
}

/** Whether somebody has to get up. Undefined: no reason to wait. */
export function nextText({ repairAfterSeconds }: LinkVpn, reason: WaitReason | undefined): string {
  if (reason === undefined) return "under way";
  return reason === "may-recover"
    ? `by itself, if it is down for ${formatDuration(repairAfterSeconds)}`
    : NEXT[reason];
}

const NEXT: Record<Exclude<WaitReason, "may-recover">, string> = {
  "repair-off": "switched off in the link: it needs a person",
  frozen: "none while the link is frozen",
  "work-under-way": "under way",
  "tunnel-busy": "waits, as a tunnel is being changed by a cloud or a person",
  "cannot-tell": "waits, as one end cannot be seen",
  absent: "none is possible: it needs a person",
  "back-off": "another one after a pause",
  "daily-limit": "no more for now: it needs a person",
  "other-first": "after another tunnel's",
};
