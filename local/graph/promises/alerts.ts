/** What the deployment promises of the function that tells incidents, and of Slack's token. */
import { describe, expect, it } from "vitest";
import { authorize, authorizeBy } from "../../aws/authorization.ts";
import { parsePattern } from "../../aws/event-bridge/pattern.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

export function promiseAlerts(graph: () => Graph): void {
  const tell = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "TellIncidents");
    if (found === undefined) throw new Error("the deployment has no TellIncidents");
    return found;
  };
  const secret = () => {
    const found = graph().secrets.find(({ name }) => name === "warrener-test-slack-token");
    if (found === undefined) throw new Error("the deployment has no secret for Slack's token");
    return found;
  };

  describe("Slack's token", () => {
    it("is in a secret that the deployment leaves empty, and in no function's environment", () => {
      const versions = graph().resources.filter(({ type }) => /secretVersion/i.test(type));
      expect(versions).toEqual([]);
      expect(tell().environment["SLACK_TOKEN_SECRET"]).toBe(secret().arn);
      for (const { environment } of graph().functions) expect(JSON.stringify(environment)).not.toMatch(/xox/);
    });

    it("is read by the function that tells incidents, and by no other function", async () => {
      const { arn, kmsKeyArn } = secret();
      const through = {
        "kms:ViaService": `secretsmanager.${graph().region}.amazonaws.com`,
        "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"],
        "kms:EncryptionContext:SecretARN": arn,
        "kms:EncryptionContext:SecretVersionId": "1",
      };
      const decide = authorizeBy({
        roles: new Map(graph().functions.map(({ role }) => [role.arn, role.policy])),
        resources: new Map(graph().kmsKeys.map((key) => [key.arn, key.policy])),
      });
      for (const { role, logicalName } of graph().functions) {
        const may = (action: string, resource: string, context: Record<string, string | string[]> = {}) =>
          decide({ roleArn: role.arn, action, resource, context });
        const expected = logicalName === "TellIncidents" ? "allowed" : "denied";
        expect([logicalName, await may("secretsmanager:GetSecretValue", arn)]).toEqual([
          logicalName,
          expected,
        ]);
        expect([logicalName, await may("kms:Decrypt", kmsKeyArn ?? "", through)]).toEqual([
          logicalName,
          expected,
        ]);
        expect(await may("secretsmanager:PutSecretValue", arn)).toBe("denied");
        expect(await may("kms:Decrypt", kmsKeyArn ?? "")).toBe("denied");
      }
    });
  });

  describe("the function that tells incidents", () => {
    it("looks each minute, and is woken by an incident on the stage's own bus, and by nothing else there", () => {
      const schedules = graph().schedules.filter(({ targetFunction }) => targetFunction === "TellIncidents");
      expect(schedules.map(({ expression }) => expression)).toEqual(["rate(1 minute)"]);
      const rules = graph().eventRules.filter(({ targets }) =>
        targets.some(({ targetFunction }) => targetFunction === "TellIncidents"),
      );
      expect(rules.map(({ busName }) => busName)).toEqual(["warrener-test"]);
      const matches = parsePattern(rules[0]?.pattern ?? "");
      const event = (source: string, detailType: string) => ({
        source,
        "detail-type": detailType,
        detail: {},
      });
      expect(matches(event("warrener", "Warrener Incident"))).toBe(true);
      expect(matches(event("warrener", "Warrener Change"))).toBe(false);
      expect(matches(event("stranger", "Warrener Incident"))).toBe(false);
    });

    it("may keep and file the link's incidents, and tell them on the bus, and touches nothing else", async () => {
      const { role, environment } = tell();
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const bus = `arn:aws:events:${graph().region}:${ACCOUNT_ID}:event-bus/${environment["BUS_NAME"]}`;
      const keys = (key: string) => ({ "dynamodb:LeadingKeys": [key] });
      const cases: [string, string, Record<string, string | string[]>, "allowed" | "denied"][] = [
        ["dynamodb:Query", table, keys("incidents#tunnel-link"), "allowed"],
        ["dynamodb:UpdateItem", table, keys("incidents#tunnel-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("incidents#tunnel-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("incidents#other-link"), "denied"],
        ["dynamodb:PutItem", table, keys("link#tunnel-link"), "denied"],
        ["dynamodb:GetItem", table, keys("link#tunnel-link"), "denied"],
        ["dynamodb:Query", table, keys("link#tunnel-link"), "denied"],
        ["dynamodb:UpdateItem", table, keys("link#tunnel-link"), "denied"],
        ["dynamodb:Query", table, keys("history#tunnel-link"), "denied"],
        ["dynamodb:DeleteItem", table, keys("link#tunnel-link"), "denied"],
        ["events:PutEvents", bus, { "events:source": ["warrener"] }, "allowed"],
        ["events:PutEvents", bus, { "events:source": ["other"] }, "denied"],
        ["ec2:DescribeVpnConnections", "*", {}, "denied"],
        ["sts:GetWebIdentityToken", "*", {}, "denied"],
      ];
      for (const [action, resource, context, expected] of cases) {
        const answer = await authorize({ roleArn: role.arn, policy: role.policy, action, resource, context });
        expect([action, resource, context, answer]).toEqual([action, resource, context, expected]);
      }
      expect(await lintPolicy(role.policy)).toEqual([]);
    });
  });
}
