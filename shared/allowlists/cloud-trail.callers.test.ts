import { describe, expect, it } from "vitest";
import { actorWords } from "./actor.ts";
import { hearCloudTrail } from "./cloud-trail.ts";
import {
  FEDERATED,
  IDENTITY_CENTER,
  LISTENING,
  OTHER_ACCOUNT,
  POD,
  RELAY,
  ROLE,
  SERVICE,
  SERVICE_ROLE,
  trail,
} from "./test-cloud-trail.ts";
import { changeOf } from "./test-seen.ts";

const onlyGroup = { requestParameters: { groupId: RELAY } };

describe("hearCloudTrail names the caller, whoever it is", () => {
  it.each<[what: string, detail: object, actor: string, tool: string | null]>([
    [
      "Firewall Manager",
      {
        ...onlyGroup,
        userIdentity: SERVICE,
        sourceIPAddress: "fms.amazonaws.com",
        userAgent: "fms.amazonaws.com",
      },
      "cloud service fms.amazonaws.com",
      "via Firewall Manager",
    ],
    [
      "a service under its own role",
      { ...onlyGroup, userIdentity: SERVICE_ROLE, sourceIPAddress: "eks.amazonaws.com" },
      "cloud service eks.amazonaws.com through AWSServiceRoleForAmazonEKS",
      "via EKS",
    ],
    [
      "a principal of another account",
      { ...onlyGroup, userIdentity: OTHER_ACCOUNT },
      "principal of another account AROAEXAMPLE0008:partner of 999988887777",
      "CLI",
    ],
    [
      "a user of Identity Center",
      { ...onlyGroup, userIdentity: IDENTITY_CENTER, userAgent: undefined },
      "SSO user 544894e8-80c1-707f-60e3-3ba6510dfac1",
      null,
    ],
    [
      "a federated user",
      { ...onlyGroup, userIdentity: FEDERATED, userAgent: "aws-sdk-java/2.34.0 md/io#sync ua/2.1 os/Linux" },
      "federated user dave through broker",
      "SDK for Java",
    ],
    [
      "the controller of load balancers in the cluster",
      { ...onlyGroup, userIdentity: POD, userAgent: "elbv2.k8s.aws/v2.13.4 aws-sdk-go-v2/1.38.0 ua/2.1" },
      "web identity repo:example/infra:ref:refs/heads/main through deployer",
      "AWS Load Balancer Controller",
    ],
    [
      "a role that must say who uses it",
      {
        ...onlyGroup,
        userIdentity: { ...ROLE, sessionContext: { ...ROLE.sessionContext, sourceIdentity: "carol" } },
        userAgent: "APN/1.0 Pulumi/1.0 PulumiAWS/7.20.0 aws-sdk-go-v2/1.39.2",
      },
      "role session carol through NetworkAdmin",
      "Pulumi",
    ],
    [
      "a tool that nobody knows",
      { ...onlyGroup, userAgent: "rules-fixer/1.0" },
      "role session carol-laptop through NetworkAdmin",
      null,
    ],
    [
      "an agent that names a service, from an address that is none",
      { ...onlyGroup, userAgent: "cloudformation.amazonaws.com" },
      "role session carol-laptop through NetworkAdmin",
      null,
    ],
  ])("%s", (_, detail, actor, tool) => {
    const change = changeOf(hearCloudTrail(LISTENING, trail(detail)));
    expect(change.groups).toEqual(["relay"]);
    expect(actorWords(change.actor)).toBe(actor);
    expect(change.tool?.name ?? null).toBe(tool);
  });
});
