/** Where moto answers otherwise than the stand-in: EC2. */
import type { Differences } from "../compare.ts";

export const motoEc2: readonly Differences[] = [
  {
    emulator: "moto",
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
    emulator: "moto",
    right: "unknown",
    why: "no document says whether the others are made; moto refuses the call and makes them all the same",
    source: "sg-duplicate",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / one new rule and one that is there: none is made":
        '{"answer":"refused InvalidPermission.Duplicate 400","rules":3}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the refusal is quoted there",
    source: "sg-twice",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / the same rule twice in one call":
        "refused InvalidPermission.Duplicate 400",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "these values are outside what the reference allows; the codes of some refusals are inferred, as said above",
    source: "sg-permission",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / ports the wrong way round": "answered",
      "ec2:AuthorizeSecurityGroupIngress / a protocol that is none": "answered",
      "ec2:AuthorizeSecurityGroupIngress / a description with a character that is not allowed": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "an id that is not in form has a code of its own",
    source: "ec2-errors",
    answers: {
      "ec2:AuthorizeSecurityGroupIngress / an id that is none": "refused InvalidGroup.NotFound 400",
      "ec2:RevokeSecurityGroupIngress / by an id that is none": "refused InvalidPermission.NotFound 400",
      "ec2:RevokeSecurityGroupEgress / by an id that is none": "refused InvalidPermission.NotFound 400",
      "ec2:DescribeSecurityGroupRules / by an id that is none":
        "refused InvalidSecurityGroupRuleId.NotFound 400",
      "ec2:DescribeSecurityGroups / an id that is none": "refused InvalidGroup.NotFound 400",
      "ec2:DescribeManagedPrefixLists / an id that is none": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the refusal is quoted there",
    source: "sg-rule-gone",
    answers: {
      "ec2:RevokeSecurityGroupIngress / by an id that is not there": "refused InvalidPermission.NotFound 400",
      "ec2:RevokeSecurityGroupEgress / by an id that is not there": "refused InvalidPermission.NotFound 400",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "here a block with host bits is refused, other than when a rule is made",
    source: "sg-canonical",
    answers: {
      "ec2:ModifySecurityGroupRules / a range with host bits": "answered",
    },
  },
  {
    emulator: "moto",
    right: "unknown",
    why: "the code is documented, and not that this call gives it",
    source: "ec2-errors",
    answers: {
      "ec2:ModifySecurityGroupRules / into a rule that is there": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "rules can be named by their ids; moto answers and changes nothing",
    source:
      "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html",
    answers: {
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress / by the rule's id":
        '[{"CidrIpv4":"10.0.0.0/24","Description":"before","FromPort":443,"IpProtocol":"tcp","IsEgress":false,"ToPort":443},{"CidrIpv4":"0.0.0.0/0","FromPort":-1,"IpProtocol":"-1","IsEgress":true,"ToPort":-1}]',
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress / by the rule's id":
        '[{"CidrIpv4":"0.0.0.0/0","FromPort":-1,"IpProtocol":"-1","IsEgress":true,"ToPort":-1},{"CidrIpv4":"10.0.0.0/24","Description":"before","FromPort":443,"IpProtocol":"tcp","IsEgress":true,"ToPort":443}]',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the code is documented; moto says that it was done",
    source: "ec2-errors",
    answers: {
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress / a rule that is not there": "answered",
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress / a rule that is not there": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "what is named and is not there, or not in form, is refused",
    source: "ec2-errors",
    answers: {
      "ec2:CreateSecurityGroup / a VPC that is not there": "answered",
      "ec2:DescribeManagedPrefixLists / a list that is not there": "answered",
    },
  },
  {
    emulator: "moto",
    right: "absent",
    why: "moto has connections, and no operations on their tunnels",
    answers: {
      "ec2:GetActiveVpnTunnelStatus / a connection that is not there": "error 500",
      "ec2:GetVpnTunnelReplacementStatus / a connection that is not there": "error 500",
      "ec2:ReplaceVpnTunnel / a connection that is not there": "error 500",
      "ec2:ModifyVpnTunnelOptions / a connection that is not there": "error 500",
    },
  },
];
