/** Who may do what in AWS, read from the evaluated deployment. */
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { viewRoles } from "../lambda-views.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph, LambdaFunction, PolicyDocument } from "../schema.ts";

export function promiseRoles(graph: () => Graph): void {
  const renew = (): LambdaFunction => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "RenewCertificates");
    if (found === undefined) throw new Error("the deployment has no RenewCertificates");
    return found;
  };

  describe("roles in AWS", () => {
    it("let only the Lambda service run as a function, under a name that is known beforehand", () => {
      const trust = (service: string): PolicyDocument => ({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: [service] }, Action: ["sts:AssumeRole"] }],
      });
      expect(graph().functions.map(({ role }) => [role.name, role.trust])).toEqual([
        ["warrener-test-note-issued-certificate", trust("lambda.amazonaws.com")],
        ["warrener-test-renew-certificates", trust("lambda.amazonaws.com")],
        ["warrener-test-renew-relay-certificate", trust("lambda.amazonaws.com")],
      ]);
    });

    it("let schedules of this account alone use a schedule's role", () => {
      const statement = {
        Effect: "Allow",
        Principal: { Service: ["scheduler.amazonaws.com"] },
        Action: ["sts:AssumeRole"],
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      };
      expect(graph().schedules.map(({ name, role }) => [name, role.trust.Statement])).toEqual([
        ["warrener-test-renew-certificates", [statement]],
        ["warrener-test-renew-relay-certificate", [statement]],
      ]);
    });

    it("have no permission that is broader than it has to be, or that can never match", async () => {
      const roles = viewRoles(graph().resources);
      expect(roles.length).toBe(graph().functions.length + graph().schedules.length);
      for (const { name, policy, managedPolicyArns } of roles) {
        expect([name, await lintPolicy(policy), managedPolicyArns]).toEqual([name, [], []]);
      }
    });

    it("allow a renewal exactly what it needs", async () => {
      const { role, logGroup, environment } = renew();
      const ca = graph().certificateAuthority.arn;
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const log = (group: string | undefined, stream = "") =>
        `arn:aws:logs:${graph().region}:${ACCOUNT_ID}:log-group:${group}:log-stream:${stream}`;
      const keys = (key: string) => ({ "dynamodb:LeadingKeys": [key] });
      const template = (name: string) => ({ "acm-pca:TemplateArn": `arn:aws:acm-pca:::template/${name}/V1` });
      const token = (audience: string, seconds: string, algorithm: string) => ({
        "sts:IdentityTokenAudience": [audience],
        "sts:DurationSeconds": seconds,
        "sts:SigningAlgorithm": algorithm,
      });
      const cases: [string, string, Record<string, string | string[]>, "allowed" | "denied"][] = [
        ["acm-pca:IssueCertificate", ca, template("EndEntityClientAuthCertificate"), "allowed"],
        ["acm-pca:IssueCertificate", ca, template("EndEntityServerAuthCertificate"), "denied"],
        ["acm-pca:IssueCertificate", ca, template("SubordinateCACertificate_PathLen0"), "denied"],
        ["acm-pca:IssueCertificate", ca, {}, "denied"],
        [
          "acm-pca:IssueCertificate",
          `${ca.slice(0, -1)}x`,
          template("EndEntityClientAuthCertificate"),
          "denied",
        ],
        ["acm-pca:GetCertificate", ca, {}, "allowed"],
        ["acm-pca:DescribeCertificateAuthority", ca, {}, "allowed"],
        ["acm-pca:RevokeCertificate", ca, {}, "denied"],
        ["acm-pca:DeleteCertificateAuthority", ca, {}, "denied"],
        ["dynamodb:GetItem", table, {}, "allowed"],
        ["dynamodb:PutItem", table, {}, "allowed"],
        ["dynamodb:UpdateItem", table, {}, "allowed"],
        ["dynamodb:Query", table, {}, "allowed"],
        ["dynamodb:PutItem", table, keys("link#example-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("incidents#example-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("incidents#other-link"), "denied"],
        ["dynamodb:UpdateItem", table, keys("incidents#example-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("history#example-link"), "denied"],
        ["dynamodb:DeleteItem", table, {}, "denied"],
        ["dynamodb:Scan", table, {}, "denied"],
        ["logs:FilterLogEvents", log(environment["RELAY_LOG_GROUP"]), {}, "allowed"],
        ["logs:FilterLogEvents", log(logGroup), {}, "denied"],
        ["logs:PutLogEvents", log(logGroup, "a"), {}, "allowed"],
        ["logs:PutLogEvents", log(environment["RELAY_LOG_GROUP"], "a"), {}, "denied"],
        ["sts:GetWebIdentityToken", "*", token("api://warrener-test", "300", "RS256"), "allowed"],
        ["sts:GetWebIdentityToken", "*", token("api://warrener-prod", "300", "RS256"), "denied"],
        ["sts:GetWebIdentityToken", "*", token("api://warrener-test", "301", "RS256"), "denied"],
        ["sts:GetWebIdentityToken", "*", token("api://warrener-test", "300", "ES384"), "denied"],
        [
          "sts:GetWebIdentityToken",
          "*",
          { "sts:DurationSeconds": "300", "sts:SigningAlgorithm": "RS256" },
          "denied",
        ],
      ];
      for (const [action, resource, context, expected] of cases) {
        const answer = await authorize({ roleArn: role.arn, policy: role.policy, action, resource, context });
        expect([action, resource, context, answer]).toEqual([action, resource, context, expected]);
      }
    });
  });
}
