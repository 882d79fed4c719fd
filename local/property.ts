/**
 * How often property tests run, and from which seed. `SOAK_RUNS` sets the number of runs (1,000 by default);
 * `SEED` replays the seed that an earlier run printed.
 */

const RUNS_DEFAULT = 1_000;
const SEED_MAX = 2 ** 31 - 1;

/** Parameters for fast-check; prints the seed, so that any run can be replayed. */
export function runs(): { readonly numRuns: number; readonly seed: number } {
  const numRuns = wholeNumber("SOAK_RUNS") ?? RUNS_DEFAULT;
  const seed = wholeNumber("SEED") ?? Math.ceil(Math.random() * SEED_MAX);
  process.stdout.write(`property: ${numRuns} runs, replay with SEED=${seed}\n`);
  return { numRuns, seed };
}

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}
