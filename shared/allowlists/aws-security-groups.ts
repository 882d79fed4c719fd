/**
 * The adapter of AWS's security groups. EC2's reads are eventually consistent: what was written a moment ago may be
 * missing from an answer, or still be in it, so its "already there" and "not there" are answers and no errors.
 *
 * Calls and errors: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeManagedPrefixListsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import * as z from "zod";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import { readEc2Rule, toPermission, toRuleRequest } from "./ec2-rule.ts";
import { MARK_TAG, type Rule } from "./schema.ts";
import type { ObservedRule } from "./security-group.ts";
import type { RulesOfGroup, SecurityGroups } from "./security-groups.ts";

/** The most that a page may hold, and the most pages: a group holds a few hundred rules. */
const PAGE_RULES = 1_000;
const PAGES_MAX = 100;

const OfGroup = z.object({ GroupId: z.string().min(1) });
const OnlyGroups = z.object({ SecurityGroups: z.array(OfGroup).default([]) });
const OnlySizes = z.object({
  PrefixLists: z
    .array(z.object({ PrefixListId: z.string(), MaxEntries: z.int().positive().optional() }))
    .default([]),
});

const DUPLICATE = "InvalidPermission.Duplicate";
const NOT_FOUND: readonly string[] = ["InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"];

export function awsSecurityGroups(client: EC2Client, link: string): SecurityGroups {
  return {
    async rules(ids) {
      const described = await describeRules(client, ids);
      const groups = Map.groupBy(described, ({ group }) => group);
      return new Map([...groups].map(([group, rules]) => [group, readRules(rules, link)]));
    },
    async existing(ids) {
      const operation = "DescribeSecurityGroups";
      // As a filter: an id that is gone would fail the whole call.
      const Filters = [oneOf("group-id", ids)];
      const pages = await readPages(operation, ids.join(), (NextToken) =>
        client.send(new DescribeSecurityGroupsCommand({ Filters, ...NextToken })),
      );
      const groups = pages.flatMap((page) => read(OnlyGroups, page, operation).SecurityGroups);
      return new Set(groups.map(({ GroupId }) => GroupId));
    },
    async prefixListSizes(ids) {
      const operation = "DescribeManagedPrefixLists";
      const Filters = [oneOf("prefix-list-id", ids)];
      const pages = await readPages(operation, ids.join(), (NextToken) =>
        client.send(new DescribeManagedPrefixListsCommand({ Filters, ...NextToken })),
      );
      const lists = pages.flatMap((page) => read(OnlySizes, page, operation).PrefixLists);
      return new Map(
        lists.flatMap(({ PrefixListId, MaxEntries }) =>
          MaxEntries === undefined ? [] : [[PrefixListId, MaxEntries] as const],
        ),
      );
    },
    async open(group, rule) {
      const operation = callFor("Authorize", rule);
      const input = {
        GroupId: group,
        IpPermissions: [inEc2(toPermission(rule), operation, group)],
        TagSpecifications: [
          {
            ResourceType: "security-group-rule" as const,
            Tags: [{ Key: MARK_TAG, Value: link }],
          },
        ],
      };
      const send = () =>
        rule.direction === "in"
          ? client.send(new AuthorizeSecurityGroupIngressCommand(input))
          : client.send(new AuthorizeSecurityGroupEgressCommand(input));
      const answer = await answered(operation, group, send, [DUPLICATE]);
      // What an earlier attempt of this call has done, it has done.
      return answer === null || answer.attempts > 1 ? "done" : "already";
    },
    async rewrite(group, ruleId, rule) {
      const operation = "ModifySecurityGroupRules";
      const value = inEc2(toRuleRequest(rule), operation, group);
      const command = new ModifySecurityGroupRulesCommand({
        GroupId: group,
        SecurityGroupRules: [{ SecurityGroupRuleId: ruleId, SecurityGroupRule: value }],
      });
      const answer = await answered(operation, group, () => client.send(command), [DUPLICATE, ...NOT_FOUND]);
      if (answer === null) return "done";
      return answer.code === DUPLICATE ? "already" : "gone";
    },
    async close(group, direction, ruleIds) {
      const operation = callFor("Revoke", { direction });
      const input = { GroupId: group, SecurityGroupRuleIds: [...ruleIds] };
      const send = () =>
        direction === "in"
          ? client.send(new RevokeSecurityGroupIngressCommand(input))
          : client.send(new RevokeSecurityGroupEgressCommand(input));
      const answer = await answered(operation, group, send, NOT_FOUND);
      if (answer === null) return "done";
      return answer.attempts > 1 ? "maybe-done" : "gone";
    },
  };
}

interface Stated {
  readonly group: string;
  readonly rule: unknown;
}

/** Throws `CloudError` also when it cannot be told of a rule whose it is. */
async function describeRules(client: EC2Client, ids: readonly string[]): Promise<Stated[]> {
  const operation = "DescribeSecurityGroupRules";
  const Filters = [oneOf("group-id", ids)];
  const pages = await readPages(operation, ids.join(), (NextToken) =>
    client.send(new DescribeSecurityGroupRulesCommand({ Filters, MaxResults: PAGE_RULES, ...NextToken })),
  );
  return pages
    .flatMap(({ SecurityGroupRules: rules = [] }) => rules)
    .map((rule) => ({ group: read(OfGroup, rule, operation).GroupId, rule }));
}

interface Page {
  readonly NextToken?: string | undefined;
}

async function readPages<T extends Page>(
  operation: string,
  target: string,
  ask: (from: Page) => Promise<T>,
): Promise<T[]> {
  const pages: T[] = [];
  let from: Page = {};
  while (pages.length < PAGES_MAX) {
    const page = await asked(operation, target, () => ask(from));
    pages.push(page);
    const { NextToken } = page;
    if (NextToken === undefined || NextToken === "") return pages;
    from = { NextToken };
  }
  throw failed(operation, target, "too-many-pages");
}

/** Each rule once, should it come on two pages. One that cannot be read hides no other. */
function readRules(stated: readonly Stated[], link: string): RulesOfGroup {
  const rules = new Map<string, ObservedRule>();
  const unreadable = new Set<string>();
  for (const { rule } of stated) {
    const observed = readEc2Rule(rule, link);
    if (observed === null) unreadable.add(OnlyId.safeParse(rule).data?.SecurityGroupRuleId ?? UNKNOWN_ID);
    else rules.set(observed.id, observed);
  }
  return { rules: [...rules.values()], unreadable: [...unreadable] };
}

const OnlyId = z.object({ SecurityGroupRuleId: z.string().regex(/^sgr-[0-9a-f]{1,40}$/) });
const UNKNOWN_ID = "a rule without an id";

const oneOf = (Name: string, values: readonly string[]) => ({ Name, Values: [...new Set(values)].sort() });

const callFor = (verb: "Authorize" | "Revoke", { direction }: Pick<Rule, "direction">): string =>
  `${verb}SecurityGroup${direction === "in" ? "Ingress" : "Egress"}`;

async function asked<T>(operation: string, target: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw cloudError(operation, target, error);
  }
}

/** Null for success; else which of the expected errors it was. */
async function answered(
  operation: string,
  group: string,
  send: () => Promise<unknown>,
  expected: readonly string[],
): Promise<{ readonly code: string; readonly attempts: number } | null> {
  try {
    await send();
    return null;
  } catch (error) {
    const refused = cloudError(operation, group, error);
    if (!expected.includes(refused.code)) throw refused;
    return { code: refused.code, attempts: attemptsOf(error) };
  }
}

/** The SDK notes on an error how often it sent the request. */
const Attempted = z.object({ $metadata: z.object({ attempts: z.int() }) });
const attemptsOf = (error: unknown): number => Attempted.safeParse(error).data?.$metadata.attempts ?? 1;

function read<T>(schema: z.ZodType<T>, answer: unknown, operation: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw failed(operation, "security groups", "unreadable-answer");
}

/** The link's checks refuse what cannot be said of a security group. */
function inEc2<T>(value: T | null, operation: string, group: string): T {
  if (value === null) throw failed(operation, group, "not-expressible");
  return value;
}

const failed = (operation: string, target: string, code: string): CloudError =>
  new CloudError({ provider: "aws", operation, target, code, retryable: false });
