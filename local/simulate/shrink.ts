/** A broken life with as few faults as still break it: halves are left out first, then one after the other. */
import type { Fault } from "./faults.ts";

/** Lives, at most: each takes as long as the life that is shrunk. */
const TRIES_MAX = 200;

export async function shrink(
  faults: readonly Fault[],
  breaks: (faults: readonly Fault[]) => Promise<boolean>,
): Promise<readonly Fault[]> {
  let kept = faults;
  let tries = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length && tries < TRIES_MAX; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      tries += 1;
      if (await breaks(fewer)) kept = fewer;
      else at += size;
    }
  }
  return kept;
}
