/** What becomes of a state of the trust's model once all faults have stopped, and everybody does what they should. */
import { type Ca, canonical, keyOf, type Stage, type TrustState } from "./trust-state.ts";
import { type Company, HOLDERS, PINS, viewOf } from "./trust-view.ts";

/** Rounds in which time passes; a rollover takes some, and one that was stepped back from some more. */
const ROUNDS_MAX = 40;

/** Those from which the link does not come to rest where it should, by their text. */
export function restless(states: ReadonlyMap<string, TrustState>, company: Company): string[] {
  const good = new Set<string>();
  const bad: string[] = [];
  for (const [key, state] of states) {
    const passed = [key];
    let now = state;
    for (let round = 0; round < ROUNDS_MAX && !good.has(keyOf(now)) && !isAtRest(now, company); round += 1) {
      now = canonical(calmRound(now, company));
      passed.push(keyOf(now));
    }
    if (!good.has(keyOf(now)) && !isAtRest(now, company)) bad.push(key);
    else for (const one of passed) good.add(one);
  }
  return bad;
}

const WANTED: Readonly<Record<Stage, readonly Ca[]>> = {
  A: ["A"],
  "A+B": ["B"],
  B: ["B"],
  "A,F": ["A", "F"],
};

function isAtRest(state: TrustState, company: Company): boolean {
  const { brain, hand, head, copy, leaves, slow, broken } = state;
  const wanted = WANTED[brain];
  return (
    hand === brain &&
    slow === null &&
    broken.length === 0 &&
    copy.number === head.number &&
    head.cas.join() === wanted.join() &&
    Object.keys(head.closed).length === 0 &&
    HOLDERS.every((holder) => wanted.includes(leaves[holder].current)) &&
    viewOf(state, company, "nothing").plan.steps.length === 0
  );
}

function calmRound(state: TrustState, company: Company): TrustState {
  let now: TrustState = { ...state, hand: state.brain, slow: null, broken: [] };
  const published = viewOf(now, company, "nothing").publishes;
  if (published !== null) now = { ...now, head: published };
  if (now.copy.number < now.head.number) now = { ...now, copy: { ...now.head, age: 0, before: null } };
  for (const holder of HOLDERS) now = reissued(now, holder, company);
  for (const holder of now.worst) now = served(now, holder);
  return later(now);
}

function reissued(state: TrustState, holder: (typeof HOLDERS)[number], company: Company): TrustState {
  const ca = viewOf(state, company, "nothing").replacesFrom(holder);
  if (ca === null || !PINS[state.hand].includes(ca)) return state;
  // What came before ends, in time.
  return { ...state, leaves: { ...state.leaves, [holder]: { current: ca, live: [ca] } } };
}

function served(state: TrustState, holder: (typeof HOLDERS)[number]): TrustState {
  const { number, cas } = holder === "relay" ? state.head : state.copy;
  const { current } = state.leaves[holder];
  const replica = { runs: { number, cas }, leaf: current, said: { number, age: 0 }, unheard: 0 };
  return { ...state, replicas: { ...state.replicas, [holder]: replica } };
}

function later(state: TrustState): TrustState {
  const { head, copy, leaves } = state;
  const older = (age: number) => Math.min(2, age + 1);
  const closed = Object.fromEntries(Object.entries(head.closed).map(([ca, age]) => [ca, older(age)]));
  const ended = (holder: (typeof HOLDERS)[number]) => ({
    current: leaves[holder].current,
    live: [leaves[holder].current],
  });
  return {
    ...state,
    head: { ...head, age: older(head.age), closed, before: null },
    copy: { ...copy, age: older(copy.age), before: null },
    leaves: { relay: ended("relay"), bunny: ended("bunny") },
  };
}
