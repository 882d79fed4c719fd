/** What is remembered of pre-shared keys, among the items of a link's partition, and what of it others must know. */
import { type Attributes, readItem } from "../journal/items.ts";
import type { EndsDiffer } from "../tunnels/schema.ts";
import { NO_PRE_SHARED_MEMORY, PreSharedMemory } from "./pre-shared-schema.ts";

export const PRE_SHARED_MEMORY = "memory#pre-shared-keys";

const MemoryItem = PreSharedMemory.strip();

/** Null when something stands there that cannot be read: a later version wrote it. */
export function readPreSharedMemory(items: readonly Attributes[]): PreSharedMemory | null {
  const item = items.find(({ sk }) => sk?.S === PRE_SHARED_MEMORY);
  return item === undefined ? NO_PRE_SHARED_MEMORY : readItem(MemoryItem, item);
}

export const readEndsDiffer = (items: readonly Attributes[]): EndsDiffer[] =>
  endsDifferOf(readPreSharedMemory(items));

/** The tunnels whose ends had different keys when they were last compared, and when that was. */
export const endsDifferOf = (memory: PreSharedMemory | null): EndsDiffer[] =>
  (memory?.tunnels ?? []).flatMap(({ name, differSince, comparedAt }) =>
    differSince === null || comparedAt === null ? [] : [{ tunnel: name, comparedAt }],
  );
