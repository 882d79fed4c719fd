import { EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import {
  absentId,
  loaderId,
  relayId,
  startGroups,
  type TestGroups,
} from "../../local/aws/ec2/security-groups/test-security-groups.ts";
import { CLIENT_LIMITS } from "../runtime/aws.ts";
import { awsSecurityGroups } from "./aws-security-groups.ts";
import { ruleKey } from "./rule-key.ts";
import { MARK_TAG, type Rule } from "./schema.ts";
import { BUNNY, tcp } from "./test-security-group.ts";

const opened: TestGroups[] = [];
const clients: EC2Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const { stop } of opened.splice(0)) await stop();
});

async function start(options: Parameters<typeof startGroups>[0] = {}) {
  const started = await startGroups(options);
  opened.push(started);
  // As deployed: with the SDK's own attempts.
  const ec2 = new EC2Client({ ...started.client(), ...CLIENT_LIMITS });
  clients.push(ec2);
  const port = awsSecurityGroups(ec2, "lab");
  const keys = async (id: string) => {
    started.pass(10_000);
    const rules = (await port.rules([id])).get(id)?.rules ?? [];
    return rules.map(({ rule }) => ruleKey(rule)).toSorted();
  };
  const calls = () => started.sightings.flatMap(({ what }) => /^ec2:(\w+) answer$/.exec(what)?.[1] ?? []);
  return { ...started, port, keys, calls };
}

const rule = (change: Partial<Rule>): Rule => ({ ...BUNNY, ...change });
const RULES: readonly Rule[] = [
  rule({ description: "bunny to relay" }),
  rule({ direction: "out", protocol: "udp", ports: null }),
  rule({ protocol: "all", ports: null, peer: { kind: "cidr", cidr: "fd00:10::/64" } }),
  rule({ protocol: "icmp", ports: { from: 8 * 256, to: 8 * 256 + 255 } }),
  rule({ protocol: "50", ports: null }),
  rule({ peer: { kind: "security-group", id: loaderId } }),
  rule({ peer: { kind: "prefix-list", id: "pl-0a1b2c3d4e5f60718" }, ports: { from: 1, to: 1024 } }),
];

describe("awsSecurityGroups", () => {
  it("reads back each kind of rule as it was opened, with the mark of the link", async () => {
    const { port, pass } = await start();
    for (const one of RULES) expect(await port.open(relayId, one)).toBe("done");
    pass(10_000);
    const rules = (await port.rules([relayId])).get(relayId)?.rules ?? [];
    const byKey = (one: Rule, other: Rule) => (ruleKey(one) < ruleKey(other) ? -1 : 1);
    expect(rules.map((one) => one.rule).toSorted(byKey)).toEqual([...RULES].sort(byKey));
    expect(rules.every(({ marked }) => marked)).toBe(true);
  });

  it("takes nobody's rules for marked but those with this link's name", async () => {
    const { port, groups } = await start();
    groups.create({
      id: "sg-0d1b2c3d4e5f60718",
      name: "tagged",
      egress: "none",
      rules: [undefined, { [MARK_TAG]: "lab-two" }, { [MARK_TAG]: "lab" }].map((tags, index) => ({
        direction: "in",
        protocol: "tcp",
        from: index,
        to: index,
        peer: { cidr: "10.0.0.0/8" },
        ...(tags === undefined ? {} : { tags }),
      })),
    });
    const rules = (await port.rules(["sg-0d1b2c3d4e5f60718"])).get("sg-0d1b2c3d4e5f60718")?.rules ?? [];
    const marks = rules.map((one) => `${one.rule.ports?.from} ${one.marked}`);
    expect(marks.toSorted()).toEqual(["0 false", "1 false", "2 true"]);
  });

  it("asks once for many groups, and leaves out those without rules and those that are not there", async () => {
    const { port, calls } = await start();
    const found = await port.rules([relayId, loaderId, absentId]);
    expect([...found.keys()]).toEqual([loaderId]);
    expect(calls()).toEqual(["DescribeSecurityGroupRules"]);
    expect(await port.existing([relayId, absentId])).toEqual(new Set([relayId]));
  });

  it("reads on after the first thousand rules", async () => {
    const { port, groups, calls } = await start();
    const rules = Array.from({ length: 1_001 }, (_, index) => ({
      direction: "in" as const,
      protocol: "tcp",
      from: index,
      to: index,
      peer: { cidr: "10.0.0.0/8" },
    }));
    groups.create({ id: "sg-0d1b2c3d4e5f60718", name: "large", egress: "none", rules });
    const found = await port.rules(["sg-0d1b2c3d4e5f60718"]);
    expect(found.get("sg-0d1b2c3d4e5f60718")?.rules).toHaveLength(1_001);
    expect(calls()).toHaveLength(2);
  });

  it("says of a prefix list how many entries it may have, and nothing of AWS's own", async () => {
    const { port } = await start();
    expect(await port.prefixListSizes(["pl-0a1b2c3d4e5f60718", "pl-0b1b2c3d", "pl-0c1b2c3d"])).toEqual(
      new Map([["pl-0a1b2c3d4e5f60718", 20]]),
    );
  });

  it("says that a rule is there already, whatever its description", async () => {
    const { port } = await start();
    await port.open(relayId, BUNNY);
    expect(await port.open(relayId, { ...BUNNY, description: "again" })).toBe("already");
  });

  it("counts what an earlier attempt of the same call has opened as done", async () => {
    const { port, kernel, keys } = await start();
    const effect = { kind: "lose-connection" } as const;
    kernel.faults.add({ operation: "ec2:AuthorizeSecurityGroupIngress", nth: 1, when: "after", effect });
    expect(await port.open(relayId, BUNNY)).toBe("done");
    expect(await keys(relayId)).toEqual([ruleKey(BUNNY)]);
  });

  it("rewrites a rule under its id, and says when there is none or another has the value", async () => {
    const { port, groups, keys } = await start();
    await port.open(relayId, BUNNY);
    await port.open(relayId, tcp("10.9.0.0/16", 443));
    const [first, second] = groups.rules(relayId).map(({ id }) => id);
    expect(await port.rewrite(relayId, second ?? "", BUNNY)).toBe("already");
    expect(await port.rewrite(relayId, "sgr-0ffffffffffffffff", tcp("10.8.0.0/16", 443))).toBe("gone");
    expect(await port.rewrite(relayId, first ?? "", tcp("10.8.0.0/16", 443))).toBe("done");
    expect(await keys(relayId)).toEqual(["in tcp 443 10.8.0.0/16", "in tcp 443 10.9.0.0/16"]);
  });

  it("closes many in one call, or none when one of them is gone", async () => {
    const { port, groups, keys, calls } = await start();
    for (const last of [1, 2, 3]) await port.open(relayId, tcp(`10.${last}.0.0/16`, 443));
    const ids = groups.rules(relayId).map(({ id }) => id);
    expect(await port.close(relayId, "in", [...ids, "sgr-0ffffffffffffffff"])).toBe("gone");
    expect(await keys(relayId)).toHaveLength(3);
    expect(await port.close(relayId, "in", ids)).toBe("done");
    expect(await keys(relayId)).toEqual([]);
    expect(calls().filter((call) => call.startsWith("Revoke"))).toHaveLength(2);
  });

  it("says that it may have closed them when an attempt's answer was lost", async () => {
    const { port, groups, kernel } = await start();
    await port.open(relayId, { ...BUNNY, direction: "out" });
    const effect = { kind: "lose-connection" } as const;
    kernel.faults.add({ operation: "ec2:RevokeSecurityGroupEgress", nth: 1, when: "after", effect });
    const ids = groups.rules(relayId).map(({ id }) => id);
    expect(await port.close(relayId, "out", ids)).toBe("maybe-done");
    expect(groups.rules(relayId)).toEqual([]);
  });

  it("has no more to say than a code when a group is full, and is not to be asked again", async () => {
    const { port } = await start({ rulesMax: 1 });
    await port.open(relayId, BUNNY);
    await expect(port.open(relayId, tcp("10.9.0.0/16", 443))).rejects.toMatchObject({
      name: "CloudError",
      code: "RulesPerSecurityGroupLimitExceeded",
      operation: "AuthorizeSecurityGroupIngress",
      target: relayId,
      retryable: false,
    });
  });

  it("cannot tell when it is not allowed to ask", async () => {
    const { port } = await start({ authorize: () => Promise.resolve("denied") });
    await expect(port.rules([relayId])).rejects.toMatchObject({ code: "UnauthorizedOperation" });
    await expect(port.existing([relayId])).rejects.toMatchObject({ code: "UnauthorizedOperation" });
    await expect(port.close(relayId, "in", ["sgr-0a"])).rejects.toMatchObject({ retryable: false });
  });

  it("never asks EC2 for what it has no word for", async () => {
    const { port, calls } = await start();
    const tagged = rule({ peer: { kind: "service-tag", tag: "AzureMonitor" } });
    await expect(port.open(relayId, tagged)).rejects.toMatchObject({ code: "not-expressible" });
    await expect(port.rewrite(relayId, "sgr-0a", tagged)).rejects.toMatchObject({ code: "not-expressible" });
    expect(calls()).toEqual([]);
  });
});
