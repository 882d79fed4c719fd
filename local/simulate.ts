/**
 * `npm run simulate`: lives of a link, each of `--days D` days (30) in virtual time with what goes wrong in it drawn from
 * its seed, `--lives N` of them (100) from `--seed S` on (a fresh one), `--calm` with nothing going wrong. Every promise is
 * looked at after each step; a broken life is shrunk to few faults and told with the command that replays it.
 * `--replay SEED` lives one of them and tells it; `--keep 0,3` only with those of its faults, and `--draws V` only when this
 * version of the simulation still draws the same of a seed. `--defects` lives with each seeded defect until a promise
 * catches it, from a life on that is known to, or from `--seed S` on; `--some N` with so many of them, whichever. Exits
 * with 1 when a promise was broken, or a defect was not caught.
 */
import { randomInt } from "node:crypto";
import { MISUSED, parseOptions } from "./command-line.ts";
import { catchDefects, someDefects } from "./simulate/defects/catch.ts";
import { hashOf, liveMany } from "./simulate/many.ts";
import { DRAWS, faultsOf, seedsFrom } from "./simulate/seeds.ts";
import { tellBroken, tellLife, tellSummary } from "./simulate/tell.ts";

const LIVES_DEFAULT = 100;
const DAYS_DEFAULT = 30;
const SEED_MAX = 900_000_000;
/** To shrink a life takes as long as many lives. */
const BROKEN_MAX = 3;

const options = parseOptions("npm run simulate --", {
  lives: { type: "string" },
  seed: { type: "string" },
  days: { type: "string" },
  calm: { type: "boolean" },
  replay: { type: "string" },
  keep: { type: "string" },
  draws: { type: "string" },
  defects: { type: "boolean" },
  some: { type: "string" },
});
const days = options.number("days", 1) ?? DAYS_DEFAULT;
const isCalm = options.flag("calm");
const replayed = options.number("replay");
if (options.flag("defects")) process.exitCode = await findDefects();
else process.exitCode = replayed === undefined ? await simulate() : await replay(replayed);

async function simulate(): Promise<number> {
  const seed = options.number("seed") ?? randomInt(1, SEED_MAX);
  const lives = seedsFrom(seed, options.number("lives", 1) ?? LIVES_DEFAULT);
  process.stdout.write(`seeds from ${seed} on\n`);
  const beganMs = performance.now();
  const lived = await liveMany(
    lives.map((one) => ({ seed: one, days, isCalm })),
    BROKEN_MAX,
  );
  process.stdout.write(tellSummary(lived, days, (performance.now() - beganMs) / 1_000, hashOf(lived)));
  const broken = lived.flatMap(({ seed: one, broken }) => (broken === null ? [] : [{ seed: one, broken }]));
  for (const one of broken)
    process.stdout.write(`\n${await tellBroken({ seed: one.seed, days, isCalm }, one.broken.promise)}`);
  return broken.length === 0 ? 0 : 1;
}

async function findDefects(): Promise<number> {
  const defects = someDefects(options.number("some", 1) ?? Number.POSITIVE_INFINITY);
  const all = await catchDefects(
    defects,
    options.number("seed") ?? null,
    ({ defect, isCaught, promise, seed: caughtBy, what }) => {
      const how = promise === null ? "no promise was broken" : `${promise} (seed ${caughtBy}): ${what}`;
      process.stdout.write(`${isCaught ? "caught" : "NOT CAUGHT"}: ${defect.name}\n  ${how}\n`);
    },
  );
  const caught = all.filter(({ isCaught }) => isCaught);
  process.stdout.write(`${caught.length} of ${all.length} seeded defects caught\n`);
  return caught.length === all.length ? 0 : 1;
}

async function replay(seed: number): Promise<number> {
  const draws = options.number("draws") ?? DRAWS;
  if (draws !== DRAWS) {
    process.stderr.write(
      `--draws is ${draws}, and this version draws ${DRAWS}: seed ${seed} is another life here. Check out the commit that told of it.\n`,
    );
    return MISUSED;
  }
  const life = { seed, days, isCalm };
  const told = await tellLife(life, kept(faultsOf(life)));
  process.stdout.write(told);
  return told.includes("BROKEN") ? 1 : 0;
}

function kept<T>(faults: readonly T[]): readonly T[] {
  const keep = options.text("keep");
  if (keep === undefined) return faults;
  if (keep !== "none" && !/^\d+(,\d+)*$/.test(keep)) {
    process.stderr.write('--keep takes numbers of faults such as "0,3", or "none"\n');
    process.exit(MISUSED);
  }
  const numbers = new Set(keep === "none" ? [] : keep.split(",").map(Number));
  return faults.filter((_, index) => numbers.has(index));
}
