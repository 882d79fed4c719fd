/** How long it takes to plan one group with as many rules as any may have: in order, and when half of it is unwanted. */
import { planNetworkSecurityGroup } from "../../shared/allowlists/nsg-plan.ts";
import { type NsgRule, NsgRuleAnswer } from "../../shared/allowlists/nsg-rule.ts";
import { nsgRuleBody } from "../../shared/allowlists/nsg-write.ts";
import { planSecurityGroup } from "../../shared/allowlists/plan-security-group.ts";
import { type AwsGroup, type AzureGroup, type Consent, Rule } from "../../shared/allowlists/schema.ts";
import { type Samples, summarize } from "./samples.ts";

/** The most that a network security group holds, and that a link may want of a security group. */
const RULES = 1_000;
const REPEATS = 21;
const WARM_UPS = 5;
const NOW = 1_774_699_200;
const LINK = "bench";

export interface AllowlistPlanTime extends Samples {
  readonly plan: string;
  readonly rules: number;
  /** What is written, or would be in the end. */
  readonly changes: number;
}

/** Of the median. */
export const PLAN_BUDGET_MS = 10;

export function measureAllowlistPlans(): AllowlistPlanTime[] {
  const [all, half] = [rulesOf(0, RULES), rulesOf(0, RULES / 2)];
  // An NSG that is all ours ends each direction that is looked after in a deny.
  const nsg = nsgWith(rulesOf(0, RULES - 1));
  return [
    timed("a security group in order", RULES, planOf(all, all)),
    timed("a security group, half of it unwanted", RULES, planOf(half, all)),
    timed("a network security group in order", nsg.length, nsgPlanOf(rulesOf(0, RULES - 1), nsg)),
    timed("a network security group, half of it unwanted", nsg.length, nsgPlanOf(half, nsg)),
  ];
}

function timed(plan: string, rules: number, run: () => number): AllowlistPlanTime {
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) run();
  const times = Array.from({ length: REPEATS }, () => {
    const startedAt = performance.now();
    run();
    return performance.now() - startedAt;
  });
  return { plan, rules, changes: run(), ...summarize(times) };
}

/** Each of another network, none beside another, so that none can take another's place. */
const rulesOf = (from: number, to: number): Rule[] =>
  Array.from({ length: to - from }, (_, index) =>
    Rule.parse({
      direction: "out",
      protocol: "tcp",
      ports: { from: 443, to: 443 },
      peer: {
        kind: "cidr",
        cidr: `10.${Math.floor((from + index) / 128)}.${((from + index) % 128) * 2}.0/24`,
      },
      description: "",
    }),
  );

const COMMON = { own: "all", mode: "heal", directions: ["out"], exceptions: [] } as const;
const consentTo = (rules: readonly Rule[]): Consent => ({
  shrinkMax: RULES,
  lastApplied: rules,
  accepted: null,
});

function planOf(wanted: readonly Rule[], there: readonly Rule[]): () => number {
  const desired: AwsGroup = {
    ...{ ...COMMON, name: "relay", cloud: "aws", group: "sg-0a1b2c3d", rulesMax: RULES },
    rules: wanted,
  };
  const observed = {
    rules: there.map((rule, index) => ({ id: `sgr-${index}`, rule, marked: true })),
    prefixListSizes: new Map<string, number>(),
  };
  return () => planSecurityGroup(desired, observed, consentTo(wanted), NOW).changes.length;
}

const azureGroup = (rules: readonly Rule[]): AzureGroup => ({
  ...{ ...COMMON, name: "bunny", cloud: "azure", group: { resourceGroup: "network", nsg: "nodes" } },
  rules,
});

const nsgPlan = (wanted: readonly Rule[], observed: readonly NsgRule[]) =>
  planNetworkSecurityGroup({
    ...{ link: LINK, desired: azureGroup(wanted), observed, consent: consentTo(wanted), now: NOW },
  });

const nsgPlanOf = (wanted: readonly Rule[], observed: readonly NsgRule[]) => () =>
  nsgPlan(wanted, observed).drift.length;

/** As our own plans make it. */
function nsgWith(wanted: readonly Rule[]): NsgRule[] {
  const rules = new Map<string, NsgRule>();
  for (let runs = 0; runs < RULES; runs += 1) {
    const { changes } = nsgPlan(wanted, [...rules.values()]);
    if (changes.length === 0) return [...rules.values()];
    for (const change of changes) {
      if (change.kind === "delete") rules.delete(change.name);
      else rules.set(change.name, asStored(change.name, change.rule));
    }
  }
  throw new Error("the network security group was never in order");
}

const asStored = (name: string, rule: NsgRule): NsgRule =>
  NsgRuleAnswer.parse({ name, ...nsgRuleBody(rule) });
