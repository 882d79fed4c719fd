import { describe, expect, it } from "vitest";
import { actorWords } from "./actor.ts";
import { hearCloudTrail } from "./cloud-trail.ts";
import {
  LISTENING,
  LOADER,
  POD,
  RELAY,
  ROLE,
  ROOT,
  SSO,
  SSO_IN_REGION,
  trail,
  USER,
} from "./test-cloud-trail.ts";
import { changeOf } from "./test-seen.ts";

const changeIn = (detail: object) => changeOf(hearCloudTrail(LISTENING, trail(detail)));

const permission = (cidrIp: string) => ({
  items: [
    {
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      groups: {},
      ipRanges: { items: [{ cidrIp }] },
      ipv6Ranges: {},
      prefixListIds: {},
    },
  ],
});
const done = { requestId: "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0", _return: true };
const item = (fields: object) => ({
  groupOwnerId: "111122223333",
  groupId: RELAY,
  securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa1",
  isEgress: false,
  ipProtocol: "tcp",
  fromPort: 22,
  toPort: 22,
  ...fields,
});
const onlyGroup = { requestParameters: { groupId: RELAY } };

describe("hearCloudTrail names the group, the actor and the tool", () => {
  it.each<[what: string, detail: object, groups: unknown, actor: string, tool: string | null]>([
    [
      "ingress opened by a role session with the CLI",
      {
        requestParameters: { groupId: RELAY, ipPermissions: permission("0.0.0.0/0") },
        responseElements: { ...done, securityGroupRuleSet: { items: [item({ cidrIpv4: "0.0.0.0/0" })] } },
      },
      ["relay"],
      "role session carol-laptop through NetworkAdmin",
      "CLI",
    ],
    [
      "ingress in the flat form, opened by root in the console",
      {
        userIdentity: ROOT,
        userAgent: "AWS Internal",
        sessionCredentialFromConsole: "true",
        requestParameters: {
          groupId: RELAY,
          ipPermissions: {},
          cidrIp: "0.0.0.0/0",
          fromPort: 22,
          toPort: 22,
          ipProtocol: "tcp",
        },
      },
      ["relay"],
      "account root",
      "console",
    ],
    [
      "egress opened by a user with Terraform",
      {
        ...onlyGroup,
        eventName: "AuthorizeSecurityGroupEgress",
        userIdentity: USER,
        userAgent:
          "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.1 aws-sdk-go-v2/1.39.2",
      },
      ["relay"],
      "user bob",
      "Terraform",
    ],
    [
      "ingress closed by an SSO user in the console",
      {
        ...onlyGroup,
        eventName: "RevokeSecurityGroupIngress",
        userIdentity: SSO,
        sessionCredentialFromConsole: "true",
        userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
      },
      ["relay"],
      "SSO user alice@example.com through NetAdmin",
      "console",
    ],
    [
      "egress closed by an SSO user in CloudShell",
      {
        ...onlyGroup,
        eventName: "RevokeSecurityGroupEgress",
        userIdentity: SSO_IN_REGION,
        sessionCredentialFromConsole: "true",
        userAgent: "aws-cli/2.31.4 md/awscrt#0.27.6 exec-env/CloudShell lang/python#3.13.7",
      },
      ["relay"],
      "SSO user alice@example.com through NetAdmin",
      "console (CloudShell)",
    ],
    [
      "a rule modified by a pipeline, wrapped and in upper case",
      {
        eventName: "ModifySecurityGroupRules",
        userIdentity: POD,
        userAgent: "Boto3/1.40.40 md/Botocore#1.40.40 ua/2.1 os/linux lang/python#3.12.11",
        requestParameters: { ModifySecurityGroupRulesRequest: { GroupId: LOADER, SecurityGroupRule: {} } },
      },
      ["loader"],
      "web identity repo:example/infra:ref:refs/heads/main through deployer",
      "SDK for Python",
    ],
    [
      "descriptions rewritten, with the group in the request",
      { ...onlyGroup, eventName: "UpdateSecurityGroupRuleDescriptionsIngress" },
      ["relay"],
      "role session carol-laptop through NetworkAdmin",
      "CLI",
    ],
    [
      "descriptions rewritten, with the group in a wrapper",
      {
        eventName: "UpdateSecurityGroupRuleDescriptionsEgress",
        requestParameters: { UpdateSecurityGroupRuleDescriptionsEgressRequest: { GroupId: LOADER } },
        userAgent: "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1",
      },
      ["loader"],
      "role session carol-laptop through NetworkAdmin",
      "SDK for Go",
    ],
    [
      "a group deleted by a stack",
      {
        eventName: "DeleteSecurityGroup",
        userIdentity: { ...ROLE, invokedBy: "cloudformation.amazonaws.com" },
        sourceIPAddress: "cloudformation.amazonaws.com",
        userAgent: "cloudformation.amazonaws.com",
        requestParameters: { groupId: RELAY },
        responseElements: done,
      },
      ["relay"],
      "role session carol-laptop through NetworkAdmin",
      "via CloudFormation",
    ],
    [
      "a group of ours made, whose id only the answer has",
      {
        eventName: "CreateSecurityGroup",
        requestParameters: { groupName: "relay", groupDescription: "relay", vpcId: "vpc-0a1b2c3d" },
        responseElements: { ...done, groupId: RELAY },
      },
      ["relay"],
      "role session carol-laptop through NetworkAdmin",
      "CLI",
    ],
    [
      "a group named by its name, whose id only the answer has",
      {
        requestParameters: { groupName: "relay", ipPermissions: permission("0.0.0.0/0") },
        responseElements: { ...done, securityGroupRuleSet: { items: [item({ cidrIpv4: "0.0.0.0/0" })] } },
        userAgent: "aws-sdk-js/3.901.0 ua/2.1 os/linux lang/js md/nodejs#24.8.0",
      },
      ["relay"],
      "role session carol-laptop through NetworkAdmin",
      "SDK for JavaScript",
    ],
    [
      "a call that says nothing of the group",
      { eventName: "RevokeSecurityGroupIngress", requestParameters: null },
      "all",
      "role session carol-laptop through NetworkAdmin",
      "CLI",
    ],
  ])("%s", (_, detail, groups, actor, tool) => {
    const change = changeIn(detail);
    expect(change.groups).toEqual(groups);
    expect(actorWords(change.actor)).toBe(actor);
    expect(change.tool?.name ?? null).toBe(tool);
  });

  it("tells when, from where and under which id", () => {
    const { id, at, sourceAddress, call } = changeIn(onlyGroup);
    expect({ id, at, sourceAddress, call }).toEqual({
      id: "5e1f7a90-3b2c-4d5e-8f60-718293a4b5c6",
      at: Date.UTC(2026, 10, 21, 8, 0, 12) / 1000,
      sourceAddress: "203.0.113.7",
      call: "AuthorizeSecurityGroupIngress",
    });
  });

  it("knows a duplicate without an id by what it says", () => {
    const bare = { ...trail({ ...onlyGroup, eventID: undefined }), id: undefined };
    const [one, other] = [bare, structuredClone(bare)].map((event) => hearCloudTrail(LISTENING, event));
    expect(one).toEqual(other);
    expect(one).toMatchObject({ change: { id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  });
});
