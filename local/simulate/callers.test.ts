import { describe, expect, it } from "vitest";
import { START } from "../model/brain.ts";
import { CALLERS_TEXT, knock } from "./callers.ts";
import { DESIRED_AUTH } from "./callers-link.ts";
import { drawFrom } from "./draw.ts";
import { drawKnocks } from "./draw-knocks.ts";
import type { Fault, FaultOf } from "./faults.ts";
import { live } from "./life.ts";
import { worldAtRest } from "./promises/test-world.ts";
import { goOnWorking } from "./work.ts";
import { createWorld, type World } from "./world.ts";

const HOUR = 3_600;
const DAY = 86_400;
const knocking = (changes: Partial<FaultOf<"knocking">> = {}): FaultOf<"knocking"> => ({
  kind: "knocking",
  at: START + HOUR,
  seconds: 600,
  from: "elsewhere",
  reason: "no-certificate",
  sources: 1,
  lines: 60,
  ...changes,
});

const readAll = ({ callers: { log } }: World) =>
  log.lines.map((line) => DESIRED_AUTH.groups[0]?.read(line.message, line.at, line.stream));

async function knocked(fault: FaultOf<"knocking">) {
  const world = await createWorld({ seed: 1, faults: [], isTraced: false });
  world.callers.knockers.push({ fault, said: 0 });
  world.clock.advance(HOUR + 100);
  knock(world);
  const soon = world.callers.log.lines.length;
  world.clock.advance(DAY);
  knock(world);
  return { world, soon };
}

describe("knock", () => {
  it("says all lines of a stranger, as evenly over his time as he comes, and then no more of him", async () => {
    const { world, soon } = await knocked(knocking());
    expect([soon, world.callers.log.lines.length, world.callers.knockers]).toEqual([10, 60, []]);
  });

  it("spells one address in two ways, of which the product reads one caller, and nothing else that he sent", async () => {
    const { world } = await knocked(knocking());
    expect(new Set(world.callers.log.lines.map(({ message }) => message.includes("::ffff:")))).toEqual(
      new Set([true, false]),
    );
    const read = readAll(world);
    expect(new Set(read.map((one) => (typeof one === "object" ? one.source : one)))).toEqual(
      new Set(world.callers.log.lines.map(({ source }) => source)),
    );
    expect(JSON.stringify(world.callers.log.lines)).toContain(CALLERS_TEXT);
    expect(JSON.stringify(read)).not.toContain(CALLERS_TEXT);
  });

  it("cuts lines off so that nobody can read them", async () => {
    const { world } = await knocked(knocking({ from: "cut-off", lines: 3 }));
    expect(readAll(world)).toEqual(["unreadable", "unreadable", "unreadable"]);
  });
});

describe("sayOfPod", { timeout: 60_000 }, () => {
  it("says of a pod why it is refused, no oftener than each minute, and when it is let in", async () => {
    const world = await worldAtRest();
    const { log } = world.callers;
    expect(log.lines.length).toBeGreaterThan(0);
    expect(log.lines.every(({ reason, who }) => reason === null && who === "own")).toBe(true);
    const before = log.lines.length;
    world.clock.advance(8 * DAY);
    for (let tick = 0; tick < 12; tick += 1) {
      goOnWorking(world, 10);
      world.clock.advance(10);
    }
    const said = log.lines.slice(before);
    expect(new Set(said.map(({ reason }) => reason))).toEqual(new Set(["expired"]));
    const perSecond = said.filter(({ source, stream }) => source === said[0]?.source && stream === "relay-0");
    const gaps = perSecond.slice(1).map(({ at }, index) => at - (perSecond[index]?.at ?? 0));
    expect(gaps.every((gap) => gap >= 60)).toBe(true);
  });
});

describe("a life", { timeout: 120_000 }, () => {
  it.each([
    ["a flood", knocking(), "auth-failure:no-certificate:203-0-113-"],
    ["a scan", knocking({ sources: 40, lines: 80 }), "auth-scan"],
    ["bunny's network", knocking({ from: "near", lines: 2 }), "auth-callers"],
    ["lines that are cut off", knocking({ from: "cut-off" }), "auth-unread"],
  ])("tells of %s once, and that it is over", async (_what, fault, key) => {
    const faults: Fault[] = [
      fault,
      { kind: "log-deliveries", at: START, seconds: DAY, lateSecondsMax: 60, twice: 1, cut: 0.5 },
    ];
    const lived = await live({ seed: 1, days: 1, faults, isTraced: true });
    expect(lived.broken).toBeNull();
    const told = lived.lines.flatMap(
      (line) => / incidents\.write (open|close) (auth-\S+) /.exec(line)?.slice(1) ?? [],
    );
    expect(told).toEqual(["open", expect.stringContaining(key), "close", expect.stringContaining(key)]);
  });

  it("tells of bunny's own with the cause that it has", async () => {
    const stuck: Fault = { kind: "workload", at: START + HOUR, seconds: 8 * DAY, act: "pod-late", which: 0 };
    const lived = await live({ seed: 1, days: 9, faults: [stuck], isTraced: true });
    expect(lived.broken).toBeNull();
    expect(lived.lines.some((line) => /incidents\.write open auth-own:bunny/.test(line))).toBe(true);
  });
});

describe("drawKnocks", () => {
  it("draws the same for the same seed, and each kind of caller in some life", () => {
    const drawn = (seed: number) => drawKnocks(drawFrom(seed).fork("knocks"), { start: START, days: 30 });
    expect(drawn(7)).toEqual(drawn(7));
    const all = Array.from({ length: 40 }, (_, seed) => drawn(seed)).flat();
    const callers = all.flatMap((fault) => (fault.kind === "knocking" ? [fault.from] : []));
    expect(new Set(callers)).toEqual(new Set(["elsewhere", "near", "cut-off"]));
    expect(all.some(({ kind }) => kind === "workload")).toBe(true);
    for (const { at } of all) expect(at).toBeGreaterThanOrEqual(START);
  });
});
