/**
 * Runs one thing at a time for each key. Whoever asks while one runs shares the next one with all who do: what came
 * after a run began is seen by the one after it, and a thousand who ask at once are two runs.
 */
export type SharedRuns<Given, Answer> = (key: string, given: Given) => Promise<Answer>;

/** `given`: of all who share the run, in the order in which they asked; it fails for all of them. */
export function createSharedRuns<Given, Answer>(
  run: (key: string, given: readonly Given[]) => Promise<Answer>,
): SharedRuns<Given, Answer> {
  const waiting = new Map<string, { readonly given: Given[]; readonly answer: Promise<Answer> }>();
  const last = new Map<string, Promise<unknown>>();
  return (key, given) => {
    const next = waiting.get(key);
    if (next !== undefined) {
      next.given.push(given);
      return next.answer;
    }
    const all = [given];
    const start = async (): Promise<Answer> => {
      // How the one before went is for those who asked for it.
      await last.get(key)?.catch(() => undefined);
      waiting.delete(key);
      const running = run(key, all);
      last.set(key, running);
      try {
        return await running;
      } finally {
        if (last.get(key) === running) last.delete(key);
      }
    };
    const answer = start();
    waiting.set(key, { given: all, answer });
    return answer;
  };
}
