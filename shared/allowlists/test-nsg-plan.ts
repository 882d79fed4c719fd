/** A group, its rules and its plan, as the tests of plans for an NSG have them. */
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import { NsgRuleAnswer } from "./nsg-rule.ts";
import { type AzureGroup, type Consent, Rule } from "./schema.ts";
import type { Body } from "./test-nsg.ts";

export const NOW = 1_800_000_000;
export const rule = (cidr: string, more: Partial<Rule> = {}): Rule =>
  Rule.parse({
    direction: "in",
    protocol: "tcp",
    ports: { from: 443, to: 443 },
    peer: { kind: "cidr", cidr },
    description: "bunny",
    ...more,
  });
export const BUNNY = rule("10.10.1.0/24");
export const OFFICE = rule("192.0.2.0/24");

export const groupOf = (more: Partial<AzureGroup> = {}): AzureGroup => ({
  name: "bunny",
  cloud: "azure",
  group: { resourceGroup: "rg-link", nsg: "nsg-aks" },
  own: "all",
  mode: "heal",
  directions: ["in"],
  rules: [BUNNY],
  exceptions: [],
  ...more,
});

export const observe = (name: string, priority: number, more: Partial<Body> = {}) =>
  NsgRuleAnswer.parse({
    name,
    etag: `etag of ${name}`,
    properties: {
      direction: "Inbound",
      access: "Allow",
      priority,
      protocol: "Tcp",
      sourceAddressPrefix: "10.10.1.0/24",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "443",
      ...more,
    },
  });
export const ANY = { protocol: "*", sourceAddressPrefix: "*", destinationPortRange: "*" };
export const deny = (name: string, priority: number, more: Partial<Body> = {}) =>
  observe(name, priority, { access: "Deny", ...ANY, ...more });
export const ALLOW = observe("allow-bunny", 200);
export const END = deny("end", 4_096);
export const OPEN = observe("open", 300, { sourceAddressPrefix: "*", destinationPortRange: "22" });

interface Given {
  readonly group?: Partial<AzureGroup>;
  readonly consent?: Partial<Consent>;
  readonly rulesMax?: number;
}
export const planOf = (
  observed: Parameters<typeof planNetworkSecurityGroup>[0]["observed"],
  { group = {}, consent = {}, rulesMax = 1_000 }: Given = {},
) => {
  const desired = groupOf(group);
  const agreed = { shrinkMax: 0, lastApplied: desired.rules, accepted: null, ...consent };
  return planNetworkSecurityGroup({ link: "lab", desired, observed, consent: agreed, now: NOW, rulesMax });
};
export const written = ({ changes }: ReturnType<typeof planOf>) =>
  changes.map((change) =>
    change.kind === "put"
      ? `${change.rule.access} at ${change.rule.priority}: ${change.reason}`
      : `delete ${change.name}: ${change.reason}`,
  );
