import { describe, expect, it } from "vitest";
import { LOADER, RELAY, relay } from "../../local/model/allowlists.ts";
import { START } from "../../local/model/brain.ts";
import { ruleKey } from "./rule-key.ts";
import { OWN, trail } from "./test-cloud-trail.ts";
import { report } from "./test-reports.ts";
import { startRuns as start } from "./test-runs.ts";
import { BUNNY, tcp } from "./test-security-group.ts";

const BAD = tcp("0.0.0.0/0", 22);

/** Bob opens port 22 of the group. */
const opened = (groupId: string, more: object = {}) =>
  trail({
    eventTime: "2026-11-21T07:59:00Z",
    requestParameters: {
      groupId,
      ipPermissions: {
        items: [
          {
            ipProtocol: "tcp",
            fromPort: 22,
            toPort: 22,
            groups: {},
            ipRanges: { items: [{ cidrIp: "0.0.0.0/0" }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    ...more,
  });

describe("runOnEvent on its schedule", () => {
  it("looks at all groups of both clouds, and says how many", async () => {
    const model = start();
    expect(await model.invoke({})).toEqual({ looked: 3, healed: {}, trouble: [] });
    expect(model.names().toSorted()).toEqual([
      "allowlist-memory.read",
      "allowlist-memory.write",
      "groups.rules",
      "hand.allowlists-heal",
      "incidents.read",
      "standing.read",
    ]);
    expect(model.records).toEqual([
      { level: "info", event: "run.finished", groups: 3, healed: 0, trouble: 0, durationSeconds: 0 },
    ]);
  });

  it("heals what has drifted, and tells of it", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    expect(await model.invoke({})).toEqual({
      looked: 3,
      healed: { relay: { opened: 0, closed: 1 } },
      trouble: [],
    });
    expect(model.keys(RELAY)).toEqual([ruleKey(BUNNY)]);
    expect((await model.told()).join()).toMatch(/^allowlist:healed:\w+ warning open: .*relay/);
  });

  it("is red for a group that cannot be looked at, and heals the others", async () => {
    const model = start();
    model.add(LOADER, "sgr-bad", BAD);
    model.hand.heal = () => ({ outcome: "refused", reason: "other-link", detail: "" });
    expect(await model.invoke({})).toEqual({
      looked: 3,
      healed: { loader: { opened: 0, closed: 1 } },
      trouble: ["nodes could not be looked at: other-link"],
    });
  });

  it("is red for what another run may do better, and not for what only a person can mend", async () => {
    const model = start();
    for (const group of [RELAY, LOADER]) model.groups.groups.set(group, []);
    const failure = { call: "groups.open", when: "before" } as const;
    model.calls.fail(
      {
        ...failure,
        target: `${RELAY} ${ruleKey(BUNNY)}`,
        code: "RulesPerSecurityGroupLimitExceeded",
        retryable: false,
      },
      { ...failure, target: `${LOADER} ${ruleKey(BUNNY)}`, code: "RequestLimitExceeded" },
    );
    const { trouble } = await model.invoke({});
    expect(trouble).toEqual(["loader: not all could be put right: RequestLimitExceeded"]);
  });

  it("writes nothing while the link is frozen, and tells all the same", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    model.freeze.freeze(model.clock.now());
    await model.invoke({});
    expect(model.keys(RELAY)).toContain(ruleKey(BAD));
    expect(model.records.map(({ event }) => event)).toContain("run.frozen");
    expect(model.names().filter((name) => /open|close|rewrite|keep/.test(name))).toEqual([]);
    expect((await model.told()).length).toBeGreaterThan(0);
  });

  it("does nothing when it is not known whether the link is frozen", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    model.calls.fail({ call: "standing.read", when: "before", code: "unreachable" });
    await expect(model.invoke({})).rejects.toMatchObject({ name: "CloudError", code: "unreachable" });
    expect(model.names()).toEqual(["standing.read"]);
  });

  it("is in trouble when it cannot tell, after it has healed", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    model.calls.fail({ call: "allowlist-memory.read", when: "before", code: "unreachable" });
    const answer = await model.invoke({});
    expect(model.keys(RELAY)).toEqual([ruleKey(BUNNY)]);
    expect(answer.trouble).toEqual([expect.stringContaining("unreachable")]);
  });
});

describe("runOnEvent on an event", () => {
  it("looks at the groups that it names, asks EC2 once, and tells who it was", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    expect(await model.invoke(opened(RELAY))).toMatchObject({ looked: 1, healed: { relay: { closed: 1 } } });
    expect(model.names().filter((name) => /^(groups|hand|standing)/.test(name))).toEqual([
      "standing.read",
      "groups.rules",
      "groups.close",
    ]);
    await model.tell();
    const [incident] = [...model.store.standing.values()];
    expect(JSON.stringify(incident?.facts)).toContain("carol-laptop");
  });

  it("reads what is kept of those groups alone", async () => {
    const model = start();
    await model.invoke(opened(RELAY));
    expect(model.calls.brain[0]).toEqual({ name: "standing.read", target: "relay" });
  });

  it("decides by what it finds, not by what the event claims", async () => {
    const model = start();
    expect(await model.invoke(opened(RELAY))).toMatchObject({ looked: 1, healed: {}, trouble: [] });
  });

  it.each([
    ["a group that is none of the link's", opened("sg-0f1b2c3d4e5f60718"), "not-ours"],
    ["its own change", opened(RELAY, { userIdentity: OWN }), "own-change"],
    ["a call that failed", opened(RELAY, { errorCode: "Client.UnauthorizedOperation" }), "failed-call"],
  ])("passes over %s, without a call", async (_what, event, reason) => {
    const model = start();
    expect(await model.invoke(event)).toEqual({ passed: reason, trouble: [] });
    expect(model.calls.brain).toEqual([]);
    expect(model.records).toEqual([{ level: "info", event: "allowlists.heard", look: false, reason }]);
  });

  it("looks at every security group when an event does not say at which", async () => {
    const model = start();
    expect(
      await model.invoke(trail({ eventTime: "2026-11-21T07:59:00Z", requestParameters: null })),
    ).toMatchObject({ looked: 2 });
    expect(model.calls.count("groups.rules")).toBe(1);
  });

  it("leaves most to the sweep when an event does not say at which, so that many of them cost little", async () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...relay,
      name: `relay-${index}`,
      group: `sg-${String(index).padStart(8, "0")}`,
      rules: [...relay.rules],
    }));
    const model = start({ groups: many });
    const event = trail({ eventTime: "2026-11-21T07:59:00Z", requestParameters: { groupName: "default" } });
    expect(await model.invoke(event)).toMatchObject({ looked: 16 });
    expect(model.calls.count("groups.rules")).toBe(1);
    expect(await model.invoke({})).toMatchObject({ looked: 40 });
  });

  it("tells that somebody has changed a prefix list of a wanted rule, until the next look", async () => {
    const list = "pl-0a1b2c3d4e5f60718";
    const rule = { direction: "in", protocol: "tcp", ports: 443, peer: { prefixList: list } } as const;
    const model = start({ groups: [{ ...relay, rules: [rule] }] });
    const requestParameters = { ModifyManagedPrefixListRequest: { PrefixListId: list } };
    await model.invoke(trail({ eventName: "ModifyManagedPrefixList", requestParameters }));
    expect(await model.told()).toEqual([
      expect.stringMatching(
        /^allowlist:relay:prefix-list critical open: relay: somebody has changed a prefix/,
      ),
    ]);
    const [incident] = [...model.store.standing.values()];
    expect(JSON.stringify(incident?.facts)).toContain("carol-laptop");
    model.clock.advance(900);
    await model.invoke({});
    expect((await model.told()).filter((one) => one.includes("open:"))).toEqual([]);
  });

  it("does nothing twice when an event comes twice, or two runs are at work at once", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    model.calls.durationOf = () => 50;
    const run = () => model.calls.inProcess(() => model.invoke(opened(RELAY)));
    await Promise.all([run(), run()]);
    await model.invoke(opened(RELAY));
    expect(model.keys(RELAY)).toEqual([ruleKey(BUNNY)]);
    await model.tell();
    expect(model.store.standing.size).toBe(1);
    expect(model.channel.messages).toHaveLength(1);
  });
});

describe("runOnEvent of a person", () => {
  it("says what it would do, and does nothing", async () => {
    const model = start();
    model.add(RELAY, "sgr-bad", BAD);
    model.hand.plan = () => ({ outcome: "refused", reason: "other-link", detail: "" });
    const answer = await model.invoke({ run: "plan" });
    expect(answer).toMatchObject({
      link: "example-link",
      linkDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      at: START,
      frozen: false,
      groups: [
        { group: "relay", withheld: { because: "plan-only", count: 1 }, drift: [{ isHealed: false }] },
        { group: "loader", withheld: { because: "plan-only", count: 0 } },
      ],
      problems: [{ group: "nodes", code: "other-link" }],
      trouble: [],
    });
    expect(model.names().toSorted()).toEqual(["groups.rules", "hand.allowlists-plan", "standing.read"]);
    model.freeze.freeze(START);
    expect(await model.invoke({ run: "plan" })).toMatchObject({
      frozen: true,
      groups: [{ withheld: { because: "frozen" } }, { withheld: { because: "frozen" } }],
    });
  });

  it("refuses what is no request, and does nothing", async () => {
    const model = start();
    await expect(model.invoke({ run: "heal" })).rejects.toMatchObject({ name: "ContractError" });
    expect(model.calls.brain).toEqual([]);
  });

  it("remembers an acceptance and heals the group at once", async () => {
    const model = start();
    model.kept.clear();
    model.add(RELAY, "sgr-bad", BAD);
    await model.invoke({});
    expect(model.keys(RELAY)).toContain(ruleKey(BAD));
    const { wish } = await shownOf(model);
    expect(await model.invoke({ run: "accept", group: "relay", wish })).toMatchObject({
      link: "example-link",
      at: START,
      outcome: "accepted",
      report: { group: "relay", closed: 1 },
      problem: null,
      trouble: [],
    });
    expect(model.keys(RELAY)).toEqual([ruleKey(BUNNY)]);
    expect(model.kept.get("relay")).toMatchObject({ lastApplied: [BUNNY], accepted: null });
    expect(model.kept.has("loader")).toBe(false);
  });
});

async function shownOf(model: ReturnType<typeof start>): Promise<{ readonly wish: string }> {
  model.hand.plan = ({ groups }) => ({
    outcome: "planned",
    groups: groups.map((group) => report({ group })),
  });
  const answer = await model.invoke({ run: "plan" });
  const [shown] = "groups" in answer ? answer.groups : [];
  if (shown === undefined) throw new Error("nothing was planned");
  return shown;
}
