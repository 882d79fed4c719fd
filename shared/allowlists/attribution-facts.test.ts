import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import { attributionFacts } from "./attribution-facts.ts";
import { hearCloudTrail } from "./cloud-trail.ts";
import type { SeenChange } from "./seen.ts";
import { LISTENING, RELAY, SSO, trail } from "./test-cloud-trail.ts";
import { changeOf } from "./test-seen.ts";

const named = (detail: object) => {
  const change = changeOf(hearCloudTrail(LISTENING, trail(detail)));
  return attributionFacts({ certainty: "named", change });
};
const opened = (...ports: number[]) => ({
  groupId: RELAY,
  ipPermissions: {
    items: ports.map((port) => ({
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      ipRanges: { items: [{ cidrIp: "0.0.0.0/0" }] },
    })),
  },
});

describe("attributionFacts", () => {
  it("tells who, when, from where, with what, and what", () => {
    expect(named({ userIdentity: SSO, requestParameters: opened(22) })).toEqual([
      { label: "Who", value: "SSO user alice@example.com through NetAdmin" },
      { label: "When", value: "2026-11-21T08:00:12Z" },
      { label: "From", value: "203.0.113.7" },
      { label: "With", value: "CLI (by its user agent)" },
      { label: "Did", value: "added in tcp 22 0.0.0.0/0" },
    ]);
  });

  it("tells of a few rules, and how many more there are", () => {
    expect(named({ requestParameters: opened(1, 2, 3, 4, 5) }).at(-1)).toEqual({
      label: "Did",
      value: "added in tcp 1 0.0.0.0/0; added in tcp 2 0.0.0.0/0; added in tcp 3 0.0.0.0/0; 2 more",
    });
  });

  it("tells of a rule without its direction where the event does not say it", () => {
    const rule = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0" };
    const item = { SecurityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa1", tag: 1, SecurityGroupRule: rule };
    const request = { ModifySecurityGroupRulesRequest: { GroupId: RELAY, SecurityGroupRule: item } };
    const facts = named({ eventName: "ModifySecurityGroupRules", requestParameters: request });
    expect(facts.at(-1)).toEqual({ label: "Did", value: "added tcp 443 0.0.0.0/0; perhaps others" });
  });

  it("leaves out what the event does not say", () => {
    const bare = { requestParameters: { groupId: RELAY }, sourceIPAddress: undefined, userAgent: undefined };
    const facts = named({ ...bare, eventName: "DeleteSecurityGroup" });
    expect(facts.map(({ label }) => label)).toEqual(["Who", "When"]);
  });

  it("says when it is only likely, and when nobody is known", () => {
    const change: SeenChange = changeOf(hearCloudTrail(LISTENING, trail({ requestParameters: opened(22) })));
    expect(attributionFacts({ certainty: "likely", change })[0]?.value).toMatch(
      /^probably role session carol/,
    );
    expect(attributionFacts({ certainty: "unknown", change: null })).toEqual([
      { label: "Who", value: "actor unknown" },
    ]);
    expect(attributionFacts({ certainty: "link", change: null })).toEqual([
      { label: "Who", value: "the link changed" },
    ]);
  });

  it("is kept by an alert as it is, whatever the event holds", () => {
    const hostile = `<!channel> ${"\uD800`*_~".repeat(200)}`;
    const identity = { type: "IAMUser", userName: hostile, principalId: hostile };
    const facts = named({
      userIdentity: identity,
      sourceIPAddress: hostile,
      userAgent: hostile,
      requestParameters: opened(22),
    });
    const condition = {
      key: "allowlist:relay",
      concern: "allowlists",
      severity: "warning",
      title: "t",
      facts,
      actions: [],
      links: [],
      runbook: "r",
    };
    expect(ConditionSchema.parse(condition).facts).toEqual(facts);
  });
});
