/** Many lives, on every core: each in a thread, the next one as soon as one is free. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import * as z from "zod";
import type { LifeOf } from "./seeds.ts";
import type { Summed } from "./tell.ts";

/** What a thread says of a life. */
const Answer: z.ZodType<Summed> = z.object({
  seed: z.int(),
  broken: z.object({ promise: z.string(), what: z.string(), atSeconds: z.number() }).nullable(),
  hash: z.string(),
  steps: z.int(),
  faulty: z.int(),
  checks: z.int(),
  runs: z.int(),
  struck: z.array(z.tuple([z.string(), z.int()])),
});

/** In the order of `lives`, whoever was first. After `brokenMax` broken ones no further life begins. */
export async function liveMany(lives: readonly LifeOf[], brokenMax: number): Promise<Summed[]> {
  const waiting = [...lives];
  const answers = new Map<number, Summed>();
  const next = (): LifeOf | undefined => {
    const broken = [...answers.values()].filter((answer) => answer.broken !== null);
    return broken.length >= brokenMax ? undefined : waiting.shift();
  };
  const threads = Math.min(lives.length, availableParallelism());
  await Promise.all(Array.from({ length: threads }, () => liveInThread(next, answers)));
  return lives.flatMap(({ seed }) => answers.get(seed) ?? []);
}

async function liveInThread(next: () => LifeOf | undefined, answers: Map<number, Summed>): Promise<void> {
  const thread = new Worker(new URL("./thread.ts", import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const goOn = () => {
    const life = next();
    if (life === undefined) resolve();
    else thread.postMessage(life);
  };
  thread.on("error", reject);
  thread.on("message", (message: unknown) => {
    const answer = Answer.parse(message);
    answers.set(answer.seed, answer);
    goOn();
  });
  goOn();
  try {
    await promise;
  } finally {
    await thread.terminate();
  }
}

export const hashOf = (lives: readonly Summed[]): string =>
  createHash("sha256")
    .update(lives.map(({ hash }) => hash).join("\n"))
    .digest("hex");
