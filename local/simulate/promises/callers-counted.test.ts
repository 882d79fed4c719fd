import { describe, expect, it } from "vitest";
import type { AuthMemory } from "../../../shared/auth-failures/memory.ts";
import { NO_SOURCES } from "../../../shared/auth-failures/sources-distinct.ts";
import { CALLERS_TEXT } from "../callers.ts";
import { callersCounted } from "./callers-counted.ts";
import { callersUnsaid } from "./callers-unsaid.ts";
import { own, remember, say, worldOfCallers } from "./test-callers.ts";
import { stepOf } from "./test-world.ts";

const slotOf = (at: number, refused: number): AuthMemory["slots"][number] => ({
  slot: Math.floor(at / 30),
  refused,
  cells: [],
  sketch: NO_SOURCES,
  unread: 0,
  late: 0,
  lines: "",
  isCut: false,
});
const party = (name: string, firstAt: number, count: number): AuthMemory["own"][number] => ({
  name,
  firstAt,
  count,
  failures: [],
  acceptedAt: null,
  wokenAt: null,
});

async function open() {
  const world = await worldOfCallers();
  const watch = callersCounted.watch(world);
  const now = world.clock.now();
  const remembered = async (memory: Partial<AuthMemory>) => {
    await remember(world, memory);
    return watch.after?.(stepOf("auth-memory.write")) ?? null;
  };
  return { world, now, remembered };
}

describe("callersCounted", () => {
  it("is broken by a line that counts twice, and by one that was taken and does not count", async () => {
    const { world, now, remembered } = await open();
    say(world, 10);
    say(world, 1, { takenAfter: null });
    expect(await remembered({ slots: [slotOf(now - 60, 10)] })).toBeNull();
    expect(await remembered({ slots: [slotOf(now - 60, 11)] })).toMatch(
      /^11 strangers' lines count, and there were 10$/,
    );
    expect(await remembered({ slots: [slotOf(now - 60, 9)] })).toMatch(
      /^9 strangers' lines count, and 10 were taken$/,
    );
  });

  it("asks nothing of lines that were handed over too late, nor of those before what is kept", async () => {
    const { world, now, remembered } = await open();
    say(world, 5, { at: now - 600 });
    say(world, 10, { takenAfter: 421 });
    expect(await remembered({ slots: [slotOf(now - 60, 0)] })).toBeNull();
    expect(await remembered({ slots: [slotOf(now - 60, 10)] })).toBeNull();
    expect(await remembered({ slots: [slotOf(now - 60, 11)] })).toMatch(/11 strangers/);
  });

  it("is broken by too many failures of bunny's own, and of its network", async () => {
    const { world, now, remembered } = await open();
    say(world, 3, own("expired"));
    const mine = (count: number) => remembered({ own: [party("bunny", now - 2, count)], callers: [] });
    expect(await mine(3)).toBeNull();
    expect(await mine(4)).toMatch(/^4 failures of bunny's own count, and there were 3$/);
    say(world, 1, { who: "near" });
    expect(await remembered({ own: [], callers: [party("callers", now - 2, 5)] })).toMatch(/^5 failures/);
  });

  it("lets a line count again that came again so late that nobody could remember it", async () => {
    const { world, now, remembered } = await open();
    say(world, 1, own("expired", { at: now - 500 }));
    const [line] = world.callers.log.lines;
    if (line === undefined) throw new Error("no line");
    const twice = () => remembered({ own: [party("bunny", now - 500, 2)] });
    expect(await twice()).toMatch(/^2 failures/);
    line.lastGivenAt = now;
    expect(await twice()).toBeNull();
  });

  it("is broken by what a caller wrote, wherever it is remembered", async () => {
    const { remembered } = await open();
    expect(await remembered({ own: [party(CALLERS_TEXT, 0, 0)] })).toBe("what a caller wrote is remembered");
  });
});

describe("callersUnsaid", () => {
  it("is broken by an address in the function's log", async () => {
    const { callers, ...world } = await worldOfCallers();
    const watch = callersUnsaid.watch({ callers, ...world });
    callers.functionLog.info("auth-failures.taken", { lines: 3 });
    expect(watch.now?.()).toBeNull();
    for (const source of ["203.0.113.9", "::FFFF:10.10.1.7", "2001:DB8::1"]) {
      callers.functionLog.info("auth-failures.taken", { source });
      expect(watch.now?.()).toBe("the address of a caller stands in a log");
    }
  });
});
