/** What the deployment promises of the function that keeps allowlists true. */
import { describe, expect, it } from "vitest";
import { WATCHED_CALLS } from "../../../shared/allowlists/cloud-trail.ts";
import { authorize } from "../../aws/authorization.ts";
import { parsePattern } from "../../aws/event-bridge/pattern.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { viewRoles } from "../lambda-views.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

type Context = Readonly<Record<string, string | string[]>>;
type Case = readonly [action: string, resource: string, context: Context, expected: "allowed" | "denied"];

export function promiseAllowlists(graph: () => Graph): void {
  const heal = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "HealAllowlists");
    if (found === undefined) throw new Error("the deployment has no HealAllowlists");
    return found;
  };
  const ec2 = (resource: string) => `arn:aws:ec2:${graph().region}:${ACCOUNT_ID}:${resource}`;
  const expectAnswers = async (cases: readonly Case[]) => {
    const { arn: roleArn, policy } = heal().role;
    for (const [action, resource, context, expected] of cases) {
      const answer = await authorize({ roleArn, policy, action, resource, context: { ...context } });
      expect([action, resource, context, answer]).toEqual([action, resource, context, expected]);
    }
  };

  describe("security groups", () => {
    it("are no part of the deployment, and neither is any of their rules: the two would fight", () => {
      const found = graph().resources.filter(({ type }) => /securitygroup|:vpc\//i.test(type));
      expect(found.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
    });
  });

  describe("the function that keeps allowlists true", () => {
    it("is told of what it reads, of its own role, and of nothing else", () => {
      const { environment, role, timeoutSeconds } = heal();
      expect(Object.keys(environment).sort()).toEqual([
        "BUS_NAME",
        "HAND_URL",
        "JOURNAL_TABLE",
        "OWN_ROLE",
        "TOKEN_AUDIENCE",
      ]);
      expect(environment["OWN_ROLE"]).toBe(role.arn);
      expect(timeoutSeconds).toBe(120);
    });

    it("may change the rules of the link's groups, and of no other group", async () => {
      const calls = [
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "ModifySecurityGroupRules",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
      ].map((call) => `ec2:${call}`);
      await expectAnswers([
        ...["sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60719"].flatMap((id) =>
          calls.map((call): Case => [call, ec2(`security-group/${id}`), {}, "allowed"]),
        ),
        ...calls.map((call): Case => [call, ec2("security-group/sg-0a1b2c3d4e5f60710"), {}, "denied"]),
        ["ec2:DescribeSecurityGroupRules", "*", {}, "allowed"],
        ["ec2:DescribeSecurityGroups", "*", {}, "allowed"],
        ["ec2:DescribeManagedPrefixLists", "*", {}, "allowed"],
        ["ec2:DeleteSecurityGroup", ec2("security-group/sg-0a1b2c3d4e5f60718"), {}, "denied"],
        ["ec2:CreateSecurityGroup", ec2("security-group/sg-0a1b2c3d4e5f60718"), {}, "denied"],
        ["ec2:RunInstances", ec2("security-group/sg-0a1b2c3d4e5f60718"), {}, "denied"],
      ]);
    });

    it("may put the link's mark on what it opens, and no other mark, and none on what is there", async () => {
      const rule = ec2("security-group-rule/sgr-0a1b2c3d4e5f60718");
      const marked = (link: string, ...more: string[]): Context => ({
        "aws:RequestTag/warrener:link": link,
        "aws:TagKeys": ["warrener:link", ...more],
      });
      const by = (action: string) => ({ "ec2:CreateAction": action });
      const opening = by("AuthorizeSecurityGroupIngress");
      await expectAnswers([
        ["ec2:AuthorizeSecurityGroupIngress", rule, marked("allowlists-link"), "allowed"],
        ["ec2:AuthorizeSecurityGroupEgress", rule, marked("allowlists-link"), "allowed"],
        ["ec2:AuthorizeSecurityGroupIngress", rule, marked("other-link"), "denied"],
        ["ec2:CreateTags", rule, { ...marked("allowlists-link"), ...opening }, "allowed"],
        ["ec2:CreateTags", rule, { ...marked("other-link"), ...opening }, "denied"],
        ["ec2:CreateTags", rule, { ...marked("allowlists-link", "Name"), ...opening }, "denied"],
        ["ec2:CreateTags", rule, { ...marked("allowlists-link"), ...by("RunInstances") }, "denied"],
        ["ec2:CreateTags", rule, marked("allowlists-link"), "denied"],
        ["ec2:DeleteTags", rule, {}, "denied"],
        [
          "ec2:CreateTags",
          ec2("security-group/sg-0a1b2c3d4e5f60718"),
          { ...marked("allowlists-link"), ...opening },
          "denied",
        ],
      ]);
    });

    it("may rewrite a rule, to a prefix list only where the link wants that list, whoever's it is", async () => {
      const list = (account: string, id: string) =>
        `arn:aws:ec2:${graph().region}:${account}:prefix-list/${id}`;
      await expectAnswers([
        ["ec2:ModifySecurityGroupRules", ec2("security-group-rule/sgr-0a1b2c3d4e5f60718"), {}, "allowed"],
        ["ec2:ModifySecurityGroupRules", list(ACCOUNT_ID, "pl-0a1b2c3d4e5f60718"), {}, "allowed"],
        ["ec2:ModifySecurityGroupRules", list("aws", "pl-0a1b2c3d4e5f60718"), {}, "allowed"],
        ["ec2:ModifySecurityGroupRules", list(ACCOUNT_ID, "pl-0a1b2c3d4e5f60710"), {}, "denied"],
        ["ec2:ModifyManagedPrefixList", list(ACCOUNT_ID, "pl-0a1b2c3d4e5f60718"), {}, "denied"],
      ]);
    });

    it("may keep what stands of its own link, and neither forge its history nor sign anything", async () => {
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${heal().environment["JOURNAL_TABLE"]}`;
      const keys = (key: string): Context => ({ "dynamodb:LeadingKeys": [key] });
      await expectAnswers([
        ...["Query", "GetItem", "PutItem", "UpdateItem"].flatMap((act): Case[] => [
          [`dynamodb:${act}`, table, keys("link#allowlists-link"), "allowed"],
          [`dynamodb:${act}`, table, keys("link#other-link"), "denied"],
        ]),
        ["dynamodb:PutItem", table, keys("incidents#allowlists-link"), "allowed"],
        ["dynamodb:DeleteItem", table, keys("link#allowlists-link"), "denied"],
        ["dynamodb:PutItem", table, keys("history#allowlists-link"), "denied"],
        ["acm-pca:IssueCertificate", graph().certificateAuthority.arn, {}, "denied"],
      ]);
    });

    it("has no permission that is broader than it has to be, or that can never match, nor have its schedules", async () => {
      const roles = viewRoles(graph().resources).filter(({ name }) => name.includes("heal-allowlists"));
      expect(roles.map(({ name }) => name).toSorted()).toEqual([
        "warrener-test-heal-allowlists",
        "warrener-test-heal-allowlists-schedule",
        "warrener-test-heal-allowlists-tend-schedule",
      ]);
      for (const { policy, managedPolicyArns } of roles) {
        expect([await lintPolicy(policy), managedPolicyArns]).toEqual([[], []]);
      }
    });

    it("sweeps every 15 minutes, and tends each minute, whatever becomes of the events", () => {
      const schedules = graph().schedules.filter(({ targetFunction }) => targetFunction === "HealAllowlists");
      expect(schedules.map(({ name, expression, input }) => [name, expression, JSON.parse(input)])).toEqual([
        ["warrener-test-heal-allowlists", "rate(15 minutes)", {}],
        ["warrener-test-heal-allowlists-tend", "rate(1 minute)", { run: "tend" }],
      ]);
    });

    it("is missed by an alarm for each of its schedules, so that neither hides the other's silence", () => {
      const silent = graph().metricAlarms.filter(
        ({ dimensions, namespace }) =>
          namespace === "Warrener" && dimensions["Function"] === "warrener-test-heal-allowlists",
      );
      expect(
        silent.map(({ name, dimensions, periodSeconds, evaluationPeriods, treatMissingData }) => ({
          ...{ name, dimensions, periodSeconds, evaluationPeriods, treatMissingData },
        })),
      ).toEqual([
        {
          name: "warrener-test-heal-allowlists-silent",
          dimensions: { Function: "warrener-test-heal-allowlists" },
          periodSeconds: 900,
          evaluationPeriods: 3,
          treatMissingData: "breaching",
        },
        {
          name: "warrener-test-heal-allowlists-tend-silent",
          dimensions: { Function: "warrener-test-heal-allowlists", Run: "tend" },
          periodSeconds: 60,
          evaluationPeriods: 5,
          treatMissingData: "breaching",
        },
      ]);
    });

    const rules = () =>
      graph().eventRules.filter(({ targets }) =>
        targets.some(({ targetFunction }) => targetFunction === "HealAllowlists"),
      );

    it("is woken from the default bus by each call that can change a group's rules, and by no other", () => {
      expect(rules().map(({ busName }) => busName)).toEqual(["default"]);
      const wakes = (detail: object) =>
        rules().filter(({ pattern }) =>
          parsePattern(pattern)({
            version: "0",
            id: "1",
            "detail-type": "AWS API Call via CloudTrail",
            source: "aws.ec2",
            account: ACCOUNT_ID,
            time: "2026-11-21T08:00:00Z",
            region: graph().region,
            resources: [],
            detail: { eventSource: "ec2.amazonaws.com", ...detail },
          }),
        ).length;
      expect(WATCHED_CALLS.length).toBe(11);
      for (const eventName of WATCHED_CALLS) {
        expect([eventName, wakes({ eventName })]).toEqual([eventName, 1]);
        expect(wakes({ eventName, errorCode: "Client.DryRunOperation" })).toBe(0);
      }
      expect(wakes({ eventName: "RunInstances" })).toBe(0);
    });
  });
}
