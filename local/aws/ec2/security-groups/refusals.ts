/**
 * The refusals of security groups; each in the words of the real service, where somebody has published them
 * (docs/fidelity.md).
 */
import { Refusal } from "../../../stand-in/operations.ts";

const refuse = (code: string, message: string) => new Refusal(400, code, message);

export const malformedGroupId = (id: string) =>
  refuse("InvalidGroupId.Malformed", `Invalid id: "${id}" (expecting "sg-...")`);

export const groupNotFound = (id: string) =>
  refuse("InvalidGroup.NotFound", `The security group '${id}' does not exist`);

export const notByName = (name: string) =>
  refuse(
    "InvalidParameterValue",
    `Invalid value '${name}' for groupName. You may not reference Amazon VPC security groups by name. Please use the corresponding id for this operation.`,
  );

export const groupExists = (name: string, vpcId: string) =>
  refuse("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpcId}'`);

export const vpcNotFound = (id: string) =>
  refuse("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);

export const groupInUse = (id: string) =>
  refuse("DependencyViolation", `resource ${id} has a dependent object`);

export const defaultGroup = (id: string) =>
  refuse("CannotDelete", `the specified group: "${id}" name: "default" cannot be deleted by a user`);

export const malformedRuleId = (id: string) =>
  refuse("InvalidSecurityGroupRuleId.Malformed", `Invalid id: "${id}" (expecting "sgr-...")`);

export const ruleIdNotFound = (id: string) =>
  refuse("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${id}' does not exist`);

export const ruleNotFound = () =>
  refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");

export const duplicateRule = (named: string) =>
  refuse("InvalidPermission.Duplicate", `the specified rule "${named}" already exists`);

export const twiceInOneCall = () =>
  refuse("InvalidParameterValue", "The same permission must not appear multiple times");

export const malformedRule = (message: string) => refuse("InvalidPermission.Malformed", message);

export const badRule = (message: string) => refuse("InvalidParameterValue", message);

export const missing = (message: string) => refuse("MissingParameter", message);

export const tooManyRules = () =>
  refuse(
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
  );

export const malformedPrefixListId = (id: string) =>
  refuse("InvalidPrefixListId.Malformed", `Invalid id: "${id}" (expecting "pl-...")`);

export const prefixListNotFound = (id: string) =>
  refuse("InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);

export const badPageToken = () => refuse("InvalidNextToken", "The specified NextToken is not valid.");

export const tooManyFilters = () =>
  refuse("FilterLimitExceeded", "The request uses too many filters or too many filter values.");
