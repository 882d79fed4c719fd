import { describe, expect, it } from "vitest";
import { rulesOfCall } from "./cloud-trail-rules.ts";
import { SEEN_RULES_MAX } from "./seen.ts";
import { ACCOUNT, FOREIGN, RELAY } from "./test-cloud-trail.ts";

const rulesOf = (eventName: string, requestParameters: object, responseElements: object | null = null) =>
  rulesOfCall(
    { eventName, requestParameters: { groupId: RELAY, ...requestParameters }, responseElements },
    ACCOUNT,
  );

const cidr = (text: string) => ({ kind: "cidr", cidr: text });
const tcp = (port: number, peer: object, more: object = {}) => ({
  direction: "in",
  protocol: "tcp",
  ports: { from: port, to: port },
  peer,
  description: "",
  ...more,
});

describe("rulesOfCall", () => {
  it("reads each source of a permission as a rule of its own", () => {
    const permission = {
      ipProtocol: "6",
      fromPort: 443,
      toPort: 443,
      groups: {
        items: [
          { groupId: FOREIGN, userId: "999988887777" },
          { groupId: RELAY, userId: ACCOUNT },
        ],
      },
      ipRanges: { items: [{ cidrIp: "10.20.0.5/16", description: "azure aks" }] },
      ipv6Ranges: { items: [{ cidrIpv6: "FD00:0010::/64" }] },
      prefixListIds: { items: [{ prefixListId: "pl-0a1b2c3d4e5f60718" }] },
    };
    expect(rulesOf("AuthorizeSecurityGroupIngress", { ipPermissions: { items: [permission] } })).toEqual({
      added: [
        tcp(443, cidr("10.20.0.0/16"), { description: "azure aks" }),
        tcp(443, cidr("fd00:10::/64")),
        tcp(443, { kind: "prefix-list", id: "pl-0a1b2c3d4e5f60718" }),
        tcp(443, { kind: "security-group", id: FOREIGN, account: "999988887777" }),
        tcp(443, { kind: "security-group", id: RELAY }),
      ],
      removed: [],
      touched: [],
      isComplete: true,
    });
  });

  it("goes by the answer where there is one, with its ids and networks as they are meant", () => {
    const items = [
      {
        groupId: RELAY,
        securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa1",
        isEgress: false,
        ipProtocol: "-1",
        fromPort: -1,
        toPort: -1,
        cidrIpv4: "208.236.235.254/0",
      },
      {
        groupId: RELAY,
        securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa2",
        isEgress: false,
        ipProtocol: "icmp",
        fromPort: 8,
        toPort: -1,
        referencedGroupInfo: { groupId: FOREIGN, userId: ACCOUNT },
      },
    ];
    const read = rulesOf(
      "AuthorizeSecurityGroupIngress",
      { ipPermissions: {} },
      { securityGroupRuleSet: { items } },
    );
    expect(read).toEqual({
      added: [
        { direction: "in", protocol: "all", ports: null, peer: cidr("0.0.0.0/0"), description: "" },
        {
          direction: "in",
          protocol: "icmp",
          ports: { from: 2048, to: 2303 },
          peer: { kind: "security-group", id: FOREIGN },
          description: "",
        },
      ],
      removed: [],
      touched: ["sgr-0aaaaaaaaaaaaaaa1", "sgr-0aaaaaaaaaaaaaaa2"],
      isComplete: true,
    });
  });

  it("reads the flat form, with numbers as texts", () => {
    const flat = { ipPermissions: {}, cidrIp: "0.0.0.0/0", fromPort: "22", toPort: "22", ipProtocol: "tcp" };
    const { added, isComplete } = rulesOf("AuthorizeSecurityGroupEgress", flat);
    expect({ added, isComplete }).toEqual({
      added: [tcp(22, cidr("0.0.0.0/0"), { direction: "out" })],
      isComplete: true,
    });
  });

  it("reads what was revoked from the answer", () => {
    const items = [
      {
        securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa3",
        groupId: RELAY,
        isEgress: true,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        referencedGroupId: FOREIGN,
      },
    ];
    const asked = { securityGroupRuleIds: { items: [{ securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa3" }] } };
    const read = rulesOf("RevokeSecurityGroupEgress", asked, { revokedSecurityGroupRuleSet: { items } });
    expect(read).toEqual({
      added: [],
      removed: [tcp(443, { kind: "security-group", id: FOREIGN }, { direction: "out" })],
      touched: ["sgr-0aaaaaaaaaaaaaaa3"],
      isComplete: true,
    });
  });

  it("leaves out what a default VPC did not find, and knows it without its description", () => {
    const ask = (cidrIp: string, description?: string) => ({
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      ipRanges: { items: [{ cidrIp, description }] },
    });
    const { removed } = rulesOf(
      "RevokeSecurityGroupIngress",
      { ipPermissions: { items: [ask("192.0.2.0/24", "gone"), ask("198.51.100.0/24")] } },
      { _return: true, unknownIpPermissionSet: { items: [ask("192.0.2.0/24")] } },
    );
    expect(removed).toEqual([tcp(22, cidr("198.51.100.0/24"))]);
  });

  it.each<[nesting: string, asked: object]>([
    ["a list", { securityGroupRuleIds: { items: [{ securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa4" }] } }],
    ["a list of texts", { securityGroupRuleIds: { items: ["sgr-0aaaaaaaaaaaaaaa4"] } }],
    ["an array", { securityGroupRuleIds: ["sgr-0aaaaaaaaaaaaaaa4"] }],
    ["a wrapper", { RevokeSecurityGroupIngressRequest: { SecurityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa4" } }],
    ["a tagged object", { SecurityGroupRuleId: { content: "sgr-0aaaaaaaaaaaaaaa4", tag: 1 } }],
  ])("knows what was revoked by its id alone, in %s", (_, asked) => {
    expect(rulesOf("RevokeSecurityGroupIngress", asked)).toEqual({
      added: [],
      removed: [],
      touched: ["sgr-0aaaaaaaaaaaaaaa4"],
      isComplete: false,
    });
  });

  const modified = (id: string, CidrIpv4: string, tag: number) => ({
    SecurityGroupRuleId: id,
    tag,
    SecurityGroupRule: { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4, Description: "x" },
  });
  const anywhere = tcp(443, cidr("0.0.0.0/0"), { direction: null, description: "x" });

  it("reads the one rule that was modified, whose direction nobody says", () => {
    const one = modified("sgr-0aaaaaaaaaaaaaaa5", "0.0.0.0/0", 1);
    const request = { ModifySecurityGroupRulesRequest: { GroupId: RELAY, SecurityGroupRule: one } };
    expect(rulesOf("ModifySecurityGroupRules", request)).toEqual({
      added: [anywhere],
      removed: [],
      touched: ["sgr-0aaaaaaaaaaaaaaa5"],
      isComplete: false,
    });
  });

  it("reads several rules that were modified", () => {
    const several = ["5", "6"].map((end, index) =>
      modified(`sgr-0aaaaaaaaaaaaaaa${end}`, "0.0.0.0/0", index + 1),
    );
    const request = { ModifySecurityGroupRulesRequest: { GroupId: RELAY, SecurityGroupRule: several } };
    expect(rulesOf("ModifySecurityGroupRules", request)).toMatchObject({
      added: [anywhere, anywhere],
      touched: ["sgr-0aaaaaaaaaaaaaaa5", "sgr-0aaaaaaaaaaaaaaa6"],
    });
  });

  it.each<[what: string, permission: object]>([
    ["a network that is none", { cidrIp: "10.0.0.0/33", ipProtocol: "tcp", fromPort: 1, toPort: 1 }],
    ["a protocol that is none", { cidrIp: "10.0.0.0/8", ipProtocol: "quic", fromPort: 1, toPort: 1 }],
    ["ports that are none", { cidrIp: "10.0.0.0/8", ipProtocol: "tcp", fromPort: 1, toPort: 70_000 }],
    ["ports that end before they begin", { cidrIp: "10.0.0.0/8", ipProtocol: "tcp", fromPort: 2, toPort: 1 }],
    ["half a range", { cidrIp: "10.0.0.0/8", ipProtocol: "tcp", fromPort: 1 }],
    ["nothing at all", {}],
  ])("is incomplete with %s", (_, permission) => {
    expect(rulesOf("AuthorizeSecurityGroupIngress", permission)).toMatchObject({
      added: [],
      isComplete: false,
    });
  });

  it("keeps as many rules as it may, and says that there are more", () => {
    const items = Array.from({ length: SEEN_RULES_MAX + 1 }, (_, index) => ({
      securityGroupRuleId: `sgr-${index}`,
      ipProtocol: "udp",
      fromPort: index,
      toPort: index,
      cidrIpv4: "10.0.0.0/8",
    }));
    const read = rulesOf("AuthorizeSecurityGroupIngress", {}, { securityGroupRuleSet: { items } });
    expect([read.added.length, read.touched.length, read.isComplete]).toEqual([
      SEEN_RULES_MAX,
      SEEN_RULES_MAX,
      false,
    ]);
  });
});
