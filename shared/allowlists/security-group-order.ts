/**
 * The order in which a security group is changed: openings first, and in a group that is full a closing only as far
 * as an opening needs its slot. Two things must stay true. No closing comes before the openings that take over its
 * flows. And each step follows from what is open by then, however it came about: a run that begins to look between two
 * steps of another one goes on as that one does, and closes nothing that it turns into something else.
 */
import { compareText } from "../runtime/compare-text.ts";
import { FlowSet } from "./flow-set.ts";
import type { Flow } from "./flows.ts";
import type { Rule } from "./schema.ts";
import type { Closing, Difference, Opening, Own } from "./security-group-difference.ts";

export type Step =
  | { readonly kind: "open"; readonly opening: Opening }
  | {
      readonly kind: "rewrite";
      readonly opening: Opening;
      readonly closing: Closing;
      readonly waitsFor: readonly string[];
    }
  /** `waitsFor`: the keys of the openings before it without which it would close what must be open. */
  | { readonly kind: "close"; readonly closing: Closing; readonly waitsFor: readonly string[] };

export interface Ordered {
  readonly steps: readonly Step[];
  readonly notOpened: readonly Opening[];
  readonly notClosed: readonly Closing[];
}

/** How many slots a rule takes of each count: a direction and an address family have their own. */
export function slotsOf(
  { direction, peer }: Rule,
  prefixListSizes: ReadonlyMap<string, number>,
): readonly { readonly count: string; readonly slots: number }[] {
  if (peer.kind === "cidr") {
    return [{ count: `${direction} ${peer.cidr.includes(":") ? "ipv6" : "ipv4"}`, slots: 1 }];
  }
  // A reference counts for both families, one to a prefix list with the most entries it may have:
  // https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
  const slots = peer.kind === "prefix-list" ? (prefixListSizes.get(peer.id) ?? 1) : 1;
  return ["ipv4", "ipv6"].map((family) => ({ count: `${direction} ${family}`, slots }));
}

interface Slots {
  readonly max: number;
  /** Every rule of the group, whoever's it is. */
  readonly rules: readonly Rule[];
  readonly prefixListSizes: ReadonlyMap<string, number>;
}

export function orderOf({ opens, closes }: Difference, slots: Slots): Ordered {
  const state: State = {
    room: roomOf(slots),
    openings: new FlowSet(opens.map(({ flow }) => flow)),
    keys: new Map(opens.map(({ flow, key }) => [flow, key])),
    waiting: new Set([...opens].sort(byKeyText)),
    closed: new Set(opens.map(({ flow }) => flow)),
    left: new Set([...closes].sort(byUrgency)),
  };
  const steps: Step[] = [];
  while (state.waiting.size > 0) {
    const step = nextOpening(state) ?? nextRoom(state);
    if (step === null) break;
    carryOut(step, state);
    steps.push(step);
  }
  for (const closing of state.left) {
    if (!isFree(closing, state)) continue;
    steps.push({ kind: "close", closing, waitsFor: takersOf(closing, state) });
    state.left.delete(closing);
  }
  return { steps, notOpened: [...state.waiting], notClosed: [...state.left] };
}

interface State {
  readonly room: Room;
  /** Of all openings, and their keys. */
  readonly openings: FlowSet;
  readonly keys: ReadonlyMap<Flow, string>;
  readonly waiting: Set<Opening>;
  /** The flows of those that wait. */
  readonly closed: Set<Flow>;
  readonly left: Set<Closing>;
}

function carryOut(step: Step, { room, waiting, closed, left }: State): void {
  if (step.kind !== "open") left.delete(step.closing);
  if (step.kind === "close") {
    room.free(step.closing.rule);
  } else {
    if (step.kind === "open") room.take(step.opening.rule);
    waiting.delete(step.opening);
    closed.delete(step.opening.flow);
  }
}

/** True when all that it carries is open by others. `closed`: the openings that do not count. */
const isFree = (
  { carries }: Closing,
  { openings, closed }: { readonly openings: FlowSet; readonly closed: ReadonlySet<Flow> },
): boolean => carries.every((piece) => openings.covers(piece, closed));

/** The keys of those openings without which it would not be free. */
function takersOf(closing: Closing, { openings, closed, keys }: State): string[] {
  const { carries } = closing;
  if (carries.length === 0) return [];
  const takers = new Set(carries.flatMap((piece) => openings.overlapping(piece)));
  const needless = new Set(closed);
  const needed: string[] = [];
  for (const flow of takers) {
    if (closed.has(flow)) continue;
    needless.add(flow);
    if (isFree(closing, { openings, closed: needless })) continue;
    needless.delete(flow);
    needed.push(keys.get(flow) ?? "");
  }
  return needed.sort(compareText);
}

function nextOpening({ room, waiting }: State): Step | null {
  for (const opening of waiting) if (room.fits(opening.rule)) return { kind: "open", opening };
  return null;
}

/**
 * One step that brings an opening nearer: a closing of the same count that nothing depends on, or a rule that turns
 * into the only one which it waits for. Null when there is none: whatever is closed would close a wanted flow.
 */
function nextRoom(state: State): Step | null {
  const { room, waiting, left } = state;
  const opens = [...waiting];
  for (const closing of left) {
    if (!isFree(closing, state)) continue;
    if (opens.some(({ rule }) => room.helps(closing.rule, rule))) {
      return { kind: "close", closing, waitsFor: takersOf(closing, state) };
    }
  }
  for (const closing of left) {
    const opening = soleTakerOf(closing, state);
    if (opening === null) continue;
    const waitsFor = takersOf(closing, after(opening, state)).filter((key) => key !== opening.key);
    return { kind: "rewrite", opening, closing, waitsFor };
  }
  return null;
}

/** The one opening that takes over all that a closing still carries; null when it takes more than one, or none. */
function soleTakerOf(closing: Closing, state: State): Opening | null {
  const { openings, waiting, closed } = state;
  const carried = closing.carries.find((piece) => !openings.covers(piece, closed));
  if (carried === undefined) return null;
  const near = new Set(openings.overlapping(carried));
  const takes = (one: Opening) => near.has(one.flow) && isFree(closing, after(one, state));
  return [...waiting].find(takes) ?? null;
}

const after = ({ flow }: Opening, state: State): State => {
  const closed = new Set(state.closed);
  closed.delete(flow);
  return { ...state, closed };
};

interface Room {
  readonly fits: (rule: Rule) => boolean;
  /** Whether closing the one frees slots that the other lacks. */
  readonly helps: (closed: Rule, opened: Rule) => boolean;
  readonly take: (rule: Rule) => void;
  readonly free: (rule: Rule) => void;
}

/** A group that has more rules than its quota is said to be has a larger quota; then it is full. */
function roomOf({ max, rules, prefixListSizes }: Slots): Room {
  const used = new Map<string, number>();
  const add = (rule: Rule, sign: 1 | -1): void => {
    for (const { count, slots } of slotsOf(rule, prefixListSizes)) {
      used.set(count, (used.get(count) ?? 0) + sign * slots);
    }
  };
  for (const rule of rules) add(rule, 1);
  const most = new Map([...used].map(([count, slots]) => [count, Math.max(max, slots)]));
  const lacking = (rule: Rule): string[] =>
    slotsOf(rule, prefixListSizes)
      .filter(({ count, slots }) => (used.get(count) ?? 0) + slots > (most.get(count) ?? max))
      .map(({ count }) => count);
  return {
    fits: (rule) => lacking(rule).length === 0,
    helps: (closed, opened) => {
      const lacks = lacking(opened);
      return slotsOf(closed, prefixListSizes).some(({ count }) => lacks.includes(count));
    },
    take: (rule) => add(rule, 1),
    free: (rule) => add(rule, -1),
  };
}

const byKeyText = (one: Opening, other: Opening): number => compareText(one.key, other.key);
/** What is open and should not be first. */
const byUrgency = (one: Closing, other: Closing): number =>
  Number(one.redundant) - Number(other.redundant) || byOwn(one, other);
const byOwn = (one: Own, other: Own): number =>
  compareText(one.key, other.key) || compareText(one.id, other.id);
