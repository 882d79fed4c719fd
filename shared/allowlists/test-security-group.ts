/** One security group as the tests of its plan have it, and rules written in one line. */
import { planSecurityGroup } from "./plan-security-group.ts";
import { ruleKey } from "./rule-key.ts";
import type { AwsGroup, Consent, Rule } from "./schema.ts";
import type { ObservedRule, ObservedSecurityGroup } from "./security-group.ts";

export const AT = 1_800_000_000;

/** TCP from a network, to a port. */
export const tcp = (cidr: string, port: number): Rule => ({
  direction: "in",
  protocol: "tcp",
  ports: { from: port, to: port },
  peer: { kind: "cidr", cidr },
  description: "",
});
export const BUNNY = tcp("10.10.1.0/24", 443);

export const groupWith = (change: Partial<AwsGroup> = {}): AwsGroup => ({
  name: "relay",
  cloud: "aws",
  group: "sg-0a1b2c3d",
  own: "all",
  mode: "heal",
  directions: ["in", "out"],
  rules: [BUNNY],
  exceptions: [],
  rulesMax: 60,
  ...change,
});

/** The rules with ids sgr-0 and on, all marked. */
export const observed = (...rules: Rule[]) => ({
  rules: rules.map((rule, index): ObservedRule => ({ id: `sgr-${index}`, rule, marked: true })),
  prefixListSizes: new Map<string, number>(),
});

export const consentTo = (lastApplied: readonly Rule[] | null, change: Partial<Consent> = {}): Consent => ({
  shrinkMax: 0,
  lastApplied,
  accepted: null,
  unseenSince: null,
  ...change,
});

export interface Given {
  readonly desired?: Partial<AwsGroup>;
  readonly there: ObservedSecurityGroup;
  readonly consent?: Consent;
  readonly now?: number;
}
export const plan = ({ desired = {}, there, consent, now = AT }: Given) => {
  const group = groupWith(desired);
  return planSecurityGroup(group, there, consent ?? consentTo(group.rules), now);
};
/** Each change in a line. */
export const lines = (given: Given): string[] =>
  plan(given).changes.map((change) =>
    change.kind === "open"
      ? `open ${ruleKey(change.rule)}: ${change.reason}`
      : change.kind === "close"
        ? `close ${change.id} ${ruleKey(change.rule)}: ${change.reason}`
        : `rewrite ${change.id} ${ruleKey(change.from)} to ${ruleKey(change.rule)}`,
  );
