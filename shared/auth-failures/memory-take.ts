/**
 * Takes one delivery of log lines into the memory. Pure. The same counts follow in whatever order deliveries come, and
 * however often one comes again, as long as no slot has more lines than are remembered (`isCut`). Beyond that, lines
 * are counted at least once: a delivery that comes again as it was is still known, one that is cut anew is not.
 */
import type { LinkAuthFailures } from "../link/auth-failures.ts";
import type { Instant } from "../runtime/instant.ts";
import { isCaller, type Known, ownerOf, tunnelOf } from "./known.ts";
import { type AuthMemory, type Failure, MEMORY_MAX } from "./memory.ts";
import { addCounts, countBySlot, heldAfter, type SlotLines } from "./memory-count.ts";
import { latestMarks, markOf, markOfAll, splitMarks } from "./memory-marks.ts";
import { withAccepted, withFailure, withoutOver } from "./memory-parties.ts";
import { fitLines } from "./memory-size.ts";
import type { AuthEvent } from "./schema.ts";
import { reached, reachOf, slotOf } from "./windows.ts";

export interface TakenLine {
  /** CloudWatch's id of it, the same whenever the line is delivered. */
  readonly id: string;
  readonly at: Instant;
  /** Null: no reader understands it. */
  readonly event: AuthEvent | null;
}

export interface Delivery {
  readonly lines: readonly TakenLine[];
  readonly known: Known;
  readonly limits: Sliding;
  readonly now: Instant;
}
type Sliding = Pick<LinkAuthFailures, "windowSeconds" | "lateSeconds" | "quietSeconds">;

export function takeDelivery(before: AuthMemory, delivery: Delivery): AuthMemory {
  const { limits, now } = delivery;
  const memory = slide(before, limits, now);
  const mark = markOfAll(delivery.lines.map(({ id }) => id));
  if (delivery.lines.length === 0 || splitMarks(memory.batches).includes(mark)) return memory;
  const { slotLines, ...parties } = sort(memory, delivery);
  const counts = countBySlot(memory.slots, slotLines, reachOf(limits), now);
  return {
    ...memory,
    ...parties,
    slots: fitLines([...counts].reduce(addCounts, memory.slots)),
    batches: latestMarks(memory.batches + mark, MEMORY_MAX.batches),
    ...heldAfter(memory, [...counts.values()], now),
  };
}

/** As everything is now, also where nothing came. With another window all is counted anew. */
export function slide(memory: AuthMemory, limits: Sliding, now: Instant): AuthMemory {
  const reach = reachOf(limits);
  const isSame = memory.slotSeconds === reach.slotSeconds;
  const standing = (parties: AuthMemory["own"]) => withoutOver(parties, limits.quietSeconds, now);
  return {
    ...memory,
    slotSeconds: reach.slotSeconds,
    slots: isSame ? reached(memory.slots, now, reach) : [],
    own: standing(memory.own),
    tunnels: standing(memory.tunnels),
    callers: standing(memory.callers),
  };
}

const timeOf = ({ event, at }: TakenLine): Instant => event?.at ?? at;

/** Is it handed over too late to be counted where it belongs? Who is accepted is never too late. */
export const isLate = (line: TakenLine, limits: Sliding, now: Instant): boolean =>
  line.event?.outcome !== "accepted" && slotOf(timeOf(line), now, reachOf(limits)) === null;

type Parties = AuthMemory["own"];
type PartyKind = "own" | "tunnels" | "callers";
interface Party {
  readonly of: PartyKind;
  readonly name: string;
  readonly certainty: Parties[number]["failures"][number]["certainty"];
}

/** All who call from where bunnies call from, and name nobody. */
const NAMELESS: Party = { of: "callers", name: "callers", certainty: "likely" };

/** Our own callers and tunnels, and the lines of everybody else. */
function sort({ own, tunnels, callers, slots }: AuthMemory, { lines, known, limits, now }: Delivery) {
  const parties: Record<PartyKind, Parties> = { own, tunnels, callers };
  const slotLines: Record<keyof SlotLines, TakenLine[]> = { counted: [], late: [], named: [] };
  const marks = new Set(slots.flatMap((slot) => splitMarks(slot.lines)));
  for (const line of lines) {
    const { event } = line;
    const party = event === null ? null : partyOf(event, known);
    if (event === null || party === null) {
      if (event?.outcome === "accepted") continue;
      (isLate(line, limits, now) ? slotLines.late : slotLines.counted).push(line);
    } else if (event.outcome === "accepted") {
      parties[party.of] = withAccepted(parties[party.of], party.name, Math.min(event.at, now));
    } else if (now - event.at >= limits.quietSeconds) {
      // It would be over before it was told: then at least that it came too late is.
      slotLines.late.push({ ...line, event: null });
    } else if (!marks.has(markOf(line.id))) {
      // A party has its latest failures alone: that one was counted is remembered where it happened, as for strangers.
      marks.add(markOf(line.id));
      slotLines.named.push(line);
      parties[party.of] = withFailure(parties[party.of], party.name, failureOf(party, line.id, event, now));
    }
  }
  return { ...parties, slotLines: slotLines satisfies SlotLines };
}

function partyOf(event: AuthEvent, known: Known): Party | null {
  const tunnel = tunnelOf(event, known);
  if (tunnel !== null) return { of: "tunnels", name: tunnel, certainty: "proven" };
  const owner = ownerOf(event, known);
  if (owner !== null) return { of: "own", name: owner.identity, certainty: owner.certainty };
  const isNameless = event.outcome === "refused" && event.source !== null && isCaller(event.source, known);
  return isNameless ? NAMELESS : null;
}

function failureOf(
  { certainty }: Party,
  id: string,
  { at, class: failure, source, serial, apiKeyId }: AuthEvent,
  now: Instant,
): Failure {
  return {
    mark: markOf(id),
    // A clock that is ahead must not keep a failure standing.
    at: Math.min(at, now),
    class: failure ?? "unknown",
    certainty,
    source,
    serial,
    apiKeyId,
  };
}
