import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { createPace, type Rate } from "./pace.ts";

const vault: Rate = { name: "vault", most: 1, withinMs: 1_000 };
const subscription: Rate = { name: "subscription", most: 2, withinMs: 1_000 };

function paceAt(start = 0) {
  const time = { ms: start };
  return { time, pace: createPace(() => time.ms) };
}

describe("createPace", () => {
  it("lets as many calls start at once as the rate allows, and then says how long to wait", () => {
    const { time, pace } = paceAt(5_000);
    expect([pace.start([subscription]), pace.start([subscription])]).toEqual([0, 0]);
    time.ms += 400;
    expect(pace.start([subscription])).toBe(600);
    time.ms += 599;
    expect(pace.start([subscription])).toBe(1);
    time.ms += 1;
    expect(pace.start([subscription])).toBe(0);
  });

  it("takes no place anywhere for a call that one of its rates does not allow", () => {
    const { pace } = paceAt();
    pace.start([vault]);
    expect(pace.start([vault, subscription])).toBe(1_000);
    expect([pace.start([subscription]), pace.start([subscription])]).toEqual([0, 0]);
  });

  it("counts under one name what is limited under one name", () => {
    const { pace } = paceAt();
    pace.start([vault]);
    expect(pace.start([{ ...vault, name: "other vault" }])).toBe(0);
    expect(pace.start([{ ...vault }])).toBe(1_000);
  });

  it("lets a call start that has no rate", () => {
    expect(paceAt().pace.start([])).toBe(0);
  });

  const anyRate = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3_000 }))
    .map(([most, withinMs]): Rate => ({ name: "rate", most, withinMs }));

  it("lets no window of its length see more starts than the rate, however calls come", () => {
    fc.assert(
      fc.property(anyRate, fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 }), (rate, gaps) => {
        const { time, pace } = paceAt();
        const starts: number[] = [];
        for (const gap of gaps) {
          time.ms += gap;
          if (pace.start([rate]) === 0) starts.push(time.ms);
        }
        for (const from of starts) {
          const inWindow = starts.filter((at) => at >= from && at < from + rate.withinMs);
          expect(inWindow.length).toBeLessThanOrEqual(rate.most);
        }
      }),
      runs(),
    );
  });

  it("holds nobody up for longer than it must: whoever waits as long as it says may start", () => {
    fc.assert(
      fc.property(anyRate, fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 }), (rate, gaps) => {
        const { time, pace } = paceAt();
        for (const gap of gaps) {
          time.ms += gap;
          const waitMs = pace.start([rate]);
          if (waitMs === 0) continue;
          time.ms += waitMs - 1;
          expect(pace.start([rate])).toBe(1);
          time.ms += 1;
          expect(pace.start([rate])).toBe(0);
        }
      }),
      runs(),
    );
  });
});
