/** The laws of plans for an NSG that somebody has flooded with rules, each write followed by a plan of its own. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { Rule } from "./schema.ts";
import { applyChange, Model, PACKETS, type Stored } from "./test-nsg.ts";
import { anyBody, anyCase, inputOf, read, secretsOf } from "./test-nsg-cases.ts";

const anyFlood = fc.record({
  drawn: anyCase,
  bodies: fc.array(anyBody, { minLength: 1, maxLength: 6 }),
  count: fc.integer({ min: 8, max: 40 }),
  from: fc.constantFrom(100, 101, 105, 990, 1_000, 4_050),
});
type Flood = typeof anyFlood extends fc.Arbitrary<infer T> ? T : never;

/** One after another, at each priority that is free. */
function flooded({ drawn, bodies, count, from }: Flood): Stored[] {
  const rules = [...drawn.nsg];
  const taken = new Set(rules.map(({ properties }) => `${properties.direction} ${properties.priority}`));
  for (let priority = from; rules.length - drawn.nsg.length < count && priority <= 4_096; priority += 1) {
    const body = bodies[priority % bodies.length];
    if (body === undefined || taken.has(`${body.direction} ${priority}`)) continue;
    const name = `flood-${priority}`;
    rules.push({ name, etag: name, properties: { ...body, access: "Allow", priority } });
  }
  return rules;
}

interface Step {
  readonly nsg: readonly Stored[];
  readonly held: readonly Rule[];
}

function* steps(flood: Flood): Generator<Step> {
  let nsg = flooded(flood);
  const input = { ...inputOf({ ...flood.drawn, own: "all" }), rulesMax: nsg.length + flood.drawn.room };
  for (let writes = 0; writes < 200; writes += 1) {
    const plan = planNetworkSecurityGroup({ ...input, observed: read(nsg) });
    yield { nsg, held: plan.awaitingConsent };
    const [change] = plan.changes;
    if (change === undefined) return;
    nsg = applyChange(nsg, change, input.rulesMax);
  }
  throw new Error("does not settle");
}

describe("planNetworkSecurityGroup, of a flood", () => {
  it("closes no wanted flow and opens no unwanted one at any write, has all shut after a few, and settles", () => {
    fc.assert(
      fc.property(anyFlood, (flood) => {
        const model = new Model(secretsOf(flood.drawn.secrets));
        const { desired } = inputOf({ ...flood.drawn, own: "all" });
        const wanted = model.wanted(desired.rules);
        let was: readonly boolean[] | null = null;
        let writes = 0;
        let shutAfter = 0;
        let isHolding = false;
        for (const { nsg, held } of steps(flood)) {
          const is = model.open(nsg);
          const kept = model.wanted(held);
          isHolding ||= held.length > 0;
          const isWrong = (packet: number) => {
            if (was === null || was[packet] === is[packet]) return false;
            return wanted[packet] || kept[packet] ? was[packet] : is[packet];
          };
          expect(PACKETS.filter((_, packet) => isWrong(packet))).toEqual([]);
          const isOpen = PACKETS.some(({ direction }, packet) => {
            if (direction === "out" && !flood.drawn.both) return false;
            return is[packet] && !wanted[packet] && !kept[packet];
          });
          if (isOpen) shutAfter = writes + 1;
          was = is;
          writes += 1;
        }
        // Beside what waits for a person's consent, and others' denies of a part of it, no one deny may stand: then
        // rules are closed one after another.
        expect(shutAfter).toBeLessThanOrEqual(2 * desired.rules.length + 16 + (isHolding ? flood.count : 0));
      }),
      runs(4),
    );
  });
});
