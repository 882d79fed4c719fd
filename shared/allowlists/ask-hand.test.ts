import { describe, expect, it } from "vitest";
import type { Outcome, Refused } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { type HandAsker, healThroughHand, planThroughHand } from "./ask-hand.ts";
import type { GroupReport } from "./group-report.ts";
import { report as reportOf } from "./test-reports.ts";

type Answer = Outcome<"allowlists.heal"> | Refused;
type Asked = "allowlists.heal" | "allowlists.plan";
type Group = Outcome<"allowlists.heal">["groups"][number];

const report = (group: string, more: { readonly isMore?: boolean } = {}): GroupReport =>
  reportOf({ group, ...more });
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `nsg-${index}`);
const healed = (...groups: Group[]): Answer => ({ outcome: "healed", groups });

function start(answer: (groups: readonly string[]) => Answer, remainingMs = () => 120_000) {
  const asked: (readonly string[])[] = [];
  const records: Record<string, unknown>[] = [];
  const heal = (groups: readonly string[]): Answer => {
    asked.push(groups);
    return answer(groups);
  };
  const plan = (groups: readonly string[]): Outcome<"allowlists.plan"> | Refused => {
    const healed = heal(groups);
    return healed.outcome === "refused" ? healed : { ...healed, outcome: "planned" };
  };
  const answers: { readonly [E in Asked]: (groups: readonly string[]) => Outcome<E> | Refused } = {
    "allowlists.heal": heal,
    "allowlists.plan": plan,
  };
  const asker: HandAsker = {
    hand: async (endpoint, { groups }) => answers[endpoint](groups),
    log: createLog((level, record) => records.push({ level, ...record })),
    remainingMs,
  };
  return { asker, asked, records };
}

describe("healThroughHand", () => {
  it("asks for nothing where no group is in Azure", async () => {
    const { asker, asked } = start(() => healed());
    expect(await healThroughHand(asker, [])).toEqual({ reports: [], problems: [], trouble: [] });
    expect(asked).toEqual([]);
  });

  it("asks for twenty groups at a time", async () => {
    const { asker, asked } = start((groups) => healed(...groups.map((group) => report(group))));
    const { reports, problems } = await healThroughHand(asker, names(45));
    expect(reports.map(({ group }) => group).toSorted()).toEqual(names(45).toSorted());
    expect(problems).toEqual([]);
    expect(asked.map(({ length }) => length).toSorted()).toEqual([20, 20, 5]);
  });

  it("asks again for those groups in which there is more to do, and tells what each call has done", async () => {
    let calls = 0;
    const { asker, asked } = start((groups) => {
      calls += 1;
      return healed(...groups.map((group) => report(group, { isMore: group === "nsg-1" && calls < 3 })));
    });
    const { reports } = await healThroughHand(asker, names(2));
    expect(asked).toEqual([["nsg-0", "nsg-1"], ["nsg-1"], ["nsg-1"]]);
    expect(reports.map(({ group, isMore }) => `${group} ${isMore}`)).toEqual([
      "nsg-0 false",
      "nsg-1 true",
      "nsg-1 true",
      "nsg-1 false",
    ]);
  });

  it("has no problem with a group that it has looked at and has no time to ask for again", async () => {
    let left = 120_000;
    const { asker, asked } = start(
      (groups) => {
        left -= 25_000;
        return healed(...groups.map((group) => report(group, { isMore: true })));
      },
      () => left,
    );
    const { reports, problems } = await healThroughHand(asker, names(1));
    expect([asked.length, reports.length, problems]).toEqual([3, 3, []]);
  });

  it("does not ask for ever", async () => {
    const { asker, asked } = start((groups) =>
      healed(...groups.map((group) => report(group, { isMore: true }))),
    );
    await healThroughHand(asker, names(1));
    expect(asked).toHaveLength(10);
  });

  it("has a problem with a group that the hand cannot look at, and with no other", async () => {
    const problem = { code: "AuthorizationFailed", operation: "GET", retryable: false };
    const { asker } = start(() => healed(report("nsg-0"), { group: "nsg-1", problem }));
    const { reports, problems } = await healThroughHand(asker, names(3));
    expect(reports.map(({ group }) => group)).toEqual(["nsg-0"]);
    expect(problems).toEqual([
      { group: "nsg-1", code: "AuthorizationFailed" },
      { group: "nsg-2", code: "not-answered" },
    ]);
  });

  it("has a problem with each group of a call that was refused or failed, and goes on with the others", async () => {
    const unreachable = new CloudError({
      provider: "azure",
      operation: "allowlists.heal",
      target: "hand",
      code: "unreachable",
      retryable: true,
    });
    const { asker, records } = start((groups) => {
      if (groups.includes("nsg-0")) return { outcome: "refused", reason: "other-link", detail: "" };
      if (groups.includes("nsg-20")) throw unreachable;
      return healed(...groups.map((group) => report(group)));
    });
    const { reports, problems } = await healThroughHand(asker, names(41));
    expect(reports.map(({ group }) => group)).toEqual(["nsg-40"]);
    expect(Map.groupBy(problems, ({ code }) => code).get("other-link")).toHaveLength(20);
    expect(Map.groupBy(problems, ({ code }) => code).get("unreachable")).toHaveLength(20);
    expect(records).toMatchObject([
      { event: "allowlists.hand-failed", groups: 20, code: "other-link" },
      { event: "allowlists.hand-failed", groups: 20, code: "unreachable" },
    ]);
  });

  it("asks for nothing without the time for an answer and for telling it", async () => {
    const { asker, asked } = start(
      () => healed(),
      () => 49_999,
    );
    expect((await healThroughHand(asker, names(1))).problems).toEqual([
      { group: "nsg-0", code: "no-time-left" },
    ]);
    expect(asked).toEqual([]);
  });
});

describe("planThroughHand", () => {
  it("asks once, however much there is to do", async () => {
    const { asker, asked } = start((groups) =>
      healed(...groups.map((group) => report(group, { isMore: true }))),
    );
    expect((await planThroughHand(asker, names(1))).reports).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });
});
