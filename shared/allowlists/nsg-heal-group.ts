/** One NSG from what the link wants of it to the report of what was done: looked at, put right, noted. */
import { refuseWhileFrozen } from "../freeze/hand.ts";
import type { HandNote } from "../notes/schema.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { consentFor, saysSame } from "./agreed.ts";
import { consentAfter } from "./consent.ts";
import type { GroupReport } from "./group-report.ts";
import type { NetworkSecurityGroups, NsgId } from "./network-security-groups.ts";
import { applyNsg } from "./nsg-apply.ts";
import { readConsent, type StoredConsent, writeConsent } from "./nsg-consent.ts";
import { type HeardOf, NOTHING_HEARD, nsgGroupReport } from "./nsg-group-report.ts";
import { type Noter, noteBegun, noteHealed } from "./nsg-note.ts";
import { type NsgPlan, planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { NsgRun } from "./nsg-run.ts";
import type { AzureGroup, Consent } from "./schema.ts";

export interface NsgPlace {
  readonly desired: AzureGroup;
  readonly id: NsgId;
}

export interface NsgHand {
  readonly link: string;
  readonly shrinkMax: number;
  /** By the link's names of the groups. */
  readonly places: ReadonlyMap<string, NsgPlace>;
  readonly groups: NetworkSecurityGroups;
  readonly pause: (ms: number) => Promise<void>;
}

/** What one call has beside the hand. */
export interface NsgCall extends Noter {
  readonly remainingMs: () => number;
}

/** Throws `CloudError` when the NSG could not be looked at. */
export async function planGroup(
  hand: NsgHand,
  { keeper }: Pick<NsgCall, "keeper">,
  { desired, id }: NsgPlace,
): Promise<GroupReport> {
  const at = keeper.clock();
  const [observed, stored] = await Promise.all([hand.groups.read(id), readConsent(keeper, desired.name)]);
  const consent = consentFor(desired, stored, hand.shrinkMax);
  const rules = observed?.rules ?? null;
  const plan = planNetworkSecurityGroup({ link: hand.link, desired, observed: rules, consent, now: at });
  const run = planned(at, plan, rules);
  const { link } = hand;
  return nsgGroupReport({ link, desired, consent, run, withheldBecause: "plan-only", heard: NOTHING_HEARD });
}

/** A run that has done nothing, or nothing yet. */
const planned = (at: Instant, plan: NsgPlan, rules: NsgRun["rules"]): NsgRun => ({
  at,
  plan,
  rules,
  drift: plan.drift,
  isMore: plan.isMore,
  done: [],
  unseen: null,
  failures: [],
  isFrozen: false,
});

/**
 * While the link is frozen nothing is written, and all is reported. `heard` is asked at the end: what is heard while
 * this goes on counts too. Throws `CloudError` when the NSG, the freeze or the consent could not be read.
 */
export async function healGroup(
  hand: NsgHand,
  call: NsgCall,
  { desired, id }: NsgPlace,
  heard: () => HeardOf = () => NOTHING_HEARD,
): Promise<GroupReport> {
  const { keeper, remainingMs } = call;
  const { rows, clock } = keeper;
  const { link, groups, pause } = hand;
  const stored = await readConsent(keeper, desired.name);
  const consent = consentFor(desired, stored, hand.shrinkMax);
  const at = clock();
  let seen: NsgRun | null = null;
  let begun: HandNote["id"] | null | undefined;
  const reportOfRun = (run: NsgRun, begunUntil?: Instant) =>
    nsgGroupReport({ link, desired, consent, run, begunUntil, withheldBecause: null, heard: heard() });
  const ran = await applyNsg({
    id,
    groups,
    plan: (observed, untouchable, stuck) => {
      const now = clock();
      const plan = planNetworkSecurityGroup({ link, desired, observed, consent, now, untouchable, stuck });
      seen = planned(at, plan, observed);
      return plan;
    },
    mayWrite: async () => {
      if ((await refuseWhileFrozen(rows)) !== null) return false;
      if (begun === undefined && seen !== null) {
        const until = clock() + Math.ceil(remainingMs() / 1_000);
        begun = await noteBegun(call, reportOfRun(seen, until));
      }
      return true;
    },
    clock,
    remainingMs,
    pause,
  });
  const run = { ...ran, at };
  await remember(call, desired, { stored, consent, run });
  const report = reportOfRun(run);
  sayHealed(call, report);
  await noteHealed(call, report, begun ?? null);
  return report;
}

/** What the link wants now was carried out: the next link's shrinking is judged by it. */
async function remember(
  { keeper }: NsgCall,
  desired: AzureGroup,
  {
    stored,
    consent,
    run,
  }: { readonly stored: StoredConsent; readonly consent: Consent; readonly run: NsgRun },
): Promise<void> {
  if (!isCarriedOut(run)) return;
  const after = consentAfter(desired, consent, run.plan.awaitingConsent, run.at);
  if (saysSame(stored, after)) return;
  const { rows, log } = keeper;
  const written = await orCloudError(() => writeConsent(rows, desired.name, after, stored.version));
  // The next run does it, with whatever was accepted meanwhile.
  if (written === true) return;
  const code = written instanceof CloudError ? written.code : "changed-meanwhile";
  log.warn("allowlist.consent-unwritten", { group: desired.name, code });
}

const isCarriedOut = ({ plan, failures, isMore, isFrozen }: NsgRun): boolean =>
  plan.withheld === null &&
  plan.refused === null &&
  plan.changes.length === 0 &&
  failures.length === 0 &&
  !isMore &&
  !isFrozen;

function sayHealed({ keeper }: NsgCall, report: GroupReport): void {
  const { group, driftCount, healedCount, opened, closed, failureCount, withheld, isMore } = report;
  keeper.log[failureCount === 0 ? "info" : "warn"]("allowlist.healed", {
    group,
    drift: driftCount,
    healed: healedCount,
    opened,
    closed,
    failures: failureCount,
    troubles: report.troubles.map(({ kind }) => kind),
    awaitingConsent: report.awaitingCount,
    ...(withheld === null ? {} : { withheld: withheld.because }),
    isMore,
  });
}
