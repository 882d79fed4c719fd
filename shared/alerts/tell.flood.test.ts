/** A flood of alarms: what was seen in a thousand moments is reported twice, in any order, by two runs at once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlertsModel, createAlertsModel } from "../../local/model/alerts.ts";
import { START } from "../../local/model/brain.ts";
import { runs } from "../../local/property.ts";
import { condition, reportOf } from "./test-conditions.ts";

const MOMENTS = Array.from({ length: 1_000 }, (_, index) => index);

/** One tunnel down, then both, then none. */
function reportAt(moment: number) {
  const at = START + moment;
  if (moment >= 500) return reportOf(at, []);
  const both = { severity: "critical", title: "Both tunnels are down" } as const;
  return reportOf(at, [condition("tunnels", moment >= 250 ? both : {})]);
}

const anyOrder = fc.shuffledSubarray([...MOMENTS, ...MOMENTS], { minLength: 2 * MOMENTS.length });

async function work(model: AlertsModel, order: readonly number[]): Promise<void> {
  for (const [index, moment] of order.entries()) {
    await model.report(reportAt(moment));
    if (index % 7 === 0) await model.tell();
  }
}

const repliesOf = (model: AlertsModel) => model.channel.messages.flatMap(({ replies }) => replies);

describe("1,000 alarms, twice and in any order, with two runs at once", () => {
  it("are one message and one recovery", async () => {
    const property = fc.asyncProperty(anyOrder, anyOrder, async (one, other) => {
      const model = createAlertsModel();
      await Promise.all([one, other].map((order) => model.calls.inProcess(() => work(model, order))));
      // The next sweep, which sees what is now.
      await model.report(reportAt(999));
      await model.tell();
      expect(model.channel.messages).toHaveLength(1);
      expect(model.channel.messages[0]?.incident.state).toBe("closed");
      expect(repliesOf(model).filter((id) => id.startsWith("closed:"))).toHaveLength(1);
      expect(new Set(repliesOf(model)).size).toBe(repliesOf(model).length);
      expect(model.store.history.size).toBe(1);
      const incidents = (wanted: string) =>
        new Set(model.events.flatMap(({ change, incident }) => (change === wanted ? [incident] : [])));
      expect([incidents("opened").size, incidents("closed").size, incidents("reopened").size]).toEqual([
        1, 1, 0,
      ]);
    });
    await fc.assert(property, { ...runs(200), endOnFailure: true });
  });

  it("are one message in each order of their own when nobody tells before the end", async () => {
    const property = fc.asyncProperty(anyOrder, async (order) => {
      const model = createAlertsModel();
      for (const moment of order) await model.report(reportAt(moment));
      await model.report(reportAt(999));
      await model.tell();
      expect(model.channel.messages).toMatchObject([{ incident: { state: "closed" } }]);
    });
    await fc.assert(property, { ...runs(250), endOnFailure: true });
  });
});
