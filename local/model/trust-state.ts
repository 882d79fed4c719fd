/**
 * A small world in which a CA gives way to another: two stores, a replica of relay's and one of bunny's that do their
 * worst, the certificates of both, the deployments of both halves, and one run that is slow. Whoever else is there
 * behaves, which lets the plan go on soonest.
 *
 * Of time and numbers a state has only what a plan can tell apart: ages in ticks, up to the longest that counts, and
 * the order of the bundles' numbers. So there are finitely many states.
 */

/** The outgoing CA, the next one, and the one in reserve. */
export type Ca = "A" | "B" | "F";
/** What a half was deployed with. */
export type Stage = "A" | "A+B" | "B" | "A,F";
export type Holder = "relay" | "bunny";

/** As somebody has loaded it. */
export interface Loaded {
  readonly number: number;
  readonly cas: readonly Ca[];
}

export interface Shelf extends Loaded {
  readonly since: Readonly<Partial<Record<Ca, number>>>;
  /** Since how many ticks a CA is closed. */
  readonly closed: Readonly<Partial<Record<Ca, number>>>;
  /** Since its last publication. */
  readonly age: number;
  /** What a stale read still finds. */
  readonly before: Loaded | null;
}

export interface Said {
  readonly number: number;
  readonly age: number;
}

export interface Replica {
  /** Null while it is down. */
  readonly runs: Loaded | null;
  /** Whose leaf it presents. */
  readonly leaf: Ca;
  readonly said: Said | null;
  /** Since when it has started without a word. */
  readonly unheard: number;
}

export interface Leaves {
  readonly current: Ca;
  /** CAs with a leaf that has not ended, the current one's among them. */
  readonly live: readonly Ca[];
}

/** What a run has decided, and not carried out yet. */
export type Slow =
  | { readonly kind: "publish"; readonly replaces: number; readonly shelf: Shelf; readonly age: number }
  | {
      readonly kind: "issue";
      readonly holder: Holder;
      readonly ca: Ca;
      readonly stage: Stage;
      readonly age: number;
    };

export interface TrustState {
  /** The sides with a replica that does its worst. */
  readonly worst: readonly Holder[];
  readonly brain: Stage;
  readonly hand: Stage;
  readonly head: Shelf;
  readonly copy: Shelf;
  readonly replicas: Readonly<Record<Holder, Replica>>;
  readonly leaves: Readonly<Record<Holder, Leaves>>;
  readonly slow: Slow | null;
  /** CAs that do not sign. */
  readonly broken: readonly Ca[];
}

/** The ages at which nothing more changes. */
export const SETTLED = 2;
export const CLOSED = 2;
export const HEARD = 1;
/** A word that is older is forgotten. */
export const MISSED = 2;
/** A slower run has been cut off. */
export const SLOW_MAX = 1;

export function firstState(stage: Stage, worst: readonly Holder[]): TrustState {
  const cas: readonly Ca[] = ["A"];
  const since = Object.fromEntries(cas.map((ca) => [ca, 1]));
  const shelf: Shelf = { number: 1, cas, since, closed: {}, age: SETTLED, before: null };
  const absent: Replica = { runs: null, leaf: "A", said: null, unheard: 0 };
  const replica: Replica = { ...absent, runs: { number: 1, cas }, said: { number: 1, age: 0 } };
  const leaves: Leaves = { current: "A", live: ["A"] };
  return {
    worst,
    brain: stage,
    hand: stage,
    head: shelf,
    copy: shelf,
    replicas: {
      relay: worst.includes("relay") ? replica : absent,
      bunny: worst.includes("bunny") ? replica : absent,
    },
    leaves: { relay: leaves, bunny: leaves },
    slow: null,
    broken: [],
  };
}

/**
 * The state as all others that behave like it. Of numbers only what is compared stays: which bundles are the ones
 * published now, and which were made before a CA came in. Of a leaf that has ended nobody makes use.
 */
export function canonical(state: TrustState): TrustState {
  const { worst, replicas, slow } = state;
  // Only who does its worst reads what is no longer there.
  const head = worst.includes("relay") ? state.head : { ...state.head, before: null };
  const copy = worst.includes("bunny") ? state.copy : { ...state.copy, before: null };
  const loadable = [
    ...[head, copy].flatMap(({ number, before }) => [number, before?.number ?? number]),
    ...[replicas.relay, replicas.bunny].flatMap(({ runs, said }) => [
      runs?.number ?? head.number,
      said?.number ?? head.number,
    ]),
  ].sort((one, other) => one - other);
  const firstFrom = (since: number) => loadable.find((number) => number >= since) ?? since;
  const marks = new Set([copy.number, head.number, ...head.cas.map((ca) => firstFrom(head.since[ca] ?? 0))]);
  // A bundle that was to take the place of another than the one there now takes none.
  const live = slow?.kind === "publish" && slow.replaces !== head.number ? null : slow;
  if (live?.kind === "publish") marks.add(live.shelf.number);
  const sorted = [...marks].sort((one, other) => one - other);
  const to = (number: number) => 1 + sorted.filter((mark) => mark <= number).length;
  const sinceTo = (number: number) => to(firstFrom(number));
  return {
    ...state,
    head: mapShelf(head, to, sinceTo),
    // Only relay's shelf is asked since when a CA is there, and whether it is closed.
    copy: { ...copy, number: to(copy.number), since: {}, closed: {}, before: mapLoaded(copy.before, to) },
    replicas: { relay: mapReplica(state, "relay", to), bunny: mapReplica(state, "bunny", to) },
    slow:
      live?.kind === "publish"
        ? { ...live, replaces: to(live.replaces), shelf: mapShelf(live.shelf, to, sinceTo) }
        : live,
  };
}

type Renumber = (number: number) => number;

function mapShelf(shelf: Shelf, to: Renumber, sinceTo: Renumber): Shelf {
  const since = Object.fromEntries(shelf.cas.map((ca) => [ca, sinceTo(shelf.since[ca] ?? 0)]));
  return { ...shelf, number: to(shelf.number), since, before: mapLoaded(shelf.before, to) };
}

function mapReplica({ replicas, leaves }: TrustState, holder: Holder, to: Renumber): Replica {
  const { runs, leaf, said, unheard } = replicas[holder];
  const { current, live } = leaves[holder];
  return {
    runs: mapLoaded(runs, to),
    leaf: runs === null || live.includes(leaf) ? leaf : current,
    said: said === null ? null : { age: said.age, number: to(said.number) },
    unheard,
  };
}

const mapLoaded = (loaded: Loaded | null, to: Renumber): Loaded | null =>
  loaded === null ? null : { number: to(loaded.number), cas: loaded.cas };

/** The text of a canonical state. */
export function keyOf({ brain, hand, broken, head, copy, replicas, leaves, slow }: TrustState): string {
  return [
    `${brain}/${hand}/${broken.join("")}`,
    textOfShelf(head),
    textOfShelf(copy),
    textOfReplica(replicas.relay),
    textOfReplica(replicas.bunny),
    ...[leaves.relay, leaves.bunny].map(({ current, live }) => current + live.join("")),
    slow === null ? "-" : textOfSlow(slow),
  ].join("|");
}

function textOfShelf({ number, cas, since, closed, age, before }: Shelf): string {
  const entries = cas.map(
    (ca) => `${ca}${since[ca] ?? ""}${closed[ca] === undefined ? "" : `c${closed[ca]}`}`,
  );
  return `${number}:${entries.join("")}@${age}${textOfLoaded(before)}`;
}

const textOfReplica = ({ runs, leaf, said, unheard }: Replica): string =>
  `${textOfLoaded(runs)}${leaf}${said === null ? "-" : `${said.number}@${said.age}`}u${unheard}`;

const textOfSlow = (slow: Slow): string =>
  slow.kind === "issue"
    ? `${slow.holder}${slow.ca}${slow.stage}${slow.age}`
    : `${slow.replaces}${textOfShelf(slow.shelf)}${slow.age}`;

const textOfLoaded = (loaded: Loaded | null): string =>
  loaded === null ? "-" : `${loaded.number}${loaded.cas.join("")}`;
