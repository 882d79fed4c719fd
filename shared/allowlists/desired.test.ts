import { describe, expect, it } from "vitest";
import { allowlistsOf } from "./desired.ts";
import { ruleKey } from "./rule-key.ts";
import { AWS, AZURE, EXCEPTION, linkOf, RULE } from "./test-declared.ts";

const only = (...groups: Parameters<typeof linkOf>) => {
  const [group] = allowlistsOf(linkOf(...groups)).groups;
  if (group === undefined) throw new Error("no group");
  return group;
};

describe("allowlistsOf", () => {
  it("lets bunny's subnet reach relay on its port, and nothing else, by default", () => {
    const group = only(AWS);
    expect(group.rules.map(ruleKey)).toEqual(["in tcp 443 10.10.1.0/24"]);
    expect(group.directions).toEqual(["in", "out"]);
  });

  it("takes relay's port and subnets from the link", () => {
    const link = { ...linkOf(AWS, AZURE), relay: { port: 8_443 } };
    const rules = allowlistsOf(link).groups.map((group) => group.rules.map(ruleKey));
    expect(rules[0]).toEqual(["in tcp 8443 10.10.1.0/24"]);
    expect(rules[1]).toContain("out tcp 8443 10.0.1.0/24");
  });

  it("lets bunny out to relay's subnets and what AKS needs, and nothing else, by default", () => {
    const group = only(AZURE);
    expect(group.directions).toEqual(["out"]);
    expect(group.rules.map(ruleKey)).toEqual([
      "out all 10.10.1.0/24",
      "out tcp 443 10.0.1.0/24",
      "out tcp 443 10.0.2.0/24",
      "out tcp 443 azureactivedirectory",
      "out tcp 443 azurecloud.uksouth",
      "out tcp 443 azurefrontdoor.firstparty",
      "out tcp 443 azurefrontdoor.frontend",
      "out tcp 443 azurekeyvault",
      "out tcp 443 azureresourcemanager",
      "out tcp 443 microsoftcontainerregistry",
    ]);
  });

  it("lets nodes and pods of an overlay network reach each other", () => {
    const { rules } = only({ ...AZURE, pods: ["10.244.7.1/16"] });
    const between = rules.filter(({ protocol }) => protocol === "all");
    expect(between.map(ruleKey)).toEqual(["out all 10.10.1.0/24", "out all 10.244.0.0/16"]);
  });

  it("opens nothing to all of the internet by default", () => {
    const peers = [AWS, AZURE].flatMap((group) => only(group).rules.map(({ peer }) => peer));
    expect(peers).not.toContainEqual({ kind: "service-tag", tag: "Internet" });
    expect(peers).not.toContainEqual({ kind: "cidr", cidr: "0.0.0.0/0" });
  });

  it("looks after both directions of a group whose rules are declared, even if they are none", () => {
    expect(only({ ...AZURE, rules: [] })).toMatchObject({ rules: [], directions: ["in", "out"] });
  });

  it("puts rules in order, and keeps what else was declared", () => {
    const rules = [RULE, { ...RULE, ports: 22, peer: { cidr: "10.0.0.0/24" } }];
    const subscription = "00000000-0000-0000-0000-000000000001";
    const group = only({
      ...AZURE,
      ...{ rules, mode: "report", directions: ["in"], exceptions: [EXCEPTION] },
      group: { ...AZURE.group, subscription },
    });
    expect(group.rules.map(ruleKey)).toEqual(["in tcp 22 10.0.0.0/24", "in tcp 443 10.10.1.0/24"]);
    expect(group).toMatchObject({ mode: "report", directions: ["in"], group: { subscription } });
    expect(group.exceptions).toMatchObject([{ author: "alice", until: 1_896_112_800 }]);
  });

  it("wants nothing of a link that declares no allowlists", () => {
    const { allowlists: _, ...link } = linkOf(AWS);
    expect(allowlistsOf(link)).toEqual({ link: "example-link", shrinkMax: 0, groups: [] });
  });
});
