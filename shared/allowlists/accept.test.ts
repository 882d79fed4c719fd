import { describe, expect, it } from "vitest";
import { createAllowlistsModel, RELAY } from "../../local/model/allowlists.ts";
import { scopeOf } from "./agreed.ts";
import { wishDigest } from "./consent.ts";
import { ruleKey } from "./rule-key.ts";
import type { AllowlistGroup } from "./schema.ts";
import { driftOf, report, textOf } from "./test-reports.ts";
import { BUNNY, tcp } from "./test-security-group.ts";

const OTHER = "b".repeat(64);
const OLD = tcp("10.9.0.0/16", 443);

/** The link wants less of `relay` than the last one did: what that closes waits for a person. */
function start() {
  const model = createAllowlistsModel();
  model.hand.heal = ({ groups }) => ({ outcome: "healed", groups: groups.map((group) => report({ group })) });
  const there = model.groups.groups.get(RELAY) ?? [];
  model.groups.groups.set(RELAY, [...there, { id: "sgr-old", rule: OLD, marked: true }]);
  const scope = scopeOf(groupOf("relay"));
  model.kept.set("relay", {
    ...{ lastApplied: [BUNNY, OLD], accepted: null, unseenSince: null, scope },
    version: 3,
  });
  const wish = wishOf("relay");
  function groupOf(name: string): AllowlistGroup {
    const group = model.allowlists.groups.find((one) => one.name === name);
    if (group === undefined) throw new Error(`there is no ${name}`);
    return group;
  }
  function wishOf(name: string): string {
    return wishDigest(groupOf(name));
  }
  const accept = (group: string, digest = wish) => model.invoke({ run: "accept", group, wish: digest });
  const keys = () => (model.groups.groups.get(RELAY) ?? []).map(({ rule }) => ruleKey(rule));
  return { ...model, wish, wishOf, accept, keys };
}

describe("acceptWish", () => {
  it("closes what waited for it, which no run does by itself", async () => {
    const model = start();
    await model.invoke({});
    expect(model.keys()).toEqual([ruleKey(BUNNY), ruleKey(OLD)]);
    expect(await model.accept("relay")).toMatchObject({ outcome: "accepted", report: { closed: 1 } });
    expect(model.keys()).toEqual([ruleKey(BUNNY)]);
    expect(model.kept.get("relay")).toMatchObject({ lastApplied: [BUNNY], accepted: null });
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "allowlist.accepted", group: "relay" }),
    );
  });

  it.each([
    ["a group that the link does not name", "nobody", undefined, "unknown-group"],
    ["another wish than the link's", "relay", OTHER, "other-wish"],
  ])("refuses %s, and does nothing", async (_what, group, digest, reason) => {
    const model = start();
    expect(await model.accept(group, digest)).toMatchObject({ outcome: "refused", reason, trouble: [] });
    expect(model.kept.get("relay")).toMatchObject({ version: 3 });
    expect(model.calls.count("groups.rules")).toBe(0);
  });

  it("refuses while the link is frozen", async () => {
    const model = start();
    model.freeze.freeze(model.clock.now());
    expect(await model.accept("relay")).toMatchObject({ outcome: "refused", reason: "frozen" });
    expect(model.kept.get("relay")).toMatchObject({ accepted: null });
  });

  it("is not lost to a run that writes what it applied at the same time", async () => {
    const model = start();
    const keep = model.standing.keep;
    let others = 0;
    const store = {
      ...model.standing,
      keep: async (...given: Parameters<typeof keep>) => {
        others += 1;
        const stands = model.kept.get("relay");
        if (others === 1 && stands !== undefined && stands !== "unreadable") await keep("relay", stands);
        return await keep(...given);
      },
    };
    const answer = await model.invoke({ run: "accept", group: "relay", wish: model.wish }, { store });
    expect(answer).toMatchObject({ outcome: "accepted" });
    expect(model.keys()).toEqual([ruleKey(BUNNY)]);
  });

  it("is refused when somebody else is always first", async () => {
    const model = start();
    const store = { ...model.standing, keep: async () => null };
    const answer = await model.invoke({ run: "accept", group: "relay", wish: model.wish }, { store });
    expect(answer).toMatchObject({ outcome: "refused", reason: "contended" });
  });

  it("is refused with the table's code when that does not take it", async () => {
    const model = start();
    model.calls.fail({ call: "standing.keep", when: "before", code: "unreachable" });
    expect(await model.accept("relay")).toMatchObject({ outcome: "refused", reason: "unreachable" });
  });

  it("overwrites nothing that it cannot read", async () => {
    const model = start();
    model.kept.set("relay", "unreadable");
    expect(await model.accept("relay")).toMatchObject({ outcome: "refused", reason: "unreadable-consent" });
    expect(model.kept.get("relay")).toBe("unreadable");
  });

  it("stands although the group cannot be looked at, and says so", async () => {
    const model = start();
    model.calls.fail({ call: "groups.rules", when: "before", code: "unreachable" });
    expect(await model.accept("relay")).toMatchObject({
      outcome: "accepted",
      report: null,
      problem: { group: "relay", code: "unreachable" },
      trouble: ["relay could not be looked at: unreachable"],
    });
    model.calls.forget();
    await model.invoke({});
    expect(model.keys()).toEqual([ruleKey(BUNNY)]);
  });

  it("has the hand agree to a group in Azure, and heal it", async () => {
    const model = start();
    expect(await model.accept("nodes", model.wishOf("nodes"))).toMatchObject({
      outcome: "accepted",
      report: { group: "nodes" },
    });
    expect(model.calls.brain.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["hand.allowlists-accept", "hand.allowlists-heal"]),
    );
  });

  it("has no trouble with a group that the hand puts right in two answers, and says what was done in both", async () => {
    const model = start();
    let answers = 0;
    model.hand.heal = () => {
      answers += 1;
      const drift = [driftOf(21 + answers, null)];
      return { outcome: "healed", groups: [report({ group: "nodes", isMore: answers === 1, drift })] };
    };
    expect(await model.accept("nodes", model.wishOf("nodes"))).toMatchObject({
      outcome: "accepted",
      report: {
        group: "nodes",
        isMore: false,
        closed: 2,
        done: [{ rule: textOf(22) }, { rule: textOf(23) }],
      },
      trouble: [],
    });
    expect(answers).toBe(2);
  });

  it("passes on why the hand refuses, or that it could not be asked", async () => {
    const model = start();
    model.hand.accept = () => ({ outcome: "refused", reason: "other-wish", detail: "" });
    const wish = model.wishOf("nodes");
    expect(await model.accept("nodes", wish)).toMatchObject({ outcome: "refused", reason: "other-wish" });
    model.calls.fail({ call: "hand.allowlists-accept", when: "before", code: "unreachable" });
    expect(await model.accept("nodes", wish)).toMatchObject({ outcome: "refused", reason: "unreachable" });
    expect(model.calls.count("hand.allowlists-heal")).toBe(0);
  });
});
