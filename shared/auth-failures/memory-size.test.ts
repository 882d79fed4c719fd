import { describe, expect, it } from "vitest";
import { marshall } from "../journal/items.ts";
import { authReport } from "./conditions.ts";
import type { Known } from "./known.ts";
import { AuthMemory, MEMORY_MAX, NO_MEMORY } from "./memory.ts";
import { countMarks } from "./memory-marks.ts";
import { type TakenLine, takeDelivery } from "./memory-take.ts";
import { FailureClass } from "./schema.ts";
import { AT, accepted, KNOWN, LIMITS, line, refused, take, WAKES } from "./test-auth.ts";
import { distinctSources, judge } from "./verdict.ts";
import { SLOTS_MAX } from "./windows.ts";

const group = (number: number): string => (0x1000 + (number % 0xf000)).toString(16);
/** The longest texts that an address has, all different. */
const source = (number: number): string =>
  `ffff:ffff:ffff:ffff:ffff:ffff:${group(Math.floor(number / 0xf000))}:${group(number)}`;

const NAMES = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(253, "x"));
const CROWD: Known = {
  ...KNOWN,
  tunnels: NAMES.map((name, index) => ({ name: name.slice(0, 30), outsideIp: `198.51.100.${index}` })),
};

/** Everything at its longest, in one slot after the other: strangers, unreadable lines, and all of our own. */
function flood(at: number, perSlot: number, from: number): TakenLine[] {
  const strangers = Array.from({ length: perSlot }, (_, index) =>
    line(refused("pre-shared-key-mismatch", { at, source: source(from + index) })),
  );
  const own = NAMES.flatMap((identity, index) => [
    line(accepted({ at: at - 90, identity })),
    ...Array.from({ length: 5 }, () =>
      line(
        refused("pre-shared-key-mismatch", {
          at,
          identity,
          source: source(index),
          serial: "f".repeat(40),
          apiKeyId: "f".repeat(16),
        }),
      ),
    ),
    line(refused("pre-shared-key-mismatch", { at, tunnel: `198.51.100.${index}`, source: source(index) })),
  ]);
  return [...strangers, ...own, ...Array.from({ length: 300 }, () => line(null, at))];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, rounded up. */
function itemBytes(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.entries(value).reduce((sum, [type, inner]) => sum + attributeBytes(type, inner), 0);
}
function attributeBytes(type: string, inner: unknown): number {
  if (type === "S") return Buffer.byteLength(String(inner));
  if (type === "N") return Math.ceil(String(inner).length / 2) + 2;
  if (type === "L" && Array.isArray(inner)) return inner.reduce((sum, one) => sum + 1 + itemBytes(one), 3);
  if (type === "M" && typeof inner === "object" && inner !== null) return 3 + fieldsBytes(inner);
  return 1;
}
const fieldsBytes = (fields: object): number =>
  Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + 1 + itemBytes(value), 0);

describe("the memory of refused callers", () => {
  it("has at most 100 KB, whatever comes: sources, lines and names without number, all as long as they may be", () => {
    let memory = NO_MEMORY;
    const limits = { ...LIMITS, windowSeconds: 300, lateSeconds: 180 };
    const taken = (lines: TakenLine[], now: number) =>
      judge(takeDelivery(memory, { lines, known: CROWD, limits, now }), limits, now);
    for (let slot = 0; slot < 20; slot += 1) {
      const now = AT + slot * 30;
      memory = taken(flood(now, 1_000, slot * 1_000), now);
      // More of what is told one by one: these stand out.
      const loud = Array.from({ length: 1_500 }, () =>
        line(refused("unknown", { at: now, source: source(slot) })),
      );
      memory = taken(loud, now);
    }
    // Another run's clock is ahead.
    memory = {
      ...memory,
      slots: [...memory.slots, ...memory.slots.slice(-1).map((slot) => ({ ...slot, lines: "" }))],
    };
    expect(memory.slots).toHaveLength(SLOTS_MAX);
    expect(countMarks(memory.slots.map(({ lines }) => lines).join(""))).toBe(MEMORY_MAX.lines);
    expect([memory.own.length, memory.tunnels.length]).toEqual([MEMORY_MAX.parties, MEMORY_MAX.parties]);
    // As many deliveries as are remembered.
    memory = { ...memory, batches: "x".repeat(8 * MEMORY_MAX.batches) };
    const item = marshall({ pk: "auth#example-link", sk: "memory#auth-failures", ...memory });
    expect(fieldsBytes(item)).toBeLessThan(MEMORY_MAX.bytes);
    expect(JSON.stringify(memory).length).toBeLessThan(MEMORY_MAX.bytes);
    expect(AuthMemory.parse(JSON.parse(JSON.stringify(memory)))).toEqual(memory);
  });

  it("tells of so many strangers as one scan, and counts them to a tenth", () => {
    let memory = NO_MEMORY;
    for (let part = 0; part < 20; part += 1) {
      const lines = Array.from({ length: 5_000 }, (_, index) =>
        line(refused("no-certificate", { source: source(part * 5_000 + index) })),
      );
      memory = take(memory, lines);
    }
    expect(Math.abs(distinctSources(memory.slots) - 100_000)).toBeLessThan(10_000);
    const view = {
      memory,
      limits: LIMITS,
      facts: { known: KNOWN, changes: [], frozen: false, wakes: WAKES },
      now: AT,
    };
    expect(authReport(view).conditions.map(({ key }) => key)).toEqual(["auth-scan"]);
  });

  it("says of a slot that lines were forgotten, and knows a delivery again all the same", () => {
    const lines = Array.from({ length: MEMORY_MAX.lines + 1 }, () => line(null));
    const memory = take(NO_MEMORY, lines);
    expect(memory.slots).toMatchObject([{ isCut: true, unread: MEMORY_MAX.lines + 1 }]);
    expect(take(memory, lines)).toEqual(memory);
    const [first, ...rest] = lines;
    expect(take(memory, rest)).toMatchObject({ slots: [{ unread: MEMORY_MAX.lines + 1 }] });
    // The oldest was forgotten: alone it counts again, as at-least-once has it.
    expect(take(memory, first === undefined ? [] : [first])).toMatchObject({
      slots: [{ unread: MEMORY_MAX.lines + 2 }],
    });
  });

  it.each(FailureClass.options)("keeps a failure of the class %s as it was written", (failure) => {
    const memory = take(NO_MEMORY, [
      line(refused(failure, { identity: "bunny.example.com" })),
      line(refused(failure)),
    ]);
    expect(AuthMemory.parse(JSON.parse(JSON.stringify(memory)))).toEqual(memory);
  });
});
