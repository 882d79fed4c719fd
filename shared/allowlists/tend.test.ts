import { describe, expect, it } from "vitest";
import { nodes, RELAY, relay } from "../../local/model/allowlists.ts";
import { START } from "../../local/model/brain.ts";
import { toIso } from "../runtime/instant.ts";
import { ruleKey } from "./rule-key.ts";
import { startRuns as start } from "./test-runs.ts";
import { tcp } from "./test-security-group.ts";

const MINUTE = 60;

describe("tendAllowlists", () => {
  const iso = (minutes: number) => toIso(START + minutes * MINUTE);
  const exception = {
    rule: { direction: "in" as const, protocol: "tcp", ports: 22, peer: { cidr: "203.0.113.7/32" } },
    author: "alice",
    reason: "an incident",
    from: iso(5),
    until: iso(10),
  };
  const groups = [
    { ...relay, rules: [...relay.rules], exceptions: [exception] },
    { ...nodes, rules: [] },
  ];
  const OPEN = ruleKey(tcp("203.0.113.7/32", 22));

  it("collects what the hand has noted, and looks at no group where no exception turns", async () => {
    const model = start({ groups });
    model.swept.trouble = ["the notes of Azure's half could not be collected: unreachable"];
    expect(await model.invoke({ run: "tend" })).toEqual({
      looked: 0,
      healed: {},
      trouble: ["the notes of Azure's half could not be collected: unreachable"],
    });
    expect(model.names().filter((name) => /^(groups|hand)/.test(name))).toEqual([]);
  });

  it("opens an exception in the minute in which it begins, closes it in that in which it ends, and looks no more once that is seen", async () => {
    const model = start({ groups });
    await model.invoke({});
    const opened: string[] = [];
    for (let minute = 1; minute <= 14; minute += 1) {
      model.clock.advance(MINUTE);
      await model.invoke({ run: "tend" });
      if (model.keys(RELAY).includes(OPEN)) opened.push(iso(minute));
    }
    expect(opened).toEqual([5, 6, 7, 8, 9].map(iso));
    expect(model.calls.count("groups.rules")).toBe(5);
    expect(model.calls.count("hand.allowlists-heal")).toBe(1);
  });

  it("has the hand look at its own groups then", async () => {
    const model = start({
      groups: [
        { ...relay, rules: [...relay.rules] },
        { ...nodes, rules: [], exceptions: [exception] },
      ],
    });
    await model.invoke({});
    model.clock.moveTo(START + 5 * MINUTE);
    await model.invoke({ run: "tend" });
    await model.invoke({ run: "tend" });
    expect(model.calls.count("hand.allowlists-heal")).toBe(2);
    expect(model.calls.count("groups.rules")).toBe(1);
  });

  it("looks again in the next minute when it could not look", async () => {
    const model = start({ groups });
    await model.invoke({});
    model.clock.moveTo(START + 5 * MINUTE);
    model.calls.fail({ call: "groups.rules", when: "before", code: "unreachable" });
    expect((await model.invoke({ run: "tend" })).trouble).toEqual([
      "relay could not be looked at: unreachable",
    ]);
    model.calls.forget();
    await model.invoke({ run: "tend" });
    expect(model.keys(RELAY)).toContain(OPEN);
  });

  /** At each of these minutes; the answer is at which of them the exception stood open afterwards. */
  async function openAt(model: ReturnType<typeof start>, minutes: readonly number[]): Promise<number[]> {
    const open: number[] = [];
    for (const minute of minutes) {
      model.clock.moveTo(START + minute * MINUTE);
      await model.invoke({ run: "tend" });
      if (model.keys(RELAY).includes(OPEN)) open.push(minute);
    }
    return open;
  }

  it("closes an exception in the next minute when that has failed at its end", async () => {
    const model = start({ groups });
    await model.invoke({});
    await openAt(model, [5, 6]);
    model.calls.fail({ call: "groups.close", when: "before", code: "ServiceUnavailable" });
    expect(await openAt(model, [10])).toEqual([10]);
    model.calls.forget();
    expect(await openAt(model, [11, 12])).toEqual([]);
  });

  it("closes in the minute after a thaw what has ended in a frozen link, and looks once at it before", async () => {
    const model = start({ groups });
    await model.invoke({});
    await openAt(model, [5, 6]);
    model.freeze.freeze(START + 9 * MINUTE);
    const before = model.calls.count("groups.rules");
    expect(await openAt(model, [10, 11, 12, 13])).toEqual([10, 11, 12, 13]);
    expect(model.calls.count("groups.rules") - before).toBe(1);
    model.freeze.thaw(START + 13 * MINUTE + 1);
    expect(await openAt(model, [14])).toEqual([]);
  });

  it("leaves to the sweep what was not in order for an hour", async () => {
    const model = start({ groups });
    await model.invoke({});
    await openAt(model, [5, 6]);
    model.calls.fail({ call: "groups.close", when: "before", code: "UnauthorizedOperation" });
    await openAt(model, [10, 40, 69]);
    const before = model.calls.count("groups.rules");
    expect(await openAt(model, [70, 71])).toEqual([70, 71]);
    expect(model.calls.count("groups.rules")).toBe(before);
  });
});
