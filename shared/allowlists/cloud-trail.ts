/**
 * What a CloudTrail event on the default bus says of the link's security groups: to look, and who is to be named for
 * what is found. An event in a form that nobody knows is looked into all the same when it is about a group of ours,
 * and none can crash a run. What is passed over wrongly, the sweep finds.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-cloudtrail.html
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { createHash } from "node:crypto";
import { actorOfIdentity } from "./cloud-trail-actor.ts";
import { prefixListOf, requestOf, rulesOfCall } from "./cloud-trail-rules.ts";
import { toolOfCall } from "./cloud-trail-tool.ts";
import { field, firstText, instantOf, listOf, textAt, textOf, textsIn } from "./event-fields.ts";
import { type Heard, type LookReason, type NamedGroup, pass, type SeenChange } from "./seen.ts";

export interface AwsListening {
  readonly groups: readonly ListenedGroup[];
  /** ARNs of the roles under which this deployment changes security groups, as IAM has them. */
  readonly ownRoles: readonly string[];
}

export interface ListenedGroup extends NamedGroup {
  /** The ids of the prefix lists that its wanted rules name; left out, none. */
  readonly prefixLists?: readonly string[];
}

/** They change what passes a rule that names a list, and no rule. */
const PREFIX_LIST_CALLS: readonly string[] = ["ModifyManagedPrefixList", "RestoreManagedPrefixListVersion"];

/** The calls that can change the rules of a group, or what they let pass (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/). */
export const WATCHED_CALLS: readonly string[] = [
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupIngress",
  "CreateSecurityGroup",
  "DeleteSecurityGroup",
  "ModifyManagedPrefixList",
  "ModifySecurityGroupRules",
  "RestoreManagedPrefixListVersion",
  "RevokeSecurityGroupEgress",
  "RevokeSecurityGroupIngress",
  "UpdateSecurityGroupRuleDescriptionsEgress",
  "UpdateSecurityGroupRuleDescriptionsIngress",
];

export function hearCloudTrail(listening: AwsListening, event: unknown): Heard {
  if (isEmpty(event)) return { look: true, reason: "schedule", change: null };
  const detail = field(event, "detail");
  if (textAt(detail, "eventSource") !== "ec2.amazonaws.com") return pass("other-event");
  // A dry run is a failed call as well.
  if (isThere(field(detail, "errorCode"))) return pass("failed-call");
  if (field(detail, "readOnly") === true) return pass("read-only");
  if (isOwn(listening, field(detail, "userIdentity"))) return pass("own-change");
  if (PREFIX_LIST_CALLS.includes(textAt(detail, "eventName") ?? ""))
    return hearPrefixList(listening, event, detail);
  return hearCall(listening, event, detail);
}

function hearCall(listening: AwsListening, event: unknown, detail: unknown): Heard {
  const isWatched = WATCHED_CALLS.includes(textAt(detail, "eventName") ?? "");
  const stated = isWatched ? statedGroups(detail) : [];
  const named = stated.length > 0 ? stated : textsIn(field(detail, "requestParameters"));
  const groups = listening.groups.filter(({ id }) => named.includes(id)).map(({ name }) => name);
  if (groups.length > 0) {
    const reason = isWatched ? "changed-by-others" : "unknown-call";
    return look(reason, changeOf(event, detail, groups.toSorted()));
  }
  if (!isWatched || stated.length > 0) return pass("not-ours");
  return look("incomplete-event", changeOf(event, detail, "all"));
}

const look = (reason: LookReason, change: SeenChange): Heard => ({ look: true, reason, change });

/** Of a list that no wanted rule names nothing is ours: a rule that is not wanted is closed for itself. */
function hearPrefixList({ groups }: AwsListening, event: unknown, detail: unknown): Heard {
  const id = prefixListOf(detail);
  const named = groups.filter(({ prefixLists = [] }) => id !== null && prefixLists.includes(id));
  if (named.length === 0) return pass("not-ours");
  return look("changed-by-others", changeOf(event, detail, named.map(({ name }) => name).toSorted()));
}

/** Groups also stand in a record as peers of rules: only these places name what was changed. */
function statedGroups(detail: unknown): string[] {
  const request = requestOf(detail, textAt(detail, "eventName") ?? "");
  const response = field(detail, "responseElements");
  const answered = ["securityGroupRuleSet", "revokedSecurityGroupRuleSet"].flatMap((key) =>
    listOf(field(response, key)).map((item) => textAt(item, "groupId")),
  );
  const stated = [firstText(request, "groupId", "GroupId"), textAt(response, "groupId"), ...answered];
  return stated.filter((id) => id !== null);
}

/** The session's name is its caller's to choose; the role that issued it is not. */
function isOwn({ ownRoles }: AwsListening, identity: unknown): boolean {
  const role = textOf(field(identity, "sessionContext", "sessionIssuer", "arn"), ROLE_ARN_MAX);
  return textAt(identity, "type") === "AssumedRole" && role !== null && ownRoles.includes(role);
}
const ROLE_ARN_MAX = 2_048;

function changeOf(event: unknown, detail: unknown, groups: SeenChange["groups"]): SeenChange {
  const own = textAt(detail, "recipientAccountId") ?? textAt(event, "account");
  const actor = actorOfIdentity(field(detail, "userIdentity"), own);
  const at = instantOf(field(detail, "eventTime")) ?? instantOf(field(event, "time"));
  const call = textAt(detail, "eventName") ?? "";
  return {
    id: textAt(detail, "eventID") ?? textAt(event, "id") ?? digestOf([call, at, actor.key, groups]),
    groups,
    at,
    actor,
    sourceAddress: textAt(detail, "sourceIPAddress"),
    tool: toolOfCall(detail),
    call,
    what: rulesOfCall(detail, own),
  };
}

const digestOf = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

const isEmpty = (event: unknown): boolean =>
  typeof event === "object" && event !== null && !Array.isArray(event) && Object.keys(event).length === 0;
