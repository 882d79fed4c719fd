/** Flows of rules, judged by which packets of a small world pass. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { FlowSet } from "./flow-set.ts";
import { commonRule, flowOf } from "./flows.ts";
import { describePacket, passing, TEST_NETWORKS } from "./test-packets.ts";
import { anyRule } from "./test-rules.ts";

const some = fc.array(anyRule, { maxLength: 8 });
const hasAll = (outer: Uint8Array, inner: Uint8Array) =>
  inner.every((flag, at) => flag === 0 || outer[at] === 1);
const both = (one: Uint8Array, other: Uint8Array) => one.map((flag, at) => flag & (other[at] ?? 0));

describe("FlowSet", () => {
  it("covers, misses and overlaps what the packets say", () => {
    fc.assert(
      fc.property(some, anyRule, (rules, rule) => {
        const set = new FlowSet(rules.map(flowOf));
        const [open, asked] = [passing(rules), passing([rule])];
        expect(set.covers(flowOf(rule))).toBe(hasAll(open, asked));
        expect(set.missing(flowOf(rule)).length === 0).toBe(hasAll(open, asked));
        const shared = both(open, asked).indexOf(1);
        expect(set.overlaps(flowOf(rule)), describePacket(shared)).toBe(shared !== -1);
        expect(set.overlapping(flowOf(rule)).length).toBe(
          rules.filter((one) => both(passing([one]), asked).includes(1)).length,
        );
      }),
      runs(),
    );
  });

  it("leaves out the flows that are excepted, and not their equals", () => {
    const rule = fc.sample(anyRule, { numRuns: 1, seed: 1 })[0];
    if (rule === undefined) throw new Error("no rule");
    const [one, equal] = [flowOf(rule), flowOf(rule)];
    expect(new FlowSet([one, equal]).covers(flowOf(rule), new Set([one]))).toBe(true);
    expect(new FlowSet([one]).covers(flowOf(rule), new Set([one]))).toBe(false);
  });

  it("has nothing in it when it is empty", () => {
    const flow = flowOf({
      ...{ direction: "in", protocol: "tcp", ports: null, description: "" },
      peer: { kind: "cidr", cidr: TEST_NETWORKS[0] ?? "" },
    });
    expect(new FlowSet().covers(flow)).toBe(false);
    expect(new FlowSet().missing(flow)).toEqual([flow]);
  });
});

describe("commonRule", () => {
  it("lets pass what both rules let pass", () => {
    fc.assert(
      fc.property(anyRule, anyRule, (one, other) => {
        const shared = commonRule(one, other);
        expect(passing(shared === null ? [] : [shared])).toEqual(both(passing([one]), passing([other])));
      }),
      runs(),
    );
  });
});
