/**
 * What a call about security groups needs. Looking takes no resource. A change is about the group, one of a rule's
 * value about the rule too, and tags for new rules are a permission of their own.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
 */
import type { Identity } from "../../identities.ts";
import type { Context, Need } from "../../service.ts";
import type { Place } from "../answers.ts";
import { need } from "../permissions.ts";
import { groupArn, prefixListArn, ruleArn } from "./answers.ts";
import type { Group } from "./nouns.ts";
import type { StoredRule } from "./rule.ts";

export type Tags = Readonly<Record<string, string>>;

export interface Asking {
  readonly operation: string;
  readonly place: Place;
  readonly caller: Identity;
}

export function lookNeed({ operation, place, caller }: Asking): Need {
  return need(operation, "*", { "ec2:Region": place.region }, caller);
}

/** Of a group that does not exist, nothing is known but its id. */
export function groupNeed({ operation, place, caller }: Asking, id: string, group: Group | undefined): Need {
  const known: Context =
    group === undefined ? {} : { ...resourceTags(group.tags), "ec2:Vpc": vpcArn(place, group.vpcId) };
  const context = { "ec2:Region": place.region, "ec2:SecurityGroupID": id, ...known };
  return need(operation, groupArn(place, id), context, caller);
}

export function ruleNeed(asking: Asking, id: string, rule: StoredRule | undefined): Need {
  const { operation, place, caller } = asking;
  const context = { "ec2:Region": place.region, ...resourceTags(rule?.tags ?? {}) };
  return need(operation, ruleArn(place, id), context, caller);
}

export function prefixListNeed({ operation, place, caller }: Asking, id: string): Need {
  return need(operation, prefixListArn(place, id), { "ec2:Region": place.region }, caller);
}

/** For something new of that ARN that is to have tags; nothing for what is to have none. */
export function taggingNeeds({ operation, place, caller }: Asking, arn: string, tags: Tags): Need[] {
  if (Object.keys(tags).length === 0) return [];
  const context = { "ec2:Region": place.region, ...requestTags(tags), "ec2:CreateAction": operation };
  return [need("CreateTags", arn, context, caller)];
}

/** New rules with tags are resources of the call itself, too. */
export function newRuleNeeds(asking: Asking, id: string, tags: Tags): Need[] {
  if (Object.keys(tags).length === 0) return [];
  const { operation, place, caller } = asking;
  const arn = ruleArn(place, id);
  const context = { "ec2:Region": place.region, ...requestTags(tags) };
  return [need(operation, arn, context, caller), ...taggingNeeds(asking, arn, tags)];
}

export function newGroupNeeds(asking: Asking, id: string, vpcId: string, tags: Tags): Need[] {
  const { operation, place, caller } = asking;
  const arn = groupArn(place, id);
  const region = { "ec2:Region": place.region };
  const vpc = vpcArn(place, vpcId);
  return [
    need(operation, arn, { ...region, "ec2:SecurityGroupID": id, ...requestTags(tags) }, caller),
    need(operation, vpc, { ...region, "ec2:VpcID": vpcId }, caller),
    ...taggingNeeds(asking, arn, tags),
  ];
}

const vpcArn = ({ region, accountId }: Place, id: string) => `arn:aws:ec2:${region}:${accountId}:vpc/${id}`;

function resourceTags(tags: Tags): Context {
  const prefixed = (prefix: string) =>
    Object.entries(tags).map(([key, value]) => [`${prefix}:ResourceTag/${key}`, value] as const);
  return Object.fromEntries([...prefixed("aws"), ...prefixed("ec2")]);
}

function requestTags(tags: Tags): Context {
  const keys = Object.keys(tags);
  const asked = Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value] as const);
  return keys.length === 0 ? {} : { ...Object.fromEntries(asked), "aws:TagKeys": keys };
}
