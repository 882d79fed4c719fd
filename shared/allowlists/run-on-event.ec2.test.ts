/** Runs over EC2's own wire: people change security groups, CloudTrail tells of it, and the groups are healed. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { rootUser, ssoUser } from "../../local/aws/ec2/security-groups/people.ts";
import { startGroups, type TestGroups } from "../../local/aws/ec2/security-groups/test-security-groups.ts";
import { accountId, roleArn } from "../../local/aws/test-world.ts";
import { LOADER, RELAY } from "../../local/model/allowlists.ts";
import { CLIENT_LIMITS } from "../runtime/aws.ts";
import { awsSecurityGroups } from "./aws-security-groups.ts";
import { startRuns } from "./test-runs.ts";

const opened: { readonly started: TestGroups; readonly client: EC2Client }[] = [];
afterEach(async () => {
  for (const { started, client } of opened.splice(0)) {
    client.destroy();
    await started.stop();
  }
});

const https = {
  direction: "in",
  protocol: "tcp",
  from: 443,
  to: 443,
  peer: { cidr: "10.10.1.0/24" },
} as const;
const ssh = { ...https, from: 22, to: 22, peer: { cidr: "0.0.0.0/0" } };

async function start(options: Parameters<typeof startGroups>[0] = {}) {
  const started = await startGroups(options);
  const { groups, told, sightings, pass } = started;
  const client = new EC2Client({ ...started.client(), ...CLIENT_LIMITS });
  opened.push({ started, client });
  groups.create({ id: LOADER, name: "loader-two", rules: [https], egress: "none" });
  const model = startRuns();
  const port = awsSecurityGroups(client, "example-link");
  const alice = groups.console(ssoUser(accountId, "NetAdmin", "alice@example.com"));
  const invoke = (event: unknown) => {
    // Reads are not old for so long, and events come later than that.
    pass(5_000);
    model.clock.advance(20);
    return model.invoke(event, { groups: port, ownRoles: [roleArn] });
  };
  /** As the bus delivers what was told since. */
  const events = () => told.splice(0);
  let seen = 0;
  const asked = () => {
    const fresh = sightings.slice(seen);
    seen = sightings.length;
    return fresh.flatMap(({ what }) => /^ec2:(\w+) answer$/.exec(what)?.[1] ?? []);
  };
  return { ...model, started, alice, invoke, events, asked, rulesOf: (id: string) => groups.rules(id) };
}

describe("runOnEvent over EC2", () => {
  it("closes a port that was opened by hand, with one question, tells who it was, and passes over its own change", async () => {
    const world = await start();
    world.alice.open(RELAY, [https]);
    await world.invoke({});
    world.events();
    world.asked();
    world.alice.open(RELAY, [ssh]);
    const [event] = world.events();
    expect(await world.invoke(event)).toMatchObject({
      healed: { relay: { opened: 0, closed: 1 } },
      trouble: [],
    });
    expect(world.asked()).toEqual(["DescribeSecurityGroupRules", "RevokeSecurityGroupIngress"]);
    expect(world.rulesOf(RELAY)).toHaveLength(1);
    await world.tell();
    const [incident] = [...world.store.standing.values()];
    expect(JSON.stringify(incident?.facts)).toContain("alice@example.com");
    const [own] = world.events();
    expect(await world.invoke(own)).toEqual({ passed: "own-change", trouble: [] });
  });

  it("opens a wanted rule again that was closed, with two questions, as the group has none left", async () => {
    const world = await start();
    const ids = world.alice.open(RELAY, [https]);
    world.events();
    world.alice.close(RELAY, ids);
    const [event] = world.events();
    expect(await world.invoke(event)).toMatchObject({ healed: { relay: { opened: 1 } } });
    expect(world.asked()).toEqual([
      "DescribeSecurityGroupRules",
      "DescribeSecurityGroups",
      "AuthorizeSecurityGroupIngress",
    ]);
    expect(world.rulesOf(RELAY)).toMatchObject([{ tags: { "warrener:link": "example-link" } }]);
  });

  it("puts a wanted rule right that was rewritten", async () => {
    const world = await start();
    const [id = ""] = world.alice.open(RELAY, [https]);
    world.events();
    world.alice.rewrite(RELAY, id, { ...https, peer: { cidr: "0.0.0.0/0" } });
    const [event] = world.events();
    expect(await world.invoke(event)).toMatchObject({ healed: { relay: { opened: 1, closed: 1 } } });
    expect(world.asked().slice(1)).toEqual(["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]);
    expect(world.rulesOf(RELAY)).toMatchObject([{ value: expect.anything() }]);
  });

  it("closes two hundred rules that were opened at once with two calls", async () => {
    const world = await start({ rulesMax: 250 });
    world.alice.open(RELAY, [https]);
    world.events();
    const bad = Array.from({ length: 200 }, (_, port) => ({ ...ssh, from: port + 1_000, to: port + 1_000 }));
    world.started.groups.console(rootUser(accountId)).open(RELAY, bad);
    const [event] = world.events();
    expect(await world.invoke(event)).toMatchObject({ healed: { relay: { opened: 0, closed: 200 } } });
    expect(world.asked()).toEqual([
      "DescribeSecurityGroupRules",
      "RevokeSecurityGroupIngress",
      "RevokeSecurityGroupIngress",
    ]);
  });

  it("heals by its schedule alone when no event ever comes", async () => {
    const world = await start({ logging: false });
    world.alice.open(RELAY, [ssh]);
    expect(await world.invoke({})).toMatchObject({
      healed: { relay: { opened: 1, closed: 1 } },
      trouble: [],
    });
    expect(await world.invoke({})).toMatchObject({ healed: {}, trouble: [] });
  });

  it("tells of a group that somebody deleted, and is not red for that", async () => {
    const world = await start();
    world.alice.deleteGroup(RELAY);
    const events = world.events();
    expect(await world.invoke(events.at(-1))).toMatchObject({ healed: {}, trouble: [] });
    expect([...world.store.standing.keys()]).toContain("allowlist:relay:missing-group");
  });
});
