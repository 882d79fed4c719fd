import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import { attributionFacts, doingOf, doingOfDrift, NOBODY_KNOWN } from "./attribution-facts.ts";
import { hearCloudTrail } from "./cloud-trail.ts";
import type { ToldDrift, ToldSeen } from "./group-report.ts";
import { toldSeen } from "./report-draft.ts";
import { LISTENING, RELAY, SSO, trail } from "./test-cloud-trail.ts";
import { changeOf } from "./test-seen.ts";

const seen = (detail: object): ToldSeen => toldSeen(changeOf(hearCloudTrail(LISTENING, trail(detail))));
const named = (detail: object) => attributionFacts([doingOf("named", seen(detail))]);
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

  it("tells each once of several who have a part in it, those without a name last", () => {
    const bob = {
      type: "IAMUser",
      userName: "bob",
      principalId: "AIDABOB",
      arn: "arn:aws:iam::123456789012:user/bob",
    };
    const first = doingOf("named", seen({ userIdentity: SSO, requestParameters: opened(22) }));
    const second = doingOf("likely", seen({ userIdentity: bob, requestParameters: opened(23) }));
    const facts = attributionFacts([NOBODY_KNOWN, second, first, first]);
    expect(facts).toEqual(attributionFacts([first, second, NOBODY_KNOWN]));
    expect(facts.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      "Who: SSO user alice@example.com through NetAdmin; probably user bob; actor unknown",
      "When: 2026-11-21T08:00:12Z",
      "From: 203.0.113.7",
      "With: CLI (by its user agent)",
      "Did: added in tcp 22 0.0.0.0/0; added in tcp 23 0.0.0.0/0",
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

describe("doingOfDrift", () => {
  const drift: ToldDrift = {
    reason: "unwanted",
    rule: "in tcp 22 0.0.0.0/0",
    certainty: "likely",
    change: "one",
    isHealed: true,
  };
  const one = { ...seen({ requestParameters: opened(22) }), id: "one" };

  it("says who is likely, and nobody when the change is not among what was heard", () => {
    expect(attributionFacts([doingOfDrift(drift, [one]) ?? NOBODY_KNOWN])[0]?.value).toMatch(
      /^probably role session carol/,
    );
    expect(doingOfDrift(drift, [])).toEqual(NOBODY_KNOWN);
    expect(doingOfDrift({ ...drift, certainty: "unknown", change: null }, [one])).toEqual(NOBODY_KNOWN);
    expect(attributionFacts([NOBODY_KNOWN])).toEqual([{ label: "Who", value: "actor unknown" }]);
  });

  it("is nobody's when the link itself changed", () => {
    expect(doingOfDrift({ ...drift, certainty: "link", change: null }, [one])).toBeNull();
  });
});
