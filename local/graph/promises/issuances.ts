/** What the deployment promises of the function that notes issued certificates, and of what starts it. */
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { parsePattern } from "../../aws/event-bridge/pattern.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import type { Graph } from "../schema.ts";

export function promiseIssuances(graph: () => Graph): void {
  const note = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "NoteIssuedCertificate");
    if (found === undefined) throw new Error("the deployment has no NoteIssuedCertificate");
    return found;
  };
  const rule = () => {
    const rules = graph().eventRules.filter(({ targets }) =>
      targets.some(({ targetFunction }) => targetFunction === "NoteIssuedCertificate"),
    );
    const [found, ...others] = rules;
    if (found === undefined || others.length > 0) throw new Error("one rule starts NoteIssuedCertificate");
    return found;
  };

  describe("issued certificates", () => {
    const eventOf = (resources: readonly string[], changes: object = {}) => ({
      version: "0",
      id: "11111111-2222-3333-4444-555555555555",
      source: "aws.acm-pca",
      "detail-type": "ACM Private CA Certificate Issuance",
      account: ACCOUNT_ID,
      time: "2026-11-21T08:00:00Z",
      region: "eu-west-2",
      resources,
      detail: { result: "success" },
      ...changes,
    });

    it("start their function from the default bus, those of the link's CA alone, failed ones too", () => {
      const { busName, pattern } = rule();
      expect(busName).toBe("default");
      const ca = graph().certificateAuthority.arn;
      const matches = parsePattern(pattern);
      expect(matches(eventOf([ca, `${ca}/certificate/12`]))).toBe(true);
      expect(matches(eventOf([ca], { detail: { result: "failure" } }))).toBe(true);
      expect(matches(eventOf([`${ca}x`, `${ca}x/certificate/12`]))).toBe(false);
      expect(matches(eventOf([ca], { source: "warrener" }))).toBe(false);
      const revocation = { "detail-type": "ACM Private CA Certificate Revocation" };
      expect(matches(eventOf([ca, `${ca}/certificate/12`], revocation))).toBe(false);
    });

    it("are noted by a role that may read certificates and the journal, and nothing of Azure's", async () => {
      const { role, environment } = note();
      const ca = graph().certificateAuthority.arn;
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const keys = (key: string) => ({ "dynamodb:LeadingKeys": [key] });
      const cases: [string, string, Record<string, string | string[]>, "allowed" | "denied"][] = [
        ["acm-pca:GetCertificate", ca, {}, "allowed"],
        ["acm-pca:GetCertificate", `${ca.slice(0, -1)}x`, {}, "denied"],
        ["acm-pca:IssueCertificate", ca, {}, "denied"],
        ["acm-pca:RevokeCertificate", ca, {}, "denied"],
        ["acm-pca:DescribeCertificateAuthority", ca, {}, "denied"],
        ["dynamodb:Query", table, keys("intent#example-link#bunny-client"), "denied"],
        ["dynamodb:PutItem", table, keys("intent#example-link#bunny-client"), "denied"],
        ["dynamodb:UpdateItem", table, keys("key#example-link#0123abcd"), "denied"],
        ["dynamodb:UpdateItem", table, keys("intent#example-link#bunny-client"), "allowed"],
        ["dynamodb:GetItem", table, keys("key#example-link#0123abcd"), "allowed"],
        ["dynamodb:GetItem", table, keys("key#other-link#0123abcd"), "denied"],
        ["dynamodb:PutItem", table, keys("link#example-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("link#other-link"), "denied"],
        ["dynamodb:PutItem", table, keys("history#example-link"), "denied"],
        ["dynamodb:BatchWriteItem", table, keys("link#example-link"), "denied"],
        ["dynamodb:DeleteItem", table, keys("link#example-link"), "denied"],
        ["sts:GetWebIdentityToken", "*", {}, "denied"],
      ];
      for (const [action, resource, context, expected] of cases) {
        const answer = await authorize({ roleArn: role.arn, policy: role.policy, action, resource, context });
        expect([action, resource, context, answer]).toEqual([action, resource, context, expected]);
      }
    });
  });
}
