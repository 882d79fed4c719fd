/** What a person reads of the lives: a summary, and of a broken one what is needed to see it again. */
import { START } from "../model/brain.ts";
import { type Fault, tellFault } from "./faults.ts";
import { type Lived, live } from "./life.ts";
import { DRAWS, faultsOf, type LifeOf } from "./seeds.ts";
import { shrink } from "./shrink.ts";

const LINES_SHOWN = 25;

/** Lives it again with fewer and fewer faults, and says what is left. */
export async function tellBroken(life: LifeOf, promise: string): Promise<string> {
  const faults = faultsOf(life);
  const breaks = async (fewer: readonly Fault[]) =>
    (await live({ ...life, faults: fewer })).broken?.promise === promise;
  return tellLife(life, await shrink(faults, breaks));
}

/** With its last steps. */
export async function tellLife(life: LifeOf, kept: readonly Fault[]): Promise<string> {
  const { broken, lines, hash } = await live({ ...life, faults: kept, isTraced: true });
  const all = faultsOf(life);
  const numbers = kept.map((fault) => all.findIndex((other) => tellOf(other) === tellOf(fault)));
  const told = broken === null ? "every promise held" : `BROKEN ${broken.promise}: ${broken.what}`;
  const at = broken === null ? "" : `, after ${(broken.atSeconds / 86_400).toFixed(3)} days`;
  return [
    `seed ${life.seed}: ${told}${at}`,
    ...kept.map((fault) => `  ${tellOf(fault)}`),
    ...lines.slice(-LINES_SHOWN).map((line) => `    ${sinceStart(line)}`),
    `  event log ${hash}`,
    `  replay: ${replayOf(life, numbers.length === all.length ? null : numbers)}`,
    "",
  ].join("\n");
}

const tellOf = (fault: Fault): string => tellFault(fault, START);

function replayOf({ seed, days, isCalm }: LifeOf, kept: readonly number[] | null): string {
  const keep = kept === null ? "" : ` --keep ${kept.length === 0 ? "none" : kept.join()}`;
  return `npm run simulate -- --replay ${seed} --draws ${DRAWS} --days ${days}${isCalm ? " --calm" : ""}${keep}`;
}

function sinceStart(line: string): string {
  const [ms = "", ...rest] = line.split(" ");
  return `${((Number(ms) - START * 1_000) / 1_000).toFixed(3)} s ${rest.join(" ")}`;
}

/** What of a life is added up. */
export type Summed = Pick<Lived, "broken" | "hash" | "steps" | "faulty" | "checks" | "runs"> & {
  readonly seed: number;
  readonly struck: readonly (readonly [string, number])[];
};

export function tellSummary(lives: readonly Summed[], days: number, seconds: number, hash: string): string {
  const sum = (of: (one: Summed) => number) => lives.reduce((total, one) => total + of(one), 0);
  const steps = sum(({ steps }) => steps);
  const struck = new Map<string, number>();
  for (const one of lives)
    for (const [what, count] of one.struck) struck.set(what, (struck.get(what) ?? 0) + count);
  const faulty = steps === 0 ? 0 : (100 * sum(({ faulty }) => faulty)) / steps;
  const broken = lives.filter((one) => one.broken !== null);
  return [
    `${lives.length} lives of ${days} days: ${steps} steps of ${sum(({ runs }) => runs)} runs in ${seconds.toFixed(1)} s`,
    `${Math.round((lives.length * days) / seconds)} days a second, ${Math.round(steps / seconds)} steps a second`,
    `faulty calls: ${faulty.toFixed(1)} %; ${[...struck].map(([what, count]) => `${what} ${count}`).join(", ") || "none"}`,
    `promises checked ${sum(({ checks }) => checks)} times; broken in ${broken.length} lives`,
    `event log ${hash}`,
    "",
  ].join("\n");
}
