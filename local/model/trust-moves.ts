/** Everything that can happen next in a state of the trust's model: ours, the workloads', the operators', and time. */
import {
  type Ca,
  CLOSED,
  type Holder,
  type Loaded,
  MISSED,
  type Replica,
  SETTLED,
  type Shelf,
  SLOW_MAX,
  type Slow,
  type Stage,
  type TrustState,
} from "./trust-state.ts";
import { type Blind, type Company, HOLDERS, isRestorable, PINS, viewOf } from "./trust-view.ts";

export interface Move {
  readonly name: string;
  readonly to: TrustState;
}

export interface Scenario extends Company {
  /** Where each deployment may lead. */
  readonly deployments: ReadonlyMap<Stage, readonly Stage[]>;
  /** CAs that may break and come back. */
  readonly breaking: readonly Ca[];
  readonly blind: readonly Blind[];
  /** Over what one run may take long once it has decided. */
  readonly slow: readonly Slow["kind"][];
}

export function movesOf(state: TrustState, scenario: Scenario): Move[] {
  return [
    ...ourMoves(state, scenario),
    ...slowMoves(state),
    ...state.worst.flatMap((holder) => replicaMoves(state, holder)),
    ...operatorMoves(state, scenario),
    ...timeMoves(state),
  ];
}

/** Each alone: a run that dies stops between any two of them, and an outage is one that does not come. */
function ourMoves(state: TrustState, scenario: Scenario): Move[] {
  const possible = scenario.blind.filter((blind) => isRestorable(state, blind));
  const moves = possible.flatMap((blind) => {
    const view = viewOf(state, scenario, blind);
    const { publishes } = view;
    const issues = HOLDERS.flatMap((holder) => {
      const ca = view.issuerFor(holder);
      return ca === null ? [] : issueMoves(state, scenario, holder, ca);
    });
    if (publishes === null) return issues;
    const name = `publish ${textOf(publishes)}`;
    const slow = { kind: "publish" as const, replaces: state.head.number, shelf: publishes, age: 0 };
    return [
      ...issues,
      { name, to: { ...state, head: { ...publishes, before: loadedOf(state.head) } } },
      ...(scenario.slow.includes("publish") && state.slow === null
        ? [{ name: `decide to ${name}`, to: { ...state, slow } }]
        : []),
    ];
  });
  return [...moves, ...copyMove(state)];
}

function copyMove(state: TrustState): Move[] {
  const { brain, hand, head, copy } = state;
  if (hand !== brain || copy.number >= head.number) return [];
  return [{ name: "copy", to: { ...state, copy: { ...head, age: 0, before: loadedOf(copy) } } }];
}

function issueMoves(state: TrustState, scenario: Scenario, holder: Holder, ca: Ca): Move[] {
  const stage = state.brain;
  const slow = { kind: "issue" as const, holder, ca, stage, age: 0 };
  return [
    ...issued(state, holder, ca, stage),
    ...(scenario.slow.includes("issue") && state.slow === null
      ? [{ name: `decide to issue ${holder} from ${ca}`, to: { ...state, slow } }]
      : []),
  ];
}

/** Merged, or lost before that: then its intent is known, and no more. */
function issued(state: TrustState, holder: Holder, ca: Ca, stage: Stage): Move[] {
  const { live } = state.leaves[holder];
  const grown = live.includes(ca) ? live : [...live, ca].sort();
  const withLeaves = (current: Ca): TrustState => ({
    ...state,
    leaves: { ...state.leaves, [holder]: { current, live: grown } },
  });
  // bunny's hand merges nothing for another link, and nothing from a CA that it was not deployed with.
  const merges = holder === "relay" || (state.hand === stage && PINS[state.hand].includes(ca));
  return [
    { name: `issue ${holder} from ${ca} and die`, to: withLeaves(state.leaves[holder].current) },
    ...(merges ? [{ name: `issue ${holder} from ${ca}`, to: withLeaves(ca) }] : []),
  ];
}

function slowMoves(state: TrustState): Move[] {
  const { slow } = state;
  if (slow === null) return [];
  const rest = { ...state, slow: null };
  const over = { name: "the slow run dies", to: rest };
  if (slow.kind === "issue")
    return [
      over,
      ...issued(rest, slow.holder, slow.ca, slow.stage).map(({ name, to }) => ({
        name: `late: ${name}`,
        to,
      })),
    ];
  // A store takes it only in the place of the bundle that it was decided by.
  if (slow.replaces !== state.head.number) return [over];
  const late: Shelf = { ...slow.shelf, age: 0, before: loadedOf(state.head) };
  return [over, { name: "late: publish", to: { ...rest, head: late } }];
}

const loadedOf = ({ number, cas }: Shelf): Loaded => ({ number, cas });

function replicaMoves(state: TrustState, holder: Holder): Move[] {
  const replica = state.replicas[holder];
  const shelf = holder === "relay" ? state.head : state.copy;
  const { current } = state.leaves[holder];
  const become = (name: string, changes: Partial<Replica>): Move => ({
    name: `${holder} ${name}`,
    to: { ...state, replicas: { ...state.replicas, [holder]: { ...replica, ...changes } } },
  });
  const read = loadedOf(shelf);
  const stale = shelf.age === 0 && shelf.before !== null ? [shelf.before] : [];
  const { runs } = replica;
  if (runs === null)
    // It reads before it serves, and a store may be a moment behind.
    return [read, ...stale].map((found) =>
      become(`starts with ${found.number}`, { runs: found, leaf: current, unheard: 0, said: null }),
    );
  return [
    become("is gone", { runs: null, leaf: "A", unheard: 0 }),
    become("speaks", { said: { number: runs.number, age: 0 }, unheard: 0 }),
    become("loads its leaf", { leaf: current }),
    ...[read, ...stale]
      .filter(({ number }) => number > runs.number)
      .map((found) => become(`loads ${found.number}`, { runs: found })),
  ];
}

function operatorMoves(state: TrustState, { deployments, breaking }: Scenario): Move[] {
  const { brain, hand, broken } = state;
  return [
    ...(deployments.get(brain) ?? []).map((stage) => ({
      name: `deploy ${stage} in AWS`,
      to: { ...state, brain: stage },
    })),
    ...(hand === brain ? [] : [{ name: `deploy ${brain} in Azure`, to: { ...state, hand: brain } }]),
    ...breaking.map((ca) => ({
      name: `${ca} breaks or comes back`,
      to: {
        ...state,
        broken: broken.includes(ca) ? broken.filter((one) => one !== ca) : [...broken, ca].sort(),
      },
    })),
  ];
}

function timeMoves(state: TrustState): Move[] {
  const ends = HOLDERS.flatMap((holder) => {
    const { current, live } = state.leaves[holder];
    return live
      .filter((ca) => ca !== current)
      .map((ended) => ({
        name: `${holder}'s leaves from ${ended} end`,
        to: {
          ...state,
          leaves: { ...state.leaves, [holder]: { current, live: live.filter((ca) => ca !== ended) } },
        },
      }));
  });
  return [...ends, ...tick(state)];
}

/** Nobody who serves is silent for longer than is waited for, or starts without a word; no run outlives its time. */
function tick(state: TrustState): Move[] {
  const { slow, replicas, head, copy } = state;
  if (slow !== null && slow.age >= SLOW_MAX) return [];
  if (HOLDERS.some((holder) => isTooSilent(replicas[holder]))) return [];
  const to: TrustState = {
    ...state,
    head: aged(head),
    copy: aged(copy),
    replicas: { relay: agedReplica(replicas.relay), bunny: agedReplica(replicas.bunny) },
    slow: slow === null ? null : agedSlow(slow),
  };
  return [{ name: "time passes", to }];
}

function isTooSilent({ runs, said, unheard }: Replica): boolean {
  if (runs === null) return false;
  return said === null ? unheard >= 1 : said.age >= MISSED;
}

function agedReplica(replica: Replica): Replica {
  const { runs, said, unheard } = replica;
  const older = said === null ? null : { ...said, age: said.age + 1 };
  return {
    ...replica,
    said: older !== null && older.age > MISSED ? null : older,
    unheard: runs !== null && said === null ? unheard + 1 : 0,
  };
}

function aged(shelf: Shelf): Shelf {
  const closed = Object.entries(shelf.closed).map(([ca, age]) => [ca, Math.min(CLOSED, age + 1)]);
  return {
    ...shelf,
    closed: Object.fromEntries(closed),
    age: Math.min(SETTLED, shelf.age + 1),
    before: null,
  };
}

const agedSlow = (slow: NonNullable<TrustState["slow"]>): TrustState["slow"] =>
  slow.kind === "publish"
    ? { ...slow, shelf: aged(slow.shelf), age: slow.age + 1 }
    : { ...slow, age: slow.age + 1 };

const textOf = ({ cas, closed }: Shelf): string =>
  cas.map((ca) => (closed[ca] === undefined ? ca : `(${ca})`)).join("");
