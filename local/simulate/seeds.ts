/** What a seed comes to: the same life, wherever and whenever it is lived. */

import { START } from "../model/brain.ts";
import { drawFrom } from "./draw.ts";
import { drawAimed } from "./draw-aimed.ts";
import { drawFaults } from "./draw-faults.ts";
import { drawKnocks } from "./draw-knocks.ts";
import { drawRuleEdits } from "./draw-rule-edits.ts";
import { drawTunnels } from "./draw-tunnels.ts";
import type { Fault } from "./faults.ts";

/**
 * Raised with each change after which a seed, or the number of a fault within it, is another one. Who replays a life under
 * another number is told so, and not shown another life.
 */
export const DRAWS = 3;

export interface LifeOf {
  readonly seed: number;
  readonly days: number;
  /** Nothing goes wrong. */
  readonly isCalm: boolean;
}

export function faultsOf({ seed, days, isCalm }: LifeOf): readonly Fault[] {
  if (isCalm) return [];
  const draw = drawFrom(seed);
  const wanted = { start: START, days };
  const faults = drawFaults(draw.fork("faults"), wanted);
  return [
    ...faults,
    ...drawAimed(draw.fork("aimed"), faults, wanted),
    ...drawRuleEdits(draw.fork("rule-edits"), wanted),
    ...drawTunnels(draw.fork("tunnels"), faults, wanted),
    ...drawKnocks(draw.fork("knocks"), wanted),
  ].toSorted((one, other) => one.at - other.at);
}

/** The seeds of so many lives. */
export const seedsFrom = (seed: number, lives: number): number[] =>
  Array.from({ length: lives }, (_, index) => seed + index);
