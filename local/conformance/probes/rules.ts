/** EC2 as the probes of rules ask it: groups with a rule, and answers without ids. */
import * as z from "zod";
import type { Input } from "../call.ts";
import type { Ground } from "../probe.ts";

export const absentGroup = "sg-0fffffffffffffff0";
export const absentRule = "sgr-0fffffffffffffff0";

const Rule = z.object({
  SecurityGroupRuleId: z.string().regex(/^sgr-[0-9a-f]{17}$/),
  IsEgress: z.boolean(),
  IpProtocol: z.string(),
  FromPort: z.number().optional(),
  ToPort: z.number().optional(),
  CidrIpv4: z.string().optional(),
  CidrIpv6: z.string().optional(),
  Description: z.string().optional(),
});
type Rule = z.infer<typeof Rule>;
const Rules = z.object({ SecurityGroupRules: z.array(Rule) });

export const https = (CidrIp: string, Description?: string) => ({
  IpProtocol: "tcp",
  FromPort: 443,
  ToPort: 443,
  IpRanges: [{ CidrIp, ...(Description === undefined ? {} : { Description }) }],
});

export type Way = "Ingress" | "Egress";
export const authorize = (
  { call }: Ground,
  GroupId: string,
  permissions: readonly Input[],
  way: Way = "Ingress",
) => call("ec2", `AuthorizeSecurityGroup${way}`, { GroupId, IpPermissions: permissions });
export const revoke = ({ call }: Ground, GroupId: string, more: Input, way: Way = "Ingress") =>
  call("ec2", `RevokeSecurityGroup${way}`, { GroupId, ...more });

export async function rules({ call }: Ground, id: string): Promise<Rule[]> {
  const Filters = [{ Name: "group-id", Values: [id] }];
  return Rules.parse(await call("ec2", "DescribeSecurityGroupRules", { Filters })).SecurityGroupRules;
}

/** Without ids, in a fixed order. */
export const told = (all: readonly Rule[]) =>
  all
    .map(({ SecurityGroupRuleId: _, ...rule }) => rule)
    .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

/** What a new group has after the permissions were authorised. */
export const after =
  (permissions: readonly Input[], way: Way = "Ingress") =>
  async (ground: Ground) => {
    const { id } = await ground.securityGroup();
    await authorize(ground, id, permissions, way);
    return told(await rules(ground, id));
  };
export const refused =
  (permissions: readonly Input[], way: Way = "Ingress") =>
  async (ground: Ground) =>
    await authorize(ground, (await ground.securityGroup()).id, permissions, way);

export async function withRule(ground: Ground, way: Way = "Ingress") {
  const { id } = await ground.securityGroup();
  await authorize(ground, id, [https("10.0.0.0/24", "before")], way);
  const found = (await rules(ground, id)).find((rule) => rule.CidrIpv4 === "10.0.0.0/24");
  return { id, ruleId: found?.SecurityGroupRuleId ?? "no rule" };
}

export const modify = ({ call }: Ground, GroupId: string, SecurityGroupRuleId: string, CidrIpv4: string) =>
  call("ec2", "ModifySecurityGroupRules", {
    GroupId,
    SecurityGroupRules: [
      {
        SecurityGroupRuleId,
        SecurityGroupRule: { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4, Description: "after" },
      },
    ],
  });
export const rename = ({ call }: Ground, way: Way, GroupId: string, more: Input) =>
  call("ec2", `UpdateSecurityGroupRuleDescriptions${way}`, { GroupId, ...more });
