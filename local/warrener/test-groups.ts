/** Groups of rules for tests: how they are declared, and what a function says of them. */
import type { GroupReport } from "../../shared/allowlists/group-report.ts";
import { type ReportDraft, reportOf } from "../../shared/allowlists/report-draft.ts";
import type { AwsGroup, AzureGroup, Rule } from "../../shared/allowlists/schema.ts";
import type { AllowlistsPlan } from "./allowlists-answer.ts";
import { type GroupStanding, standGroup } from "./stand-group.ts";
import { NOW } from "./test-plans.ts";

export const ruleOf = (port: number, cidr = "10.10.1.0/24"): Rule => ({
  direction: "in",
  protocol: "tcp",
  ports: { from: port, to: port },
  peer: { kind: "cidr", cidr },
  description: "bunny to relay",
});

export const GROUP: AwsGroup = {
  name: "relay",
  cloud: "aws",
  group: "sg-0a1b2c3d",
  own: "all",
  mode: "heal",
  directions: ["in", "out"],
  rules: [ruleOf(443)],
  exceptions: [],
  rulesMax: 60,
};
export const NSG: AzureGroup = {
  name: "bunny",
  cloud: "azure",
  group: { resourceGroup: "network", nsg: "aks" },
  own: "marked",
  mode: "heal",
  directions: ["out"],
  rules: [],
  exceptions: [],
};

export const WISH = "a".repeat(64);
export const CLOSE = {
  kind: "close",
  rule: "in tcp 22 0.0.0.0/0",
  id: "sgr-0a1b",
  reason: "unwanted",
} as const;
export const OPEN = { kind: "open", rule: "in tcp 443 10.10.1.0/24", reason: "missing" } as const;
export const DRIFT: ReportDraft["drift"][number] = {
  reason: "unwanted",
  rule: CLOSE.rule,
  id: CLOSE.id,
  certainty: "unknown",
  change: null,
  isHealed: false,
};

/** Of a group that is in order, unless `changes` say otherwise. */
export const report = (changes: Partial<ReportDraft> = {}): GroupReport =>
  reportOf({
    group: "relay",
    at: NOW,
    wish: WISH,
    drift: [],
    done: [],
    withheld: null,
    awaitingConsent: [],
    failures: [],
    troubles: [],
    isMore: false,
    nextAt: null,
    seen: [],
    ...changes,
  });

const envelope = { link: "test-link", linkDigest: "d", at: NOW };
export const planOf = (...groups: GroupReport[]): AllowlistsPlan => ({
  ...envelope,
  frozen: false,
  groups,
  problems: [],
});

/** As its report says; the report is taken for that of the group. */
export const stands = (
  of: GroupReport | { readonly code: string },
  group: AwsGroup | AzureGroup = GROUP,
): GroupStanding =>
  standGroup(
    group,
    "code" in of
      ? { ...planOf(), problems: [{ group: group.name, code: of.code }] }
      : planOf({ ...of, group: group.name }),
  );
