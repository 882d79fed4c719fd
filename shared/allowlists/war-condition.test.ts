import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import { withinLimit } from "../alerts/limit.ts";
import { type Actor, UNKNOWN_ACTOR } from "./actor.ts";
import { findRevertWars, type Heal } from "./revert-war.ts";
import { AT, actor, textOf } from "./test-reports.ts";
import { warConditions } from "./war-condition.ts";

const thrice = (port: number, by: Actor, group = "relay"): Heal[] =>
  [0, 1, 2].map((time) => ({
    id: `${group}-${port}-${by.key}-${time}`,
    group,
    rule: textOf(port),
    at: AT + 60 * time,
    actor: by,
  }));
const told = (heals: readonly Heal[]) =>
  warConditions(findRevertWars(heals, AT + 200)).map((condition) => ConditionSchema.parse(condition));

describe("warConditions", () => {
  it("is one for each group and actor, however many rules it is about", () => {
    const ports = Array.from({ length: 40 }, (_, index) => 1_000 + index);
    const conditions = told([
      ...ports.flatMap((port) => thrice(port, actor("mallory"))),
      ...thrice(22, actor("mallory")),
      ...thrice(23, actor("eve")),
      ...thrice(24, UNKNOWN_ACTOR),
      ...thrice(22, actor("mallory"), "loader"),
    ]);
    expect(conditions.map(({ title }) => title).toSorted()).toEqual([
      "loader: the same rule was put right 3 times within an hour, and healing goes on",
      "relay: 41 rules were put right 3 times within an hour, and healing goes on",
      "relay: the same rule was put right 3 times within an hour, and healing goes on",
      "relay: the same rule was put right 3 times within an hour, and healing goes on",
    ]);
    expect(new Set(conditions.map(({ key }) => key)).size).toBe(4);
    const [many] = conditions.filter(({ title }) => title.startsWith("relay: 41"));
    expect(many?.facts).toEqual(
      expect.arrayContaining([
        { label: "Rules", value: expect.stringMatching(/; 36 more$/) },
        { label: "Against", value: "user mallory" },
      ]),
    );
  });

  it("keeps its key while the war goes on", () => {
    const heals = thrice(22, actor("mallory"));
    const more = thrice(23, actor("mallory"));
    expect(told(heals)[0]?.key).toBe(told([...heals, ...more])[0]?.key);
  });

  it("leaves room for what is wrong in the groups themselves", () => {
    const wars = Array.from({ length: 40 }, (_, index) => thrice(22, actor(`mallory-${index}`), `g${index}`));
    const [war] = told(thrice(22, actor("mallory")));
    if (war === undefined) throw new Error("no war was found");
    const blocked = ConditionSchema.parse({ ...war, key: "allowlist:zone:blocked" });
    const kept = withinLimit("allowlists", [...told(wars.flat()), blocked], () => false);
    expect(kept.map(({ key }) => key)).toContain("allowlist:zone:blocked");
  });
});
