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
  "no-routes": "no route comes by BGP",
  absent: "gone from AWS",
  "down-in-azure": "down",
  unknown: "not known",
};

export const IN_FULL: Record<Health, string> = {
  ...IN_SHORT,
  "down-in-aws": "down in AWS; the ends disagree: Azure says connected",
  "not-in-azure": "the ends disagree: up in AWS, not connected in Azure",
  "no-routes": "up in AWS, which has taken no route from Azure by BGP",
  absent: "AWS has no such tunnel",
  "down-in-azure": "not connected in Azure; AWS could not be asked",
};

/** IPsec is up and BGP cannot be: Azure's end is not to speak it. */
export const BGP_OFF = "IPsec is up, BGP is down: the Azure connection has BGP switched off";

/** Down in AWS, connected in Azure, and no more is known. */
export const DOWN_UNSURE = "down in AWS; whether IPsec is up could not be asked. Azure says connected";

/** It was lost; AWS says that it is up again, and the rest has not come yet. */
export const RETURNING = {
  short: "coming back",
  full: {
    "not-in-azure": "up again in AWS; Azure does not say connected yet",
    "no-routes": "up again in AWS; no route has come yet",
  },
} as const;

/** It was lost or in doubt; AWS says that it is up, and Azure says nothing. */
export const UNCONFIRMED = {
  short: "up in AWS, not confirmed by Azure",
  full: "up in AWS; Azure does not say whether it is connected",
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
  "cannot-tell": "waits, as one end cannot be seen, or not well enough",
  "memory-unreadable": "none, as what was done before cannot be read",
  absent: "none is possible: it needs a person",
  "ends-differ": "none helps: its ends have different pre-shared keys, which are put right",
  "back-off": "another one after a pause",
  "daily-limit": "no more for now: it needs a person",
  "other-first": "after another tunnel's",
  "lease-held": "waits, as another one holds the link's lease",
  "no-time-left": "waits, as the runs have no time left for it",
};
