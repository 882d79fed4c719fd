/**
 * Counts the lines of strangers, and those that nobody understands, each once and by the slot in which it happened. What
 * comes too late for that is counted as late, where it is heard of; what is told of already goes on with it all the same,
 * or a flood that delays its own lines would seem to be over. Pure.
 */
import type { Instant } from "../runtime/instant.ts";
import type { AuthMemory, AuthSlot, LineCount } from "./memory.ts";
import { markOf, splitMarks } from "./memory-marks.ts";
import type { TakenLine } from "./memory-take.ts";
import { addToCells, type Caller, type Counted, callerKey, NO_SOURCE } from "./sources.ts";
import { addSources, NO_SOURCES } from "./sources-distinct.ts";
import { changeSlot, type Reach, type SlotIndex, slotAt, slotOf } from "./windows.ts";

export interface SlotLines {
  readonly counted: readonly TakenLine[];
  /** Too late to be counted where they happened. */
  readonly late: readonly TakenLine[];
  /** No strangers': they count by name, and here it is remembered that they have. */
  readonly named: readonly TakenLine[];
}

type Tally = Map<string, { caller: Caller; times: number; lastAt: Instant }>;

interface Counts {
  readonly marks: string[];
  readonly callers: Tally;
  readonly lateCallers: Tally;
  unread: number;
  unreadAt: Instant;
  late: number;
}

/** Lines that were not counted before, each once. */
export function countBySlot(
  slots: readonly AuthSlot[],
  { counted, late, named }: SlotLines,
  reach: Reach,
  now: Instant,
): Map<SlotIndex, Counts> {
  // In all slots: of a clock that is ahead, the same line may count in another one when it comes again.
  const seen = new Set(slots.flatMap((slot) => splitMarks(slot.lines)));
  const bySlot = new Map<SlotIndex, Counts>();
  const placeOf = (line: TakenLine, slot: SlotIndex): Counts | null => {
    const mark = markOf(line.id);
    if (seen.has(mark)) return null;
    seen.add(mark);
    const counts = bySlot.get(slot) ?? noCounts();
    bySlot.set(slot, counts);
    counts.marks.push(mark);
    return counts;
  };
  const present = slotAt(now, reach);
  for (const line of counted) {
    const counts = placeOf(line, slotOf(line.event?.at ?? line.at, now, reach) ?? present);
    if (counts !== null) countLine(counts, line, now);
  }
  for (const line of named) placeOf(line, slotOf(line.event?.at ?? line.at, now, reach) ?? present);
  for (const line of late) {
    const counts = placeOf(line, present);
    if (counts !== null) countLate(counts, line, now);
  }
  return bySlot;
}

const noCounts = (): Counts => ({
  marks: [],
  callers: new Map(),
  lateCallers: new Map(),
  unread: 0,
  unreadAt: 0,
  late: 0,
});

function countLine(counts: Counts, line: TakenLine, now: Instant): void {
  if (line.event !== null) {
    addCaller(counts.callers, line.event, now);
    return;
  }
  counts.unread += 1;
  counts.unreadAt = Math.max(counts.unreadAt, Math.min(line.at, now));
}

function countLate(counts: Counts, { event }: TakenLine, now: Instant): void {
  counts.late += 1;
  if (event !== null) addCaller(counts.lateCallers, event, now);
}

function addCaller(tally: Tally, event: NonNullable<TakenLine["event"]>, now: Instant): void {
  const caller: Caller = { source: event.source ?? NO_SOURCE, class: event.class ?? "unknown" };
  const key = callerKey(caller);
  const { times, lastAt } = tally.get(key) ?? { times: 0, lastAt: 0 };
  tally.set(key, { caller, times: times + 1, lastAt: Math.max(lastAt, Math.min(event.at, now)) });
}

const emptySlot = (slot: SlotIndex): AuthSlot => ({
  slot,
  refused: 0,
  cells: [],
  sketch: NO_SOURCES,
  unread: 0,
  late: 0,
  lines: "",
  isCut: false,
});

export function addCounts(
  slots: AuthSlot[],
  [index, { marks, callers, unread, late }]: [SlotIndex, Counts],
): AuthSlot[] {
  const counted = [...callers.values()].map(({ caller, times }): Counted => ({ ...caller, times }));
  const sources = new Set(counted.map(({ source }) => source).filter((source) => source !== NO_SOURCE));
  return changeSlot(slots, index, emptySlot, (slot) => ({
    ...slot,
    refused: slot.refused + counted.reduce((sum, { times }) => sum + times, 0),
    cells: addToCells(slot.cells, counted),
    sketch: addSources(slot.sketch, sources),
    unread: slot.unread + unread,
    late: slot.late + late,
    lines: slot.lines + marks.join(""),
  }));
}

type Held = Pick<AuthMemory, "floods" | "scan" | "unread" | "late">;

/** What is told of already goes on counting beyond the window. */
export function heldAfter(
  { floods, scan, unread, late }: Held,
  counts: readonly Counts[],
  now: Instant,
): Held {
  const tallies = counts.flatMap(({ callers, lateCallers }) => [callers, lateCallers]);
  const sum = (of: (one: Counts) => number) => counts.reduce((total, one) => total + of(one), 0);
  const refused = tallies
    .flatMap((tally) => [...tally.values()])
    .reduce((total, { times }) => total + times, 0);
  const unreadAt = Math.max(0, ...counts.map((one) => one.unreadAt));
  const lateNow = sum((one) => one.late);
  return {
    floods: floods.map((flood) => {
      const same = tallies.flatMap((tally) => tally.get(callerKey(flood)) ?? []);
      const total = same.reduce((before, { times }) => before + times, flood.total);
      return { ...flood, total, lastAt: Math.max(flood.lastAt, ...same.map(({ lastAt }) => lastAt)) };
    }),
    scan: scan === null ? null : { ...scan, total: scan.total + refused },
    unread: longer(
      unread,
      sum((one) => one.unread),
      unreadAt,
    ),
    late: longer(late, lateNow, lateNow === 0 ? 0 : now),
  };
}

const longer = (held: LineCount | null, more: number, at: Instant): LineCount | null =>
  held === null ? null : { ...held, total: held.total + more, lastAt: Math.max(held.lastAt, at) };
