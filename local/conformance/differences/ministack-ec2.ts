/** Where ministack answers otherwise than the stand-in: EC2. */
import type { Differences } from "../compare.ts";

export const ministackEc2: readonly Differences[] = [
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the canonical form of the block is stored: 100.68.0.18/18 becomes 100.68.0.0/18",
    source: "sg-permission",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / host bits are dropped":
        '[{"CidrIpv4":"100.68.0.18/18","FromPort":443,"IpProtocol":"tcp","IsEgress":false,"ToPort":443},{"CidrIpv4":"0.0.0.0/0","FromPort":-1,"IpProtocol":"-1","IsEgress":true,"ToPort":-1}]',
      "ec2:AuthorizeSecurityGroupIngress / the same rule again, with host bits": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "unknown",
    why: "that 6 is stored as tcp is unverified; moto does as the stand-in does",
    source: "sg-permission",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / a protocol by its number":
        '[{"CidrIpv4":"10.0.0.0/24","FromPort":443,"IpProtocol":"6","IsEgress":false,"ToPort":443},{"CidrIpv4":"0.0.0.0/0","FromPort":-1,"IpProtocol":"-1","IsEgress":true,"ToPort":-1}]',
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a rule that is there is refused; ministack takes it again",
    source: "sg-duplicate",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / the same rule again": "answered",
      "ec2:AuthorizeSecurityGroupEgress / the rule that a new group has": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "unknown",
    why: "no document says whether the others are made; moto refuses the call and makes them all the same",
    source: "sg-duplicate",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / one new rule and one that is there: none is made":
        '{"answer":"answered","rules":3}',
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the refusal is quoted there",
    source: "sg-twice",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / the same rule twice in one call": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "these values are outside what the reference allows; the codes of some refusals are inferred, as said above",
    source: "sg-permission",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / a range that is none": "answered",
      "ec2:AuthorizeSecurityGroupIngress / a range without its length": "answered",
      "ec2:AuthorizeSecurityGroupIngress / ports the wrong way round": "answered",
      "ec2:AuthorizeSecurityGroupIngress / a protocol that is none": "answered",
      "ec2:AuthorizeSecurityGroupIngress / a description with a character that is not allowed": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "an id that is not in form has a code of its own",
    source: "ec2-errors",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / an id that is none": "refused InvalidGroup.NotFound 400",
      "ec2:RevokeSecurityGroupIngress / by an id that is none":
        "refused InvalidSecurityGroupRuleId.NotFound 400",
      "ec2:RevokeSecurityGroupEgress / by an id that is none":
        "refused InvalidSecurityGroupRuleId.NotFound 400",
      "ec2:DescribeSecurityGroupRules / by an id that is none": "answered",
      "ec2:DescribeManagedPrefixLists / an id that is none": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "outside a default VPC a rule that is not there is refused",
    source: "sg-revoke",
    answers: {
      "ec2:RevokeSecurityGroupIngress / a rule that is not there": "answered",
      "ec2:RevokeSecurityGroupEgress / a rule that is not there": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "here a block with host bits is refused, other than when a rule is made",
    source: "sg-canonical",
    answers: {
      "ec2:ModifySecurityGroupRules / a range with host bits": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "unknown",
    why: "the code is documented, and not that this call gives it",
    source: "ec2-errors",
    answers: {
      "ec2:ModifySecurityGroupRules / into a rule that is there": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "absent",
    why: "ministack does not change descriptions",
    answers: {
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress / by what the rule is": "refused InvalidAction 400",
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress / by the rule's id": "refused InvalidAction 400",
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress / a rule that is not there":
        "refused InvalidAction 400",
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress / by what the rule is": "refused InvalidAction 400",
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress / by the rule's id": "refused InvalidAction 400",
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress / a rule that is not there": "refused InvalidAction 400",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "what is named and is not there, or not in form, is refused",
    source: "ec2-errors",
    answers: {
      "ec2:DescribeSecurityGroupRules / by the id of one that is not there": "answered",
      "ec2:CreateSecurityGroup / a VPC that is not there": "answered",
      "ec2:DescribeManagedPrefixLists / a list that is not there": "answered",
      "ec2:DescribeVpnConnections / a connection that is not there": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "ministack does not know the filter group-id and answers all groups",
    source: "ec2-filters",
    answers: {
      "ec2:DescribeSecurityGroups / a group that is not there, by a filter": "true",
    },
  },
  {
    emulator: "ministack",
    right: "absent",
    why: "ministack has connections, and no operations on their tunnels",
    answers: {
      "ec2:GetActiveVpnTunnelStatus / a connection that is not there": "refused InvalidAction 400",
      "ec2:GetVpnTunnelReplacementStatus / a connection that is not there": "refused InvalidAction 400",
      "ec2:ReplaceVpnTunnel / a connection that is not there": "refused InvalidAction 400",
      "ec2:ModifyVpnTunnelOptions / a connection that is not there": "refused InvalidAction 400",
    },
  },
];
