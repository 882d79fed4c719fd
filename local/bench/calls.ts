/**
 * How many calls of the clouds one certificate's renewal takes, counted at calm stand-ins. Only calls of the two
 * halves are counted; the workloads' own are left out. After the first issue both halves are warm: they hold
 * their tokens, and what they found out about the vault.
 */
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { until } from "../demo/chapter.ts";
import { acceptedSerials, protagonists, versions } from "../demo/look.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { countDuring } from "./count.ts";

export interface RunCalls {
  readonly run: string;
  readonly total: number;
  /** By service and operation, in the order of their names. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface RenewalCalls {
  readonly runs: readonly RunCalls[];
  /** The run that renews, and the one after it, which finds the new certificate in use. */
  readonly perRenewal: number;
  /** A run that has nothing to do. */
  readonly idle: number;
}

/** A certificate's whole life within seconds. */
const LINK_FILE = path.join(import.meta.dirname, "renewal-link.ts");

export async function countCalls(): Promise<RenewalCalls> {
  const stack = await startStack({
    linkFile: LINK_FILE,
    seed: 0,
    calm: true,
    mountEveryMs: 200,
    pollEveryMs: 100,
    secretEveryMs: 200,
  });
  try {
    return await countInLife(stack);
  } finally {
    await stack.close();
  }
}

async function countInLife(stack: Stack): Promise<RenewalCalls> {
  await certifyRelay(stack);
  const first = await countRun(stack, "first issue, both halves cold", ["request", "sign-and-merge"]);
  stack.workloads.startBunnies();
  await untilUsed(stack);
  const firstProof = await countRun(stack, "first use proven", []);
  const idle = await countRun(stack, "nothing to do", []);
  await pause(Math.max(0, idle.nextAt * 1_000 - Date.now()));
  const renewal = await countRun(stack, "renewal", ["request", "sign-and-merge"]);
  await untilUsed(stack);
  const proof = await countRun(stack, "use proven", []);
  return {
    runs: [first, firstProof, renewal, proof, idle].map(({ run, total, calls }) => ({ run, total, calls })),
    perRenewal: renewal.total + proof.total,
    idle: idle.total,
  };
}

/** Without one of its own, relay answers nobody. It outlives all that is counted here, so nothing is done about it. */
async function certifyRelay({ functions }: Stack): Promise<void> {
  const renewRelay = [...functions.values()].find(({ deployed }) =>
    deployed.name.endsWith("-renew-relay-certificate"),
  );
  const result = await renewRelay?.invoke({});
  if (result?.ok !== true) throw new Error("relay has no certificate: its function is missing, or failed");
}

async function untilUsed(stack: Stack): Promise<void> {
  await until("relay's log shows the certificate accepted", () => {
    const newest = versions(stack).at(-1);
    return newest !== undefined && acceptedSerials(stack).includes(newest.serial);
  });
}

const Settled = z.object({
  outcomes: z.tuple([
    z.object({ outcome: z.literal("settled"), changes: z.array(z.string()), nextAt: z.number() }),
  ]),
});

/** Throws when the run did anything but `changes`: its calls would be those of something else. */
async function countRun(stack: Stack, run: string, changes: readonly string[]) {
  const { total, calls, result } = await countDuring(stack, () => protagonists(stack).renew.invoke({}));
  if (!result.ok) throw new Error(`${run}: ${result.errorType}: ${result.errorMessage}`);
  const [outcome] = Settled.parse(result.payload).outcomes;
  if (outcome.changes.join() !== changes.join())
    throw new Error(`${run}: the changes were ${outcome.changes.join(", ") || "none"}`);
  return { run, total, calls, nextAt: outcome.nextAt };
}
