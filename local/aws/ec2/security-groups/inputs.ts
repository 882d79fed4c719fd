/** What the operations of security groups take, in the names of the wire: lists in the singular, and `Groups`. */
import * as z from "zod";
import { Bool, Filters, parseEc2 } from "../inputs.ts";

const Whole = z
  .string()
  .regex(/^-?\d{1,9}$/, "It must be a whole number.")
  .transform(Number);
const Texts = z.array(z.string()).optional();
const Text = z.string().optional();

const IpPermission = z.strictObject({
  IpProtocol: Text,
  FromPort: Whole.optional(),
  ToPort: Whole.optional(),
  IpRanges: z.array(z.strictObject({ CidrIp: z.string(), Description: Text })).optional(),
  Ipv6Ranges: z.array(z.strictObject({ CidrIpv6: z.string(), Description: Text })).optional(),
  PrefixListIds: z.array(z.strictObject({ PrefixListId: z.string(), Description: Text })).optional(),
  Groups: z
    .array(
      z.strictObject({
        GroupId: z.string(),
        UserId: Text,
        VpcId: Text,
        VpcPeeringConnectionId: Text,
        Description: Text,
      }),
    )
    .optional(),
});
export type IpPermission = z.infer<typeof IpPermission>;

const TagSpecification = z
  .array(
    z.strictObject({
      ResourceType: z.string(),
      Tag: z.array(z.strictObject({ Key: z.string().min(1), Value: z.string().default("") })).default([]),
    }),
  )
  .optional();
export type TagSpecification = z.infer<typeof TagSpecification>;

const DryRun = Bool.optional();
const OfGroup = { GroupId: Text, GroupName: Text, DryRun };
/** One rule without a list: only of incoming traffic. */
const Flat = { IpProtocol: Text, FromPort: Whole.optional(), ToPort: Whole.optional(), CidrIp: Text };
const IpPermissions = z.array(IpPermission).optional();

const AuthorizeInput = z.strictObject({ ...OfGroup, ...Flat, IpPermissions, TagSpecification });
export type AuthorizeInput = z.infer<typeof AuthorizeInput>;

const RevokeInput = z.strictObject({ ...OfGroup, ...Flat, IpPermissions, SecurityGroupRuleId: Texts });
export type RevokeInput = z.infer<typeof RevokeInput>;

const RuleRequest = z.strictObject({
  IpProtocol: Text,
  FromPort: Whole.optional(),
  ToPort: Whole.optional(),
  CidrIpv4: Text,
  CidrIpv6: Text,
  PrefixListId: Text,
  ReferencedGroupId: Text,
  Description: Text,
});
export type RuleRequest = z.infer<typeof RuleRequest>;

const ModifyInput = z.strictObject({
  GroupId: z.string(),
  SecurityGroupRule: z
    .array(z.strictObject({ SecurityGroupRuleId: z.string(), SecurityGroupRule: RuleRequest }))
    .min(1),
  DryRun,
});
export type ModifyInput = z.infer<typeof ModifyInput>;

const DescriptionsInput = z.strictObject({
  ...OfGroup,
  IpPermissions,
  SecurityGroupRuleDescription: z
    .array(z.strictObject({ SecurityGroupRuleId: z.string(), Description: Text }))
    .optional(),
});
export type DescriptionsInput = z.infer<typeof DescriptionsInput>;

const CreateInput = z.strictObject({
  GroupName: z.string().min(1).max(255),
  GroupDescription: z.string().max(255),
  VpcId: Text,
  TagSpecification,
  DryRun,
});
export type CreateInput = z.infer<typeof CreateInput>;

const DeleteInput = z.strictObject(OfGroup);

const Page = { MaxResults: Whole.optional(), NextToken: Text };
const RulesInput = z.strictObject({ SecurityGroupRuleId: Texts, Filter: Filters, ...Page, DryRun });
const GroupsInput = z.strictObject({ GroupId: Texts, Filter: Filters, ...Page, DryRun });
const PrefixListsInput = z.strictObject({ PrefixListId: Texts, Filter: Filters, ...Page, DryRun });

/** The real service takes them; there is no classic network here, and groups go by their ids. */
const names = ["SourceSecurityGroupName", "SourceSecurityGroupOwnerId", "GroupName"];
const reader =
  <T>(operation: string, schema: z.ZodType<T>) =>
  (input: unknown): T =>
    parseEc2(schema, input, { operation, names });

export const readAuthorize = reader("AuthorizeSecurityGroupIngress", AuthorizeInput);
export const readRevoke = reader("RevokeSecurityGroupIngress", RevokeInput);
export const readModify = reader("ModifySecurityGroupRules", ModifyInput);
export const readDescriptions = reader("UpdateSecurityGroupRuleDescriptionsIngress", DescriptionsInput);
export const readCreate = reader("CreateSecurityGroup", CreateInput);
export const readDelete = reader("DeleteSecurityGroup", DeleteInput);
export const readRules = reader("DescribeSecurityGroupRules", RulesInput);
export const readGroups = reader("DescribeSecurityGroups", GroupsInput);
export const readPrefixLists = reader("DescribeManagedPrefixLists", PrefixListsInput);
