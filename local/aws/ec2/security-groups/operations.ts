/** All calls about security groups, and what each can refuse; docs/fidelity.md names the source of each row. */
import type { Operation as Row } from "../../../stand-in/operations.ts";
import type { AwsService } from "../../service.ts";
import { ec2CommonErrors } from "../wire.ts";
import { authorizing } from "./authorize.ts";
import { type Operation, perform, understood } from "./call.ts";
import { describing } from "./descriptions.ts";
import { creating, deleting } from "./groups.ts";
import { lookingAtGroups, lookingAtPrefixLists, lookingAtRules } from "./look.ts";
import { modifying } from "./modify.ts";
import { callerOf } from "./people.ts";
import { revoking } from "./revoke.ts";
import type { SecurityGroupWorld } from "./world.ts";

const ofLook = [...ec2CommonErrors, "FilterLimitExceeded", "InvalidNextToken"];
const ofGroup = [...ec2CommonErrors, "InvalidGroup.NotFound", "InvalidGroupId.Malformed"];
const ofRuleId = ["InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound"];
const ofSource = ["InvalidPrefixListID.NotFound", "InvalidPrefixListId.Malformed"];
const ofValue = ["InvalidPermission.Malformed", "InvalidPrefixListId.Malformed"];
const ofNewValue = ["InvalidPermission.Duplicate", "InvalidPermission.Malformed", ...ofSource];
const authorize = [
  ...ofGroup,
  ...ofNewValue,
  "InvalidParameterCombination",
  "RulesPerSecurityGroupLimitExceeded",
];
const byRuleOrValue = [
  ...ofGroup,
  ...ofRuleId,
  ...ofValue,
  "InvalidParameterCombination",
  "InvalidPermission.NotFound",
];

export const securityGroupOperations: Readonly<Record<string, Row>> = {
  "ec2:AuthorizeSecurityGroupIngress": { mutates: true, errors: authorize },
  "ec2:AuthorizeSecurityGroupEgress": { mutates: true, errors: authorize },
  "ec2:RevokeSecurityGroupIngress": { mutates: true, errors: byRuleOrValue },
  "ec2:RevokeSecurityGroupEgress": { mutates: true, errors: byRuleOrValue },
  "ec2:ModifySecurityGroupRules": {
    mutates: true,
    errors: [...ofGroup, ...ofNewValue, ...ofRuleId, "RulesPerSecurityGroupLimitExceeded"],
  },
  "ec2:UpdateSecurityGroupRuleDescriptionsIngress": { mutates: true, errors: byRuleOrValue },
  "ec2:UpdateSecurityGroupRuleDescriptionsEgress": { mutates: true, errors: byRuleOrValue },
  "ec2:CreateSecurityGroup": {
    mutates: true,
    errors: [...ec2CommonErrors, "InvalidGroup.Duplicate", "InvalidVpcID.NotFound"],
  },
  "ec2:DeleteSecurityGroup": { mutates: true, errors: [...ofGroup, "CannotDelete", "DependencyViolation"] },
  "ec2:DescribeSecurityGroupRules": { mutates: false, errors: [...ofLook, ...ofRuleId] },
  "ec2:DescribeSecurityGroups": {
    mutates: false,
    errors: [...ofLook, "InvalidGroup.NotFound", "InvalidGroupId.Malformed"],
  },
  "ec2:DescribeManagedPrefixLists": { mutates: false, errors: [...ofLook, ...ofSource] },
};

function operationsOn(world: SecurityGroupWorld): Operation[] {
  return [
    authorizing(world, "in"),
    authorizing(world, "out"),
    revoking(world, "in"),
    revoking(world, "out"),
    modifying(world),
    describing(world, "in"),
    describing(world, "out"),
    creating(world),
    deleting(world),
    lookingAtRules(world),
    lookingAtGroups(world),
    lookingAtPrefixLists(world),
  ];
}

/** For the service of EC2, by the operations' names. */
export function securityGroupService(world: SecurityGroupWorld): AwsService["operations"] {
  const prepared = operationsOn(world).map((operation): [string, AwsService["operations"][string]] => [
    operation.name,
    (input, caller, request) => {
      const actor = callerOf(caller, request);
      const call = understood(world, operation, actor, input);
      return { needs: call.needs(caller), answer: () => perform(world, operation, actor, call) };
    },
  ]);
  return Object.fromEntries(prepared);
}
