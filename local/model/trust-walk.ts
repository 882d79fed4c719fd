/** Walks all states of the trust's model that can be reached, each once, and judges every one of them. */
import { movesOf, type Scenario } from "./trust-moves.ts";
import {
  type Ca,
  canonical,
  firstState,
  type Holder,
  keyOf,
  type Stage,
  type TrustState,
} from "./trust-state.ts";

export interface Walk {
  readonly states: number;
  readonly moves: number;
  /** The shortest way into a state in which somebody is not accepted, and who; null when there is none. */
  readonly refused: { readonly path: readonly string[]; readonly who: string } | null;
  /** Every state, by its text. */
  readonly seen: ReadonlyMap<string, TrustState>;
}

interface Step {
  readonly from: string | null;
  readonly name: string;
}

/** Breadth first, so that what is found is found by the shortest way. */
export function walk(stage: Stage, worst: readonly Holder[], scenario: Scenario): Walk {
  const start = canonical(firstState(stage, worst));
  const seen = new Map([[keyOf(start), start]]);
  const steps = new Map<string, Step>([[keyOf(start), { from: null, name: "begin" }]]);
  let moves = 0;
  // A map is walked in the order of its entries, and those that come while it is walked are walked too.
  for (const [key, state] of seen) {
    for (const { name, to } of movesOf(state, scenario)) {
      moves += 1;
      const next = canonical(to);
      const reached = keyOf(next);
      if (seen.has(reached)) continue;
      seen.set(reached, next);
      steps.set(reached, { from: key, name });
      const who = refusedIn(next);
      if (who !== null)
        return { states: seen.size, moves, refused: { path: pathTo(steps, reached), who }, seen };
    }
  }
  return { states: seen.size, moves, refused: null, seen };
}

/** Who presents a live leaf that its peer does not accept, in words; null when nobody does. */
export function refusedIn(state: TrustState): string | null {
  for (const { holder, ca, cas, peer } of presentations(state))
    if (!cas.includes(ca)) return `${holder}'s leaf from ${ca} at a ${peer} that trusts ${cas.join()}`;
  return null;
}

export interface Presentation {
  readonly holder: Holder;
  readonly ca: Ca;
  readonly peer: Holder;
  /** What the peer has loaded. */
  readonly cas: readonly Ca[];
}

/** Every live leaf that somebody serves with, at every replica of the other side that serves. */
export function presentations({ head, copy, replicas, leaves }: TrustState): Presentation[] {
  const sides = [
    { holder: "bunny", peer: "relay", shelf: head },
    { holder: "relay", peer: "bunny", shelf: copy },
  ] as const;
  return sides.flatMap(({ holder, peer, shelf }) => {
    const { current, live } = leaves[holder];
    const worst = replicas[holder].runs === null ? [] : [replicas[holder].leaf];
    const presented = [...new Set([current, ...worst])].filter((ca) => live.includes(ca));
    const loaded = [shelf.cas, ...(replicas[peer].runs === null ? [] : [replicas[peer].runs.cas])];
    return presented.flatMap((ca) => loaded.map((cas) => ({ holder, ca, peer, cas })));
  });
}

function pathTo(steps: ReadonlyMap<string, Step>, key: string): string[] {
  const path: string[] = [];
  for (let at: string | null = key; at !== null; ) {
    const step: Step | undefined = steps.get(at);
    if (step === undefined) break;
    path.push(step.name);
    at = step.from;
  }
  return path.reverse();
}
