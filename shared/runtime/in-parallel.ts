/** Works through items, so many at once. */

/** Each of them, in the order in which they stand. Rejects as soon as `work` does for one. */
export async function inParallel<T>(
  atOnceMax: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    // Whoever is free takes the next one.
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, worker));
}
