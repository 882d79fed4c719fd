/**
 * Flows of many rules, found by the addresses they may share: a plan for a thousand rules compares few pairs of them.
 * It relies on what is true of networks, and so of whatever a rule lets pass: of two that overlap, one has the other.
 */
import { type Flow, holds, meets, without } from "./flows.ts";

interface Entry {
  readonly flow: Flow;
  /** The place of the smallest one before it that has all its addresses; -1 when there is none. */
  readonly around: number;
}

const NONE: ReadonlySet<Flow> = new Set();

export class FlowSet {
  /** Of each space, by their first addresses, the larger of two that begin alike before the smaller. */
  readonly #spaces: ReadonlyMap<string, readonly Entry[]>;

  constructor(flows: Iterable<Flow> = []) {
    this.#spaces = new Map(
      [...Map.groupBy(flows, ({ space }) => space)].map(([space, of]) => [space, nest(of)]),
    );
  }

  overlapping(flow: Flow): Flow[] {
    return this.#sharingAddresses(flow).filter((other) => meets(other, flow));
  }

  overlaps(flow: Flow): boolean {
    return this.#sharingAddresses(flow).some((other) => meets(other, flow));
  }

  /** True when the flows together, without the very ones of `except`, have all of this one. */
  covers(flow: Flow, except: ReadonlySet<Flow> = NONE): boolean {
    const near = this.#sharingAddresses(flow).filter((other) => !except.has(other));
    // One that has it all is the common case, and spares cutting it into pieces.
    return near.some((other) => holds(other, flow)) || without(flow, near).length === 0;
  }

  /** What of the flow none of the set has. */
  missing(flow: Flow): Flow[] {
    return without(flow, this.#sharingAddresses(flow));
  }

  #sharingAddresses({ space, addresses: { first, end } }: Flow): Flow[] {
    const entries = this.#spaces.get(space) ?? [];
    const found: Flow[] = [];
    const after = placeOf(entries, (flow) => flow.addresses.first > first);
    for (let at = after - 1; at >= 0; at = entries[at]?.around ?? -1) {
      const flow = entries[at]?.flow;
      if (flow !== undefined && flow.addresses.end > first) found.push(flow);
    }
    for (let at = after; at < entries.length; at += 1) {
      const flow = entries[at]?.flow;
      if (flow === undefined || flow.addresses.first >= end) break;
      found.push(flow);
    }
    return found;
  }
}

function nest(flows: readonly Flow[]): Entry[] {
  const sorted = [...flows].sort(byAddresses);
  const entries: Entry[] = [];
  let around = -1;
  for (const [at, flow] of sorted.entries()) {
    while (around >= 0 && !reaches(entries[around], flow)) around = entries[around]?.around ?? -1;
    entries.push({ flow, around });
    around = at;
  }
  return entries;
}

const reaches = (entry: Entry | undefined, flow: Flow): boolean =>
  entry !== undefined && entry.flow.addresses.end >= flow.addresses.end;

function byAddresses({ addresses: one }: Flow, { addresses: other }: Flow): number {
  if (one.first !== other.first) return one.first < other.first ? -1 : 1;
  return one.end === other.end ? 0 : one.end > other.end ? -1 : 1;
}

/** The first place from which on the condition holds: a binary search. */
function placeOf(entries: readonly Entry[], holdsFrom: (flow: Flow) => boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry === undefined || holdsFrom(entry.flow)) high = middle;
    else low = middle + 1;
  }
  return low;
}
