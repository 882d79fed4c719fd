/**
 * How many calls of the clouds keys and trust take, counted at calm stand-ins: a look that finds nothing to do, of which
 * there is one each minute, and all looks together in which something of a rotation is done. The looks between them,
 * which wait, are left out: how many those are is a matter of the link's patience.
 */
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { writesAmong } from "../demo/halves.ts";
import { keyInVault, labelledKey } from "../demo/keys.ts";
import { POLL_KEY, RESULT_KEY } from "../demo/link.ts";
import type { RunningFunction } from "../stack/lambdas.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { workloadSecrets } from "../stack/workload-secrets.ts";
import type { RunCalls } from "./calls.ts";
import { countDuring } from "./count.ts";

const LINK_FILE = path.join(import.meta.dirname, "keys-link.ts");
/** A minute of the tunnels takes a second, and so does the one between two looks. */
const SPEED = 60;
const LOOK_EVERY_MS = 1_000;
const LOOKS_MAX = 120;
/** Labels count as unsettled for ten seconds after one was moved. */
const SETTLED_MS = 6_000;
const NOTHING = "nothing to do";
const TUNNEL = "one-a";

export interface KeyFigures {
  readonly apiKeys: readonly RunCalls[];
  readonly preSharedKeys: readonly RunCalls[];
  readonly trust: readonly RunCalls[];
}

export async function measureKeys(): Promise<KeyFigures> {
  const stack = await startStack({ linkFile: LINK_FILE, seed: 0, calm: true, speed: SPEED });
  try {
    return {
      trust: await countTrust(stack),
      apiKeys: await countApiKeys(stack),
      preSharedKeys: await countPreSharedKeys(stack),
    };
  } finally {
    await stack.close();
  }
}

/** A bundle is published once relay and bunny have certificates. */
async function countTrust(stack: Stack): Promise<RunCalls[]> {
  for (const name of ["RenewRelayCertificate", "RenewCertificates"]) await call(found(stack, name), {});
  const publish = found(stack, "PublishTrust");
  const arn = workloadSecrets(stack.graph, stack.link).trustBundle?.arn ?? "";
  const isThere = async () => stack.aws.secretsManager.contents(arn).labels.has("AWSCURRENT");
  const first = await countSteps(stack, "trust: a bundle published", [publish], isThere);
  return [first, await countIdle(stack, publish)];
}

async function countApiKeys(stack: Stack): Promise<RunCalls[]> {
  const rotate = found(stack, "RotateApiKeys");
  const current = () => labelledKey(stack, POLL_KEY, "AWSCURRENT")?.id;
  const areThere = () => [POLL_KEY, RESULT_KEY].every((name) => keyInVault(stack, name) !== undefined);
  const first = await countSteps(stack, "API keys: first of two", [rotate], async () => areThere());
  const idle = await countIdle(stack, rotate);
  const old = current();
  const isOther = async () => current() !== old;
  const rotation = await countSteps(stack, "rotation of one", [rotate], isOther, asking(POLL_KEY));
  return [first, rotation, idle];
}

async function countPreSharedKeys(stack: Stack): Promise<RunCalls[]> {
  const rotate = found(stack, "RotatePreSharedKeys");
  const looking = [found(stack, "WatchTunnels"), rotate];
  const inOrder = () => areInOrder(rotate);
  const adopted = await countSteps(stack, "pre-shared keys: adoption of two", looking, inOrder);
  const idle = await countIdle(stack, rotate);
  const rotation = await countSteps(stack, "rotation of one", looking, inOrder, asking(TUNNEL));
  return [adopted, rotation, idle];
}

const asking = (name: string) => ({ run: "rotate", name });

const Planned = z.object({
  tunnels: z.array(
    z.object({ state: z.string(), step: z.string().nullable(), waiting: z.string().nullable() }),
  ),
});

async function areInOrder(rotate: RunningFunction): Promise<boolean> {
  const { tunnels } = Planned.parse(await call(rotate, { run: "plan" }));
  return tunnels.every(
    ({ state, step, waiting }) => state === "in-order" && step === null && waiting === null,
  );
}

async function countLook(
  stack: Stack,
  run: string,
  looking: RunningFunction,
  event: object = {},
): Promise<RunCalls> {
  const { total, calls } = await countDuring(stack, () => call(looking, event));
  return { run, total, calls };
}

/** What was done a moment ago is looked after for a while. */
async function countIdle(stack: Stack, looking: RunningFunction): Promise<RunCalls> {
  let before = await countLook(stack, NOTHING, looking);
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    await pause(SETTLED_MS);
    const look = await countLook(stack, NOTHING, looking);
    if (look.total === before.total) return look;
    before = look;
  }
  throw new Error("there is always something to do");
}

/** The last of `looking` is what is counted, from the look on that `first` asks for; the others look before it. */
async function countSteps(
  stack: Stack,
  run: string,
  looking: readonly RunningFunction[],
  isDone: () => Promise<boolean>,
  first: object = {},
): Promise<RunCalls> {
  const steps: RunCalls[] = [];
  const [others, counted] = [looking.slice(0, -1), looking.at(-1)];
  if (counted === undefined) throw new Error("nothing is counted");
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    for (const other of others) await call(other, {});
    const from = stack.kernel.calls().length;
    const look = await countLook(stack, run, counted, looks === 0 ? first : {});
    if (writesAmong(stack.kernel.calls().slice(from)).length > 0) steps.push(look);
    if (await isDone())
      return sumOf(`${run}, ${steps.length} ${steps.length === 1 ? "look" : "looks"}`, steps);
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`${run}: it was not done within ${LOOKS_MAX} looks`);
}

function sumOf(run: string, looks: readonly RunCalls[]): RunCalls {
  const calls: Record<string, number> = {};
  for (const [operation, count] of looks.flatMap((look) => Object.entries(look.calls)))
    calls[operation] = (calls[operation] ?? 0) + count;
  return { run, calls, total: looks.reduce((sum, { total }) => sum + total, 0) };
}

async function call({ invoke, deployed }: RunningFunction, event: object): Promise<unknown> {
  const result = await invoke(event);
  if (!result.ok) throw new Error(`${deployed.name}: ${result.errorType}: ${result.errorMessage}`);
  return result.payload;
}

function found({ functions }: Stack, logicalName: string): RunningFunction {
  const running = [...functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (running === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return running;
}
