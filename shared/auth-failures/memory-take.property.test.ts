import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { type AuthMemory, NO_MEMORY } from "./memory.ts";
import { type TakenLine, takeDelivery } from "./memory-take.ts";
import type { FailureClass } from "./schema.ts";
import { estimate } from "./sources.ts";
import { KNOWN, LIMITS, refused } from "./test-auth.ts";
import { distinctSources } from "./verdict.ts";

/** The window is 100 seconds and slides by 10, and lines may come 60 seconds late; they are of eight minutes. */
const SLIDING = { ...LIMITS, lateSeconds: 60 };
const SLOT = 10;
const KEPT = 16;
const BEGIN = 1_000;

const logged = fc.record({
  at: fc.integer({ min: BEGIN, max: BEGIN + 480 }),
  source: fc.constantFrom("203.0.113.1", "203.0.113.2", "2001:db8::1", null),
  failure: fc.constantFrom<(FailureClass | null)[]>("no-certificate", "expired", null),
});
/** Each delivery has some of the lines, in any order: any line may come late, early, again, or twice at once. */
const history = fc.array(logged, { minLength: 1, maxLength: 40 }).chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    deliveries: fc.array(
      fc.record({
        which: fc.array(fc.nat({ max: lines.length - 1 }), { maxLength: 25 }),
        later: fc.integer({ min: 0, max: 90 }),
        again: fc.boolean(),
      }),
      { maxLength: 12 },
    ),
  }),
);

interface Model {
  /** When each line was first taken, by its place. */
  readonly counted: Map<number, { slot: number; source: string | null; failure: FailureClass | null }>;
}

describe("the window of takeDelivery", () => {
  it("is what counting every line by hand gives, late, early, out of order or delivered again", () => {
    fc.assert(
      fc.property(history, ({ lines, deliveries }) => {
        const model: Model = { counted: new Map() };
        let memory: AuthMemory = NO_MEMORY;
        let now = BEGIN;
        for (const { which: drawn, later, again } of deliveries) {
          now += later;
          const which = drawn.filter((index) => !isLost(model, index, lines[index], now));
          const delivery = which.map((index) => lineOf(index, lines[index]));
          for (const index of which) count(model, index, lines[index], now);
          for (let time = 0; time < (again ? 2 : 1); time += 1)
            memory = takeDelivery(memory, { lines: delivery, known: KNOWN, limits: SLIDING, now });
        }
        memory = takeDelivery(memory, { lines: [], known: KNOWN, limits: SLIDING, now });
        expect(seen(memory)).toEqual(expected(model, now));
      }),
      runs(2),
    );
  });
});

type Logged = typeof logged extends fc.Arbitrary<infer One> ? One : never;

function lineOf(index: number, one: Logged | undefined): TakenLine {
  if (one === undefined) throw new Error("no such line");
  const { at, source, failure } = one;
  return { id: `line ${index}`, at, event: failure === null ? null : refused(failure, { at, source }) };
}

/** By hand: a line counts where it stands when it first comes within the window. */
function count({ counted }: Model, index: number, one: Logged | undefined, now: number): void {
  if (one === undefined || counted.has(index)) return;
  const slot = Math.floor(Math.min(one.at, now) / SLOT);
  if (slot > Math.floor(now / SLOT) - KEPT) counted.set(index, { ...one, slot });
}

/** A line whose clock was ahead, and that comes again after its window: it would count a second time, as nothing else does. */
function isLost({ counted }: Model, index: number, one: Logged | undefined, now: number): boolean {
  const slot = counted.get(index)?.slot;
  if (one === undefined || slot === undefined) return false;
  return slot < Math.floor(one.at / SLOT) && slot <= Math.floor(now / SLOT) - KEPT;
}

function expected({ counted }: Model, now: number) {
  const within = [...counted.values()].filter(({ slot }) => slot > Math.floor(now / SLOT) - KEPT);
  const failures = within.filter(({ failure }) => failure !== null);
  const times: Record<string, number> = {};
  for (const { source, failure } of failures) {
    const key = `${failure} ${source ?? "unknown"}`;
    times[key] = (times[key] ?? 0) + 1;
  }
  const sources = new Set(failures.flatMap(({ source }) => source ?? []));
  return {
    times,
    refused: failures.length,
    unread: within.length - failures.length,
    sources: sources.size,
  };
}

function seen({ slots }: AuthMemory) {
  const estimates = estimate(slots.map(({ cells }) => cells));
  expect(estimates.every(({ least, most }) => least === most)).toBe(true);
  return {
    times: Object.fromEntries(estimates.map((one) => [`${one.class} ${one.source}`, one.least])),
    refused: slots.reduce((sum, slot) => sum + slot.refused, 0),
    unread: slots.reduce((sum, slot) => sum + slot.unread, 0),
    sources: distinctSources(slots),
  };
}
