import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import { type AwsEnd, type AzureEnd, type CannotTell, type Memory, NO_MEMORY } from "./schema.ts";
import { AT, awsEnd, azureEnd, down, planLater, planOf, up } from "./test-tunnels.ts";

const UNKNOWN: CannotTell = { unknown: "Unavailable" };
const downInAws = (ipsec: AwsEnd["ipsec"] = "down") => awsEnd({ status: "down", ipsec });
const inAzure = (status: AzureEnd["status"]) => azureEnd({ status });
const tunnel = (name: string, aws: AwsEnd | CannotTell, azure: AzureEnd | CannotTell) => ({
  name,
  aws,
  azure,
  maintenance: null,
});

describe("planTunnels tells", () => {
  it("nothing of healthy tunnels", () => {
    expect(planOf([up("one-a"), up("one-b")])).toMatchObject({ conditions: [], complete: true, waits: [] });
  });

  it("one condition for all that is hurt, with what is left", () => {
    const plan = planOf([down("one-a"), up("one-b")], {
      linksTo: (name) => [{ text: name, url: "https://example.com" }],
    });
    expect(plan.conditions).toEqual([
      {
        key: "tunnels",
        concern: "tunnels",
        severity: "warning",
        title: "one-a: down, 1 of 2 tunnels left",
        facts: [
          { label: "Left", value: "1 of 2: one-b" },
          { label: "Repair", value: "by itself, if it is down for 3 minutes" },
          { label: "one-a", value: "down" },
        ],
        since: AT,
        actions: [],
        links: [{ text: "one-a", url: "https://example.com" }],
        runbook: "tunnels",
      },
    ]);
  });

  it.each([
    ["that all are down", [down("one-a"), down("one-b")], "Both tunnels: down"],
    [
      "that IPsec is up and BGP is down",
      [tunnel("one-a", downInAws("up"), inAzure("connected")), up("one-b")],
      "one-a: IPsec is up, BGP is down, 1 of 2 tunnels left",
    ],
    [
      "that a tunnel is gone",
      [tunnel("one-a", awsEnd({ status: "absent" }), UNKNOWN), up("one-b")],
      "one-a: gone from AWS, 1 of 2 tunnels left",
    ],
    [
      "of several troubles at once",
      [down("one-a"), tunnel("one-b", downInAws("up"), inAzure("connected"))],
      "Both tunnels: in trouble",
    ],
    [
      "that all are down, whatever Azure says",
      [down("one-a"), tunnel("one-b", downInAws("down"), inAzure("connected"))],
      "Both tunnels: down",
    ],
    [
      "of more tunnels than can be named",
      [..."abcdef"].map((letter) => down(`one-${letter}`)).concat(up("one-g")),
      "one-a, one-b, one-c, one-d and 2 more: down, 1 of 7 tunnels left",
    ],
  ])("%s", (_, observed, title) => {
    expect(planOf(observed).conditions).toMatchObject([{ title }]);
  });

  it("what is left and who mends, however many tunnels there are to tell of", () => {
    const [condition] = planOf([..."abcdefghijkl"].map((letter) => down(`one-${letter}`))).conditions;
    const shown = condition === undefined ? [] : ConditionSchema.parse(condition).facts;
    expect(shown.slice(0, 2)).toMatchObject([{ label: "Left" }, { label: "Repair" }]);
    expect(shown).toHaveLength(10);
  });

  it("that no route comes by BGP, once there has been time for some", () => {
    const observed = [tunnel("one-a", awsEnd({ acceptedRoutes: 0 }), inAzure("connected")), up("one-b")];
    expect(planLater(observed, 299).conditions).toEqual([]);
    const later = planLater(observed, 300);
    expect(later).toMatchObject({ severity: "warning", repair: null, waits: [], complete: true });
    expect(later.conditions).toMatchObject([
      {
        title: "one-a: no route comes by BGP, 1 of 2 tunnels left",
        facts: [{}, { value: "up in AWS, which has taken no route from Azure by BGP" }],
        since: AT,
      },
    ]);
    const lost = planOf([down("one-a"), up("one-b")]);
    expect(planOf(observed, { memory: lost.memory, now: AT + 60 }).conditions).toMatchObject([
      {
        title: "one-a: coming back, 1 of 2 tunnels left",
        facts: [{}, { value: "up again in AWS; no route has come yet" }],
      },
    ]);
  });

  it("that BGP cannot come up where Azure's end is not to speak it", () => {
    const observed = [tunnel("one-a", downInAws("up"), azureEnd({ bgp: false })), up("one-b")];
    expect(planOf(observed).conditions[0]?.facts.at(-1)).toEqual({
      label: "one-a",
      value: "IPsec is up, BGP is down: the Azure connection has BGP switched off",
    });
  });

  it("no disagreement where nobody could say whether IPsec is up, but that", () => {
    const aws = awsEnd({ status: "down", unknownDetail: "UnauthorizedOperation" });
    const observed = [tunnel("one-a", aws, inAzure("connected")), up("one-b")];
    const later = planLater(observed, 900);
    expect(later).toMatchObject({ repair: null, waits: [{ tunnel: "one-a", reason: "cannot-tell" }] });
    expect(later.conditions).toMatchObject([
      {
        facts: [
          {},
          { label: "Repair", value: "waits, as one end cannot be seen, or not well enough" },
          { value: "down in AWS; whether IPsec is up could not be asked. Azure says connected" },
        ],
      },
      { key: "tunnels:unseen", facts: [{ value: "AWS, whether IPsec is up: UnauthorizedOperation" }] },
    ]);
  });

  it("that the ends disagree once Azure has had time to say otherwise", () => {
    const observed = [tunnel("one-a", awsEnd(), inAzure("connecting")), up("one-b")];
    expect(planOf(observed).severity).toBe("warning");
    expect(planLater(observed, 299).conditions).toEqual([]);
    expect(planLater(observed, 300).conditions).toMatchObject([
      {
        title: "one-a: the ends disagree, 1 of 2 tunnels left",
        facts: [{}, { label: "one-a", value: "the ends disagree: up in AWS, not connected in Azure" }],
        since: AT,
      },
    ]);
  });

  it("on, while a tunnel that was lost is up in AWS and not yet in Azure", () => {
    const { memory } = planOf([down("one-a"), up("one-b")]);
    const observed = [tunnel("one-a", awsEnd(), inAzure("not-connected")), up("one-b")];
    expect(planOf(observed, { memory, now: AT + 60 }).conditions).toMatchObject([
      {
        title: "one-a: coming back, 1 of 2 tunnels left",
        facts: [{}, { value: "up again in AWS; Azure does not say connected yet" }],
        since: AT,
      },
    ]);
  });

  it("of an unsteady tunnel as one, until it has been steady for long enough", () => {
    let memory: Memory = NO_MEMORY;
    const look = (seconds: number, one: typeof up) => {
      const plan = planOf([one("one-a"), up("one-b")], { memory, now: AT + seconds });
      ({ memory } = plan);
      return plan.conditions;
    };
    for (const start of [0, 600, 1_200]) {
      expect(look(start, down)).toHaveLength(1);
      look(start + 60, start === 1_200 ? down : up);
    }
    expect(look(1_500, up)).toMatchObject([{ severity: "warning", title: "one-a: unsteady" }]);
    expect(look(3_599, up)).toMatchObject([
      { facts: [{}, { label: "one-a, unsteady", value: "lost 3 times or more within 1 hour" }] },
    ]);
    expect(look(3_600, up)).toEqual([]);
  });

  it("that an end has not been seen for a quarter of an hour, and says that nobody knows what is over", () => {
    const observed = [tunnel("one-a", awsEnd(), { unknown: "other-link" }), up("one-b")];
    expect(planLater(observed, 899)).toMatchObject({ conditions: [], complete: false });
    expect(planLater(observed, 900).conditions).toMatchObject([
      {
        key: "tunnels:unseen",
        severity: "warning",
        title: "one-a: not seen from both ends for 15 minutes or more",
        facts: [{ label: "one-a", value: "Azure: other-link" }],
      },
    ]);
    const gatewaySaysUnknown = [tunnel("one-a", UNKNOWN, inAzure("unknown"))];
    expect(planLater(gatewaySaysUnknown, 900).conditions).toMatchObject([
      { facts: [{ value: "AWS: Unavailable; Azure: its gateway says unknown" }] },
    ]);
  });

  it.each([
    ["within the time that the link says", AT + 604_800, 1],
    ["too early", AT + 604_801, 0],
    ["when AWS has not said when", null, 1],
  ])("of maintenance %s", (_, autoAppliedAt, count) => {
    const observed = [{ ...up("one-a"), maintenance: { pending: true, autoAppliedAt } }, up("one-b")];
    const { conditions } = planOf(observed);
    expect(conditions).toHaveLength(count);
    if (count === 1)
      expect(conditions).toMatchObject([{ key: "tunnel:one-a:maintenance", severity: "notice" }]);
  });

  it("of maintenance as a warning when there is one tunnel, and until it is over", () => {
    const pending = { pending: true, autoAppliedAt: AT + 60 };
    const first = planOf([{ ...up("one-a"), maintenance: pending }]);
    expect(first.conditions).toMatchObject([
      { severity: "warning", facts: [{ label: "From then on", value: "2026-11-21T08:01:00Z" }] },
    ]);
    const later = { memory: first.memory, now: AT + 60 };
    expect(planOf([up("one-a")], later).conditions).toHaveLength(1);
    expect(planOf([{ ...up("one-a"), maintenance: UNKNOWN }], later).conditions).toHaveLength(1);
    const over = { pending: false, autoAppliedAt: null };
    expect(planOf([{ ...up("one-a"), maintenance: over }], later).conditions).toEqual([]);
  });
});
