/** Keeps the allowlists' memory within an item of the table, whatever a flood would have remembered. Pure. */
import type { Instant } from "../runtime/instant.ts";
import type { AllowlistMemory } from "./memory.ts";
import { rememberHeals } from "./revert-war.ts";

/** An item holds 400 KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
export const MEMORY_BYTES_MAX = 300_000;

interface Limits {
  readonly standing: number;
  readonly healed: number;
  readonly hits: number;
  readonly rules: number;
  readonly heals: number;
  readonly unhealed: number;
  readonly begun: number;
}

/** The first that are narrow enough count. Texts are as long as this only when somebody makes them so. */
const LIMITS: readonly Limits[] = [
  { standing: 100, healed: 60, hits: 200, rules: 50, heals: 200, unhealed: 300, begun: 30 },
  { standing: 60, healed: 40, hits: 60, rules: 10, heals: 100, unhealed: 200, begun: 20 },
  { standing: 40, healed: 20, hits: 20, rules: 3, heals: 50, unhealed: 100, begun: 5 },
  { standing: 20, healed: 5, hits: 5, rules: 1, heals: 12, unhealed: 20, begun: 1 },
];

export function fitMemory(memory: AllowlistMemory, now: Instant): AllowlistMemory {
  let cut = memory;
  for (const limits of LIMITS) {
    cut = within(memory, limits, now);
    if (sizeOf(cut) <= MEMORY_BYTES_MAX) return cut;
  }
  // Looks at more groups than a link can sensibly have: without them, every group is looked at anew.
  return { ...cut, looks: cut.looks.slice(0, 1_000) };
}

const sizeOf = (memory: AllowlistMemory): number => Buffer.byteLength(JSON.stringify(memory));

function within(memory: AllowlistMemory, limits: Limits, now: Instant): AllowlistMemory {
  const healed = memory.healed
    .toSorted((one, other) => lastOf(other) - lastOf(one) || (one.key < other.key ? -1 : 1))
    .slice(0, limits.healed)
    .map((one) => ({
      ...one,
      hits: one.hits
        .slice(0, limits.hits)
        .map((hit) => ({ ...hit, rules: hit.rules.slice(0, limits.rules) })),
    }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const isCut = memory.standing.length > limits.standing || memory.healed.length > limits.healed;
  return {
    ...memory,
    // The most severe come first.
    standing: memory.standing.slice(0, limits.standing),
    healed,
    heals: rememberHeals(memory.heals, [], now, limits.heals),
    ended: memory.ended.slice(-limits.standing),
    unhealed: memory.unhealed.slice(0, limits.unhealed),
    begun: memory.begun.slice(-limits.begun),
    cutAt: isCut ? now : memory.cutAt,
  };
}

const lastOf = ({ hits }: AllowlistMemory["healed"][number]): number =>
  Math.max(...hits.map(({ heardAt }) => heardAt));
