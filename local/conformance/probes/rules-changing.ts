/** EC2: rules that are looked at, changed and closed. */
import type { Probe } from "../probe.ts";
import {
  absentGroup,
  absentRule,
  authorize,
  https,
  modify,
  rename,
  revoke,
  rules,
  told,
  type Way,
  withRule,
} from "./rules.ts";

export const ruleChangingProbes: readonly Probe[] = [
  ...revocations("Ingress"),
  ...revocations("Egress"),
  {
    operation: "ec2:ModifySecurityGroupRules",
    cases: [
      {
        name: "another range and another description, the same id",
        main: true,
        run: async (ground) => {
          const { id, ruleId } = await withRule(ground);
          await modify(ground, id, ruleId, "10.0.7.0/24");
          const found = (await rules(ground, id)).filter((rule) => rule.SecurityGroupRuleId === ruleId);
          return told(found);
        },
      },
      {
        name: "a range with host bits",
        refuses: async (ground) => {
          const { id, ruleId } = await withRule(ground);
          await modify(ground, id, ruleId, "10.0.7.9/24");
        },
      },
      {
        name: "into a rule that is there",
        refuses: async (ground) => {
          const { id, ruleId } = await withRule(ground);
          await authorize(ground, id, [https("10.0.1.0/24")]);
          await modify(ground, id, ruleId, "10.0.1.0/24");
        },
      },
      {
        name: "a rule that is not there",
        refuses: async (ground) =>
          await modify(ground, (await ground.securityGroup()).id, absentRule, "10.0.0.0/24"),
      },
      {
        name: "a group that is not there",
        refuses: (ground) => modify(ground, absentGroup, absentRule, "10.0.0.0/24"),
      },
    ],
  },
  ...descriptions("Ingress"),
  ...descriptions("Egress"),
  {
    operation: "ec2:DescribeSecurityGroupRules",
    cases: [
      {
        name: "of a new group",
        main: true,
        run: async (ground) => told(await rules(ground, (await ground.securityGroup()).id)),
      },
      { name: "of a group that is not there", run: async (ground) => told(await rules(ground, absentGroup)) },
      {
        name: "by the id of one that is not there",
        refuses: ({ call }) =>
          call("ec2", "DescribeSecurityGroupRules", { SecurityGroupRuleIds: [absentRule] }),
      },
      {
        name: "by an id that is none",
        refuses: ({ call }) => call("ec2", "DescribeSecurityGroupRules", { SecurityGroupRuleIds: ["rule"] }),
      },
    ],
  },
];

function revocations(way: Way): Probe[] {
  return [
    {
      operation: `ec2:RevokeSecurityGroup${way}`,
      cases: [
        {
          name: "by id",
          main: true,
          run: async (ground) => {
            const { id, ruleId } = await withRule(ground, way);
            await revoke(ground, id, { SecurityGroupRuleIds: [ruleId] }, way);
            return told(await rules(ground, id));
          },
        },
        {
          name: "by what it is, without its description",
          run: async (ground) => {
            const { id } = await withRule(ground, way);
            await revoke(ground, id, { IpPermissions: [https("10.0.0.0/24")] }, way);
            return told(await rules(ground, id));
          },
        },
        {
          name: "by an id that is not there",
          refuses: async (ground) =>
            await revoke(
              ground,
              (await ground.securityGroup()).id,
              { SecurityGroupRuleIds: [absentRule] },
              way,
            ),
        },
        {
          name: "by an id that is none",
          refuses: async (ground) =>
            await revoke(ground, (await ground.securityGroup()).id, { SecurityGroupRuleIds: ["rule"] }, way),
        },
        {
          name: "a rule that is not there",
          refuses: async (ground) =>
            await revoke(
              ground,
              (await ground.securityGroup()).id,
              { IpPermissions: [https("10.7.0.0/24")] },
              way,
            ),
        },
        {
          name: "a group that is not there",
          refuses: (ground) => revoke(ground, absentGroup, { IpPermissions: [https("10.7.0.0/24")] }, way),
        },
      ],
    },
  ];
}

function descriptions(way: Way): Probe[] {
  return [
    {
      operation: `ec2:UpdateSecurityGroupRuleDescriptions${way}`,
      cases: [
        {
          name: "by what the rule is",
          run: async (ground) => {
            const { id } = await withRule(ground, way);
            await rename(ground, way, id, { IpPermissions: [https("10.0.0.0/24", "after")] });
            return told(await rules(ground, id));
          },
        },
        {
          name: "by the rule's id",
          run: async (ground) => {
            const { id, ruleId } = await withRule(ground, way);
            const described = { SecurityGroupRuleId: ruleId, Description: "after" };
            await rename(ground, way, id, { SecurityGroupRuleDescriptions: [described] });
            return told(await rules(ground, id));
          },
        },
        {
          name: "a rule that is not there",
          refuses: async (ground) => {
            const { id } = await ground.securityGroup();
            await rename(ground, way, id, { IpPermissions: [https("10.7.0.0/24", "after")] });
          },
        },
      ],
    },
  ];
}
