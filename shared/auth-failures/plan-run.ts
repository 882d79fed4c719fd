/** For a person who asks how it stands with refused callers: what is told now, and who would be asked to look. Reads only. */
import type { Condition } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";
import { authReport } from "./conditions.ts";
import { dueWakes, type Wake } from "./due-wakes.ts";
import { type Keeper, viewOf } from "./keep.ts";
import { slide } from "./memory-take.ts";
import { distinctSources, judge } from "./verdict.ts";

export interface PlannedAuth {
  readonly link: string;
  readonly linkDigest: string;
  readonly at: Instant;
  /** Within the window, strangers'. */
  readonly refused: number;
  readonly sources: number;
  readonly unread: number;
  readonly conditions: readonly Condition[];
  readonly wakes: readonly Wake[];
  readonly trouble: readonly [];
}

export async function planAuth(
  keeper: Pick<Keeper, "desired" | "observed" | "memory" | "clock">,
): Promise<Omit<PlannedAuth, "link" | "linkDigest">> {
  const { limits } = keeper.desired;
  const at = keeper.clock();
  const { memory: before } = await keeper.memory.read();
  const memory = judge(slide(before, limits, at), limits, at);
  const view = await viewOf(keeper, memory, at);
  const sum = (of: "refused" | "unread") => memory.slots.reduce((total, slot) => total + slot[of], 0);
  return {
    at,
    refused: sum("refused"),
    sources: distinctSources(memory.slots),
    unread: sum("unread"),
    conditions: authReport(view).conditions,
    wakes: dueWakes(view),
    trouble: [],
  };
}
