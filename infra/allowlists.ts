/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The function that keeps the allowlists of both clouds true, what wakes it, and exactly what it may do. No rule of
 * any group is a resource of the deployment: the two would undo each other's changes.
 */
import { WATCHED_CALLS } from "../shared/allowlists/cloud-trail.ts";
import type { LinkAllowlists } from "../shared/allowlists/declared.ts";
import { MARK_TAG } from "../shared/allowlists/schema.ts";
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { createEventRule, eventRuleArn } from "./event-rule.ts";
import { type Journal, keepStanding } from "./journal.ts";
import { lambdaRoleArn, type Permission, proveIdentityTo } from "./lambda-role.ts";
import { link } from "./link.ts";
import { tokenAudience } from "./names.ts";
import { createScheduledFunction, type Scheduled } from "./scheduled-function.ts";

const CONCERN = DEPLOYED.healAllowlists;
const RULE = "security-group-changed";

/** However many events are lost, everything is healed within this. */
const SWEEP: Parameters<typeof createScheduledFunction>[0]["schedule"] = {
  checkEverySeconds: 900,
  timeZone: "UTC",
};

export interface AllowlistParts {
  journal: Journal;
  bus: Bus;
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
}

export const healAllowlistsRoleArn = (): $util.Output<string> => lambdaRoleArn(CONCERN);

/** The ARNs of the rules, known before they exist. Nothing is listened for where no group is AWS's. */
export const allowlistsRuleArns = (allowlists: LinkAllowlists): $util.Output<string>[] =>
  securityGroupsOf(allowlists).length === 0 ? [] : [eventRuleArn(RULE, "default-bus")];

const securityGroupsOf = ({ groups }: LinkAllowlists) =>
  groups.filter((declared) => declared.cloud === "aws");

export function healAllowlists(allowlists: LinkAllowlists, parts: AllowlistParts): Scheduled {
  const { journal, bus, hand, deadLetterArn } = parts;
  const heal = createScheduledFunction({
    logicalName: "HealAllowlists",
    concern: CONCERN,
    description:
      "Keeps the rules of the link's security groups as the link has them, and tells who changed them.",
    environment: {
      JOURNAL_TABLE: journal.name,
      BUS_NAME: bus.name,
      HAND_URL: $interpolate`https://${hand}/api`,
      TOKEN_AUDIENCE: tokenAudience(),
      OWN_ROLE: healAllowlistsRoleArn(),
    },
    permissions: [
      ...changeRules(allowlists),
      ...keepStanding(journal),
      tellChanges(bus),
      proveIdentityTo(tokenAudience()),
    ],
    deadLetterArn,
    timeout: "2 minutes",
    schedule: SWEEP,
    afterFailure: "retry",
    // Exceptions end to the minute, and what both halves tell each other goes to and fro.
    runs: [{ run: "tend", everySeconds: 60 }],
  });
  if (securityGroupsOf(allowlists).length > 0) wakeOnChanges(heal, deadLetterArn);
  return heal;
}

function wakeOnChanges(heal: Scheduled, deadLetterArn: $util.Output<string>): void {
  createEventRule({
    logicalName: "SecurityGroupChanged",
    thing: RULE,
    description: "Somebody has changed a security group, or this function has.",
    pattern: {
      source: ["aws.ec2"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["ec2.amazonaws.com"],
        eventName: WATCHED_CALLS,
        errorCode: [{ exists: false }],
      },
    },
    start: heal,
    deadLetterArn,
  });
}

const OPENING = ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"];

/** Of the link's groups alone. EC2 cannot be told which groups may be described. */
function changeRules(allowlists: LinkAllowlists): Permission[] {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const arn = (resource: string) => $interpolate`arn:aws:ec2:${region}:${accountId}:${resource}`;
  const own = securityGroupsOf(allowlists);
  if (own.length === 0) return [];
  const names = own.map(({ group }) => arn(`security-group/${group}`));
  // A rule has its id from EC2, and belongs to a group that the same call must be allowed for.
  const rules = [arn("security-group-rule/*")];
  const marked = {
    test: "StringEquals",
    variable: `aws:RequestTag/${MARK_TAG}`,
    values: [link.name],
  };
  return [
    {
      actions: [
        "ec2:DescribeManagedPrefixLists",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
      ],
      resources: ["*"],
    },
    {
      actions: [
        ...OPENING.map((action) => `ec2:${action}`),
        "ec2:ModifySecurityGroupRules",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
      ],
      resources: names,
    },
    { actions: ["ec2:ModifySecurityGroupRules"], resources: [...rules, ...prefixListArns(own)] },
    { actions: OPENING.map((action) => `ec2:${action}`), resources: rules, conditions: [marked] },
    {
      // The mark of a rule that is being opened, and of nothing that is there.
      actions: ["ec2:CreateTags"],
      resources: rules,
      conditions: [
        { test: "StringEquals", variable: "ec2:CreateAction", values: OPENING },
        marked,
        { test: "ForAllValues:StringEquals", variable: "aws:TagKeys", values: [MARK_TAG] },
      ],
    },
  ];
}

/** What a rewritten rule may lead to. A prefix list may be another account's, or AWS's own. */
function prefixListArns(groups: LinkAllowlists["groups"]): $util.Output<string>[] {
  const { region } = aws.getRegionOutput();
  const rules = groups.flatMap(({ rules = [], exceptions }) => [
    ...rules,
    ...exceptions.map(({ rule }) => rule),
  ]);
  const ids = rules.flatMap(({ peer }) => (peer.kind === "prefix-list" ? [peer.id] : []));
  return [...new Set(ids)].toSorted().map((id) => $interpolate`arn:aws:ec2:${region}:*:prefix-list/${id}`);
}
