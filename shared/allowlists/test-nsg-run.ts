/** A run over one NSG in memory, with a clock of its own. */
import { type ModelNsgOptions, type ModelRule, modelNsg } from "../../local/model/network-security-groups.ts";
import type { NetworkSecurityGroups } from "./network-security-groups.ts";
import { applyNsg } from "./nsg-apply.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { NsgWork } from "./nsg-run.ts";
import type { AzureGroup } from "./schema.ts";
import type { Body } from "./test-nsg.ts";
import { groupOf } from "./test-nsg-plan.ts";

const NOW = 1_800_000_000;

export const rule = (name: string, priority: number, more: Partial<Body> = {}): ModelRule => ({
  name,
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
export const GOOD = rule("allow-bunny", 200);
export const END = rule("end", 4_096, {
  access: "Deny",
  protocol: "*",
  sourceAddressPrefix: "*",
  destinationPortRange: "*",
});
export const open = (name: string, priority: number) =>
  rule(name, priority, { sourceAddressPrefix: "*", destinationPortRange: "22" });

interface Given extends Partial<Omit<ModelNsgOptions, "id">> {
  readonly desired?: Partial<AzureGroup>;
  readonly work?: Partial<NsgWork>;
  readonly workMs?: number;
  readonly wrap?: (groups: NetworkSecurityGroups) => NetworkSecurityGroups;
}

export function startRun({
  desired = {},
  work = {},
  workMs = 60_000,
  wrap = (same) => same,
  ...options
}: Given = {}) {
  const nsg = modelNsg({ id: "nsg", rules: [GOOD, END], ...options });
  let nowMs = 0;
  const wanted = groupOf(desired);
  const consent = { shrinkMax: 0, lastApplied: wanted.rules, accepted: null };
  const pauses: number[] = [];
  const run = (more: Partial<NsgWork> = {}) =>
    applyNsg({
      id: "nsg",
      groups: wrap(nsg),
      plan: (observed, untouchable, stuck) =>
        planNetworkSecurityGroup({
          link: "lab",
          desired: wanted,
          observed,
          consent,
          now: NOW,
          untouchable,
          stuck,
        }),
      mayWrite: async () => true,
      clock: () => NOW,
      remainingMs: () => workMs - nowMs,
      pause: async (ms) => {
        pauses.push(ms);
        nowMs += ms;
      },
      ...work,
      ...more,
    });
  const names = () => nsg.rules.map(({ name }) => name).sort();
  return { nsg, run, pauses, names };
}

export const writes = (calls: readonly string[]) => calls.filter((call) => call !== "read");
