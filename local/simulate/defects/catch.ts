/** Lives with each seeded defect, in processes of their own, and says which promise has caught it. */
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import * as z from "zod";
import { inParallel } from "../../../shared/runtime/in-parallel.ts";
import { DEFECTS } from "./all.ts";
import type { Defect } from "./defect.ts";

const LIVES_MAX = 40;
const DAYS = 10;

const Found = z.object({ promise: z.string().nullable(), what: z.string().nullable(), seed: z.int() });

export interface Caught extends z.infer<typeof Found> {
  readonly defect: Defect;
  /** By a promise that it breaks. */
  readonly isCaught: boolean;
}

/** So many of them, whichever; all, where there are no more. */
export function someDefects(count: number): Defect[] {
  const left = [...DEFECTS];
  while (left.length > count) left.splice(randomInt(left.length), 1);
  return left;
}

/** `from`: the seed of the first life with each; null: that of a life that is known to catch it. */
export async function catchDefects(
  defects: readonly Defect[],
  from: number | null,
  tell: (caught: Caught) => void,
): Promise<Caught[]> {
  const all: Caught[] = [];
  await inParallel(availableParallelism(), defects, async (defect) => {
    const found = await liveWith(defect, from ?? defect.seed ?? 1);
    const isCaught = defect.breaks.some((promise) => found.promise?.startsWith(`${promise}: `) === true);
    const caught = { ...found, defect, isCaught };
    all.push(caught);
    tell(caught);
  });
  return all;
}

async function liveWith(defect: Defect, seed: number): Promise<z.infer<typeof Found>> {
  const program = new URL("./live-with-defect.ts", import.meta.url).pathname;
  const given = [DEFECTS.indexOf(defect), seed, LIVES_MAX, DAYS].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...given]);
  return Found.parse(JSON.parse(stdout));
}
