/** The deployed bundles of both halves, and groups whose rules people change by hand: what an event begins, ends healed. */
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../demo/chapter.ts";
import { BALANCER, RELAY } from "./allowlists-link.ts";
import { promiseHealing } from "./allowlists-troubles.ts";
import { type Allowlists, byHand, ssh, startAllowlists } from "./test-allowlists.ts";

let world: Allowlists;

beforeAll(async () => {
  world = await startAllowlists();
});
afterAll(() => world?.stack.close());

describe("groups that are met for the first time", () => {
  it("are looked at and not touched, also by an event, until somebody accepts what the link wants", async () => {
    const before = world.calls();
    world.onAws().open(RELAY, [ssh()]);
    const { groups, problems } = await world.plan();
    expect(problems).toEqual([]);
    expect(groups.map(({ group }) => group).toSorted()).toEqual(["balancer", "bunny", "relay"]);
    await world.run({});
    expect(world.ports()).toEqual(["in 443", "in 22"]);
    expect(world.names()).toEqual([]);
    expect(world.writes(before)).toEqual([]);

    for (const { group, wish } of groups) {
      expect(await world.run({ run: "accept", group, wish })).toMatchObject({ outcome: "accepted" });
    }
    expect(world.ports()).toEqual(["in 443"]);
    expect(world.names().some((name) => name.endsWith("final-deny"))).toBe(true);
  });
});

describe("a port that somebody opens by hand", () => {
  it("is closed again on a security group, on the event alone, with two looks at most", async () => {
    const from = world.calls();
    world.onAws().open(RELAY, [ssh()]);
    expect(world.ports()).toContain("in 22");
    await until("the port is closed", () => !world.ports().includes("in 22"));
    const looks = world.operations(from).filter((one) => one.startsWith("ec2:DescribeSecurityGroup"));
    expect(looks.length).toBeLessThanOrEqual(2);
    expect(world.ports()).toEqual(["in 443"]);
  });

  it("is closed again whoever opened it over the API", async () => {
    const { aws, graph } = world.stack;
    const { credentials } = aws.identities.issue({ roleArn: aws.visitorRoleArn, sessionName: "you" });
    const client = new EC2Client({ region: graph.region, endpoint: aws.server.url, credentials });
    await client.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: RELAY,
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 3_389, ToPort: 3_389, IpRanges: [{ CidrIp: "203.0.113.7/32" }] },
        ],
      }),
    );
    client.destroy();
    await until("the port is closed", () => !world.ports().includes("in 3389"));
  });

  it("is closed again on a network security group by Azure's own half, with one write and nobody's asking", async () => {
    const from = world.calls();
    await world.onAzure().putRule(world.nsg, byHand("by-hand"));
    await until("the rule is gone", () => world.byHandNames().length === 0);
    const { principalId } = world.stack.graph.functionApp;
    expect(world.writes(from).map(({ operation, caller }) => [operation, caller])).toEqual([
      ["network:DeleteSecurityRule", principalId],
    ]);
    // The hand answers when all of it is noted.
    await until("its event was taken", () => world.operations(from).includes("event-grid:Deliver"));
  });

  it("stays in a group of which only the marked rules are Warrener's", async () => {
    world.onAws().open(BALANCER, [ssh()]);
    await world.run({});
    expect(world.ports(BALANCER)).toContain("in 22");
  });
});

describe("a wanted rule that somebody deletes", () => {
  it("is put back on both clouds", async () => {
    const [rule] = world.stack.aws.securityGroups.rules(RELAY);
    world.onAws().close(RELAY, [rule?.id ?? ""]);
    await until("the rule is back", () => world.ports().includes("in 443"));
    const wanted = world.names().find((name) => name.includes("out-tcp-443"));
    await world.onAzure().deleteRule(world.nsg, wanted ?? "");
    await until("the rule is back", () => world.names().includes(wanted ?? ""));
  });
});

describe("whoever opened a port", () => {
  it("is told in Slack with what it was, on both clouds, once the hand's notes are collected", async () => {
    await until("both are named", async () => {
      await world.run({ run: "tend" });
      return ["bob@example.com", "alice@example.com"].every((who) => world.toldText().includes(who));
    });
    expect(world.toldText()).toContain("in tcp 22 0.0.0.0/0");
  });
});

promiseHealing(() => world);

describe("at the end", () => {
  it("nothing was denied, nothing leaked, and no stand-in met what it does not know", () => {
    const { aws, events, tap, proxy } = world.stack;
    const denied = aws.server.decisions().filter(({ result }) => result === "denied");
    expect(denied).toEqual([]);
    expect(events.troubles()).toEqual([]);
    expect(aws.server.troubles()).toEqual([]);
    expect(tap.report().leaks).toEqual([]);
    expect(proxy.refused()).toEqual([]);
  });
});
