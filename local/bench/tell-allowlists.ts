/** The figures of the allowlists as a person reads them. */

import { type AllowlistPlanTime, PLAN_BUDGET_MS } from "./allowlist-plans.ts";
import type { SweepFigures } from "./allowlist-sweep.ts";
import type { AllowlistFigures } from "./allowlists.ts";
import type { Samples } from "./samples.ts";
import { callTable, table } from "./table.ts";

export interface Allowlists {
  readonly plans: readonly AllowlistPlanTime[];
  readonly stack: AllowlistFigures;
  readonly sweep: SweepFigures;
}

export const allowlistTables = ({ plans, stack, sweep }: Allowlists): string[] => [
  ...planTable(plans),
  "",
  ...callTable(stack.runs),
  "",
  `from an open port to the call that closes it, on a security group: ${times(stack.securityGroup)}`,
  `from Azure's event to the call that closes it, on an NSG: ${times(stack.networkSecurityGroup)}`,
  "",
  sweepLine(sweep),
];

function planTable(plans: readonly AllowlistPlanTime[]): string[] {
  const rows = plans.map(({ plan, rules, medianMs, minMs, maxMs }) => [
    plan,
    String(rules),
    `${medianMs} ms`,
    `${minMs} ms`,
    `${maxMs} ms`,
    medianMs <= PLAN_BUDGET_MS ? "within" : "over",
  ]);
  return table(
    ["planning one group", "rules", "median", "fastest", "slowest", `budget of ${PLAN_BUDGET_MS} ms`],
    rows,
  );
}

const times = ({ medianMs, minMs, maxMs, runs }: Samples): string =>
  `${medianMs} ms in the median of ${runs}, ${minMs} to ${maxMs} ms (both halves warm, calm stand-ins)`;

function sweepLine(sweep: SweepFigures): string {
  const { securityGroups, networkSecurityGroups, rulesEach, ec2Calls, handCalls, nsgReads, seconds } = sweep;
  const ec2 = Object.entries(ec2Calls).map(([operation, count]) => `${count} ${operation}`);
  return [
    `a sweep of ${securityGroups} security groups and ${networkSecurityGroups} NSGs in order, of ${rulesEach} rules each:`,
    `${ec2.join(", ")}; ${handCalls} calls of the hand, which reads ${nsgReads} NSGs; ${seconds} s here, without a network`,
  ].join(" ");
}
