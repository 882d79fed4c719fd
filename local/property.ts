/**
 * How often property tests run, and from which seed. `SOAK_RUNS` sets the number of runs (1,000 by default);
 * `SEED` replays the seed that an earlier run printed.
 */

const RUNS_DEFAULT = 1_000;
const SEED_MAX = 2 ** 31 - 1;

/**
 * Parameters for fast-check; prints the seed, so that any run can be replayed. A case that takes as long as so many
 * others says so with `cost`.
 */
export function runs(cost = 1): { readonly numRuns: number; readonly seed: number } {
  const numRuns = Math.max(1, Math.floor((wholeNumber("SOAK_RUNS") ?? RUNS_DEFAULT) / cost));
  const seed = drawSeed();
  process.stdout.write(`property: ${numRuns} runs, replay with SEED=${seed}\n`);
  return { numRuns, seed };
}

/** One case in so many, from a drawn one on; all of them where there is time for it. Prints the seed. */
export function sampled<T>(cases: readonly T[], oneIn: number): T[] {
  if (wholeNumber("SOAK_RUNS") !== undefined) return [...cases];
  const seed = drawSeed();
  process.stdout.write(`sample: one in ${oneIn} of ${cases.length} cases, replay with SEED=${seed}\n`);
  return cases.filter((_, index) => index % oneIn === seed % oneIn);
}

/** A size for every day, or the full one where there is time for it. */
export const sized = <T>(everyDay: T, soak: T): T =>
  wholeNumber("SOAK_RUNS") === undefined ? everyDay : soak;

const drawSeed = (): number => wholeNumber("SEED") ?? Math.ceil(Math.random() * SEED_MAX);

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}
