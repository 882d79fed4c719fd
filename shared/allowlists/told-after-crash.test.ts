import { describe, expect, it } from "vitest";
import { RELAY } from "../../local/model/allowlists.ts";
import { startRuns } from "./test-runs.ts";
import { tcp } from "./test-security-group.ts";

const DOOR = tcp("0.0.0.0/0", 22);
const event = {
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.ec2",
  detail: {
    eventSource: "ec2.amazonaws.com",
    eventName: "AuthorizeSecurityGroupIngress",
    eventID: "e-1",
    eventTime: "2026-11-21T08:00:12Z",
    recipientAccountId: "111122223333",
    userIdentity: { type: "IAMUser", userName: "mallory", principalId: "AIDA1", accountId: "111122223333" },
    requestParameters: { groupId: RELAY },
    responseElements: {
      securityGroupRuleSet: {
        items: [
          {
            groupId: RELAY,
            securityGroupRuleId: "sgr-bad",
            isEgress: false,
            ipProtocol: "tcp",
            fromPort: 22,
            toPort: 22,
            cidrIpv4: "0.0.0.0/0",
          },
        ],
      },
    },
  },
};

async function opened() {
  const model = startRuns();
  await model.invoke({});
  model.calls.forget();
  model.add(RELAY, "sgr-bad", DOOR);
  model.clock.advance(60);
  return model;
}
const who = (model: Awaited<ReturnType<typeof opened>>) =>
  [...model.store.standing.values()].flatMap(({ facts }) =>
    facts.filter(({ label }) => label === "Who").map(({ value }) => value),
  );

/** The calls of a run that sees the event, heals and tells. */
async function callsOfRun(): Promise<readonly string[]> {
  const model = await opened();
  await model.invoke(event);
  return model.names();
}

describe("a run that dies", () => {
  it("writes down what it will do before its first write, once, and nothing when nothing is to be done", async () => {
    const names = await callsOfRun();
    expect(names.filter((name) => name === "allowlist-memory.write")).toHaveLength(2);
    expect(names.indexOf("allowlist-memory.write")).toBeLessThan(names.indexOf("groups.close"));
    const calm = startRuns();
    await calm.invoke({});
    calm.calls.forget();
    calm.clock.advance(10);
    await calm.invoke({});
    expect(calm.names()).not.toContain("allowlist-memory.write");
  });

  it("is told of by a later one, with who it was, wherever it dies", async () => {
    const names = await callsOfRun();
    const first = names.indexOf("groups.close");
    for (let at = first; at < names.length; at += 1) {
      const model = await opened();
      model.calls.dieAt({ at, when: "after" });
      await expect(model.invoke(event), `after ${names[at]}`).rejects.toThrow();
      model.calls.forget();
      model.clock.advance(30);
      await model.invoke({ run: "tend" });
      model.clock.advance(30);
      await model.invoke(event);
      model.clock.advance(60);
      await model.invoke({});
      expect(await model.told(), `after ${names[at]}`).toEqual([
        expect.stringContaining("relay: changed by somebody else, and put right"),
      ]);
      expect(who(model)).toEqual(["user mallory"]);
    }
  });

  it("heals all the same when it could not be written down, and says so", async () => {
    const model = await opened();
    model.calls.fail({ call: "allowlist-memory.write", when: "before", code: "Unavailable", nth: 1 });
    await model.invoke(event);
    expect(model.keys(RELAY)).not.toContain("in tcp 22 0.0.0.0/0");
    expect(model.records).toContainEqual(
      expect.objectContaining({
        event: "allowlists.not-begun",
        operation: "allowlist-memory.write",
        code: "Unavailable",
        groups: ["relay"],
      }),
    );
    expect((await model.told()).join()).toMatch(/relay: changed by somebody else, and put right/);
  });
});
