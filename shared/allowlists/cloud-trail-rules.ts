/**
 * The rules that a CloudTrail record of EC2 holds, in canonical form: those of the answer where it has them, else those
 * of the request. Records exist with networks that have host bits set; what cannot be read makes the record incomplete.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html and its neighbours
 */
import { cut } from "../alerts/condition.ts";
import { field, firstText, integerOf, listOf, textAt, textsIn } from "./event-fields.ts";
import { canonicalProtocol, fromEc2Ports, hasPorts } from "./protocol.ts";
import { type Direction, Rule } from "./schema.ts";
import { NOTHING_SAID, SEEN_RULES_MAX, type SeenRule, type SeenRules } from "./seen.ts";

/** `detail` of the event. `ownAccount`: the account of the group, which its peers need not name. */
export function rulesOfCall(detail: unknown, ownAccount: string | null): SeenRules {
  const { added, removed, ...rest } = rulesAsWritten(detail);
  const own = (rules: readonly SeenRule[]) => rules.map((rule) => withoutAccount(rule, ownAccount));
  return { ...rest, added: own(added), removed: own(removed) };
}

function withoutAccount(rule: SeenRule, ownAccount: string | null): SeenRule {
  const { peer } = rule;
  if (peer.kind !== "security-group" || peer.account !== ownAccount) return rule;
  return { ...rule, peer: { kind: peer.kind, id: peer.id } };
}

function rulesAsWritten(detail: unknown): SeenRules {
  const name = textAt(detail, "eventName") ?? "";
  const request = requestOf(detail, name);
  const response = field(detail, "responseElements");
  const direction = name.endsWith("Egress") ? "out" : "in";
  if (name.startsWith("AuthorizeSecurityGroup")) {
    const answered = listOf(field(response, "securityGroupRuleSet"));
    const read = answered.length > 0 ? flatRules(answered, direction) : permissions(request, direction);
    return seen({ added: read, touched: ruleIds(answered) });
  }
  if (name.startsWith("RevokeSecurityGroup")) return revoked(request, response, direction);
  if (name === "ModifySecurityGroupRules") {
    const items = [
      ...listOf(field(request, "SecurityGroupRule")),
      ...listOf(field(request, "securityGroupRules")),
    ];
    const values = items.map((item) => field(item, "SecurityGroupRule") ?? field(item, "securityGroupRule"));
    // What the rules were before stands nowhere.
    return { ...seen({ added: flatRules(values, null), touched: ruleIds(items) }), isComplete: false };
  }
  const list = prefixListOf(detail);
  // What it says is all: no rule was changed.
  return list === null ? NOTHING_SAID : { ...NOTHING_SAID, touched: [list], isComplete: true };
}

const PREFIX_LIST_ID = /^pl-[0-9a-f]{1,40}$/;

/** The list that a call about prefix lists changes; null when it is another call, or does not say. */
export function prefixListOf(detail: unknown): string | null {
  const name = textAt(detail, "eventName") ?? "";
  if (!name.includes("ManagedPrefixList")) return null;
  const id = firstText(requestOf(detail, name), "PrefixListId", "prefixListId");
  return id !== null && PREFIX_LIST_ID.test(id) ? id : null;
}

/** Calls of a later generation are wrapped, and in upper case. */
export function requestOf(detail: unknown, name: string): unknown {
  const request = field(detail, "requestParameters");
  return field(request, `${name}Request`) ?? request;
}

function revoked(request: unknown, response: unknown, direction: Direction): SeenRules {
  const answered = listOf(field(response, "revokedSecurityGroupRuleSet"));
  const asked = ["securityGroupRuleIds", "SecurityGroupRuleId", "securityGroupRuleId"].flatMap((key) =>
    textsIn(field(request, key)).filter((text) => RULE_ID.test(text)),
  );
  const touched = answered.length > 0 ? ruleIds(answered) : asked;
  if (answered.length > 0) return seen({ removed: flatRules(answered, direction), touched });
  // In a default VPC, what does not exist is no error, and is listed.
  const unknown = listOf(field(response, "unknownIpPermissionSet"));
  const missed = new Set(unknown.flatMap((one) => permissionRules(one, direction)).map(identityOf));
  const read = permissions(request, direction).filter(
    (rule) => rule === null || !missed.has(identityOf(rule)),
  );
  return seen({ removed: read, touched });
}

const identityOf = (rule: SeenRule | null): string => JSON.stringify({ ...rule, description: "" });

const RULE_ID = /^sgr-[0-9a-f]{1,40}$/;

const ruleIds = (items: readonly unknown[]): string[] =>
  items.flatMap((item) => firstText(item, "securityGroupRuleId", "SecurityGroupRuleId") ?? []);

/** Null: a rule that cannot be read. */
type Read = readonly (SeenRule | null)[];

function seen(read: {
  readonly added?: Read;
  readonly removed?: Read;
  readonly touched: string[];
}): SeenRules {
  const [added, removed] = [read.added ?? [], read.removed ?? []];
  const all = [...added, ...removed];
  const first = (rules: Read) => rules.filter((rule) => rule !== null).slice(0, SEEN_RULES_MAX);
  return {
    added: first(added),
    removed: first(removed),
    touched: [...new Set(read.touched)].slice(0, SEEN_RULES_MAX),
    isComplete: all.length > 0 && all.length <= SEEN_RULES_MAX && !all.includes(null),
  };
}

/** One rule for each source of each permission; or the one whose fields stand in the request itself. */
function permissions(request: unknown, direction: Direction): Read {
  const listed = listOf(field(request, "ipPermissions") ?? field(request, "IpPermissions"));
  return listed.length === 0
    ? flatRules([request], direction)
    : listed.flatMap((one) => permissionRules(one, direction));
}

const SOURCES = ["ipRanges", "ipv6Ranges", "prefixListIds", "groups"] as const;

function permissionRules(permission: unknown, direction: Direction): Read {
  const sources = SOURCES.flatMap((key) => listOf(field(permission, key)).map((source) => ({ key, source })));
  if (sources.length === 0) return flatRules([permission], direction);
  return sources.map(({ key, source }) =>
    ruleOf({
      direction,
      values: permission,
      peer: key === "groups" ? groupPeer(source, "groupId", "userId") : networkPeer(source),
      description: textAt(source, "description"),
    }),
  );
}

/** Rules as the API describes them, in either case. */
const flatRules = (items: readonly unknown[], direction: Direction | null): Read =>
  items.map((item) =>
    ruleOf({
      direction,
      values: item,
      peer: networkPeer(item) ?? referencedPeer(item),
      description: firstText(item, "description", "Description"),
    }),
  );

function networkPeer(item: unknown): object | null {
  const cidr = firstText(item, "cidrIp", "cidrIpv4", "cidrIpv6", "CidrIp", "CidrIpv4", "CidrIpv6");
  if (cidr !== null) return { kind: "cidr", cidr };
  const id = firstText(item, "prefixListId", "PrefixListId");
  return id === null ? null : { kind: "prefix-list", id };
}

const referencedPeer = (item: unknown): object | null =>
  groupPeer(field(item, "referencedGroupInfo"), "groupId", "userId") ??
  groupPeer(item, "referencedGroupId", "referencedUserId") ??
  groupPeer(item, "ReferencedGroupId", "ReferencedUserId");

function groupPeer(item: unknown, idKey: string, accountKey: string): object | null {
  const id = textAt(item, idKey);
  const account = textAt(item, accountKey);
  return id === null ? null : { kind: "security-group", id, ...(account === null ? {} : { account }) };
}

const DESCRIPTION_MAX = 255;

function ruleOf(of: {
  readonly direction: Direction | null;
  readonly values: unknown;
  readonly peer: object | null;
  readonly description: string | null;
}): SeenRule | null {
  const protocol = canonicalProtocol(firstText(of.values, "ipProtocol", "IpProtocol") ?? "");
  if (protocol === null) return null;
  const [from, to] = ["fromPort", "toPort"].map((key) => portOf(of.values, key));
  if (hasPorts(protocol) && (from === undefined || to === undefined)) return null;
  const parsed = Rule.safeParse({
    direction: of.direction ?? "in",
    protocol,
    ports: fromEc2Ports(protocol, from, to),
    peer: of.peer,
    description: cut(of.description ?? "", DESCRIPTION_MAX),
  });
  return parsed.success ? { ...parsed.data, direction: of.direction } : null;
}

const portOf = (values: unknown, key: string): number | undefined =>
  integerOf(field(values, key)) ??
  integerOf(field(values, `${key.charAt(0).toUpperCase()}${key.slice(1)}`)) ??
  undefined;
