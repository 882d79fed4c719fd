/**
 * What watching the tunnels takes: the calls of a sweep that finds nothing new, and how long it is from an alarm's
 * event to the call of Slack that tells of it. Stand-ins are calm, and no schedule runs: what is measured is the
 * event's own way through both functions, on this machine.
 */
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { type About, isOver, messagesAbout } from "../demo/channel.ts";
import { until } from "../demo/chapter.ts";
import type { RunningFunction } from "../stack/lambdas.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { countDuring } from "./count.ts";
import { type Samples, summarize } from "./samples.ts";

export interface SweepCalls {
  readonly sweep: string;
  readonly total: number;
  readonly calls: Readonly<Record<string, number>>;
}

export interface TunnelFigures {
  readonly sweeps: readonly SweepCalls[];
  readonly eventToSlack: Samples;
}

const LINK_FILE = path.join(import.meta.dirname, "link.ts");
/** Of tunnels and alarms, so that a round takes about two seconds. */
const SPEED = 300;
const ROUNDS = 15;
const TUNNEL = "one-a";
const ABOUT: About = "tunnels";
/** A channel takes one message a second. */
const PACE_MS = 1_100;

export async function measureTunnels(): Promise<TunnelFigures> {
  const stack = await startStack({ linkFile: LINK_FILE, seed: 0, calm: true, speed: SPEED });
  try {
    const sweeps = await countSweeps(stack);
    stack.monitoring.begin(() => 0);
    // The first one finds everything cold.
    await timeRound(stack);
    const times: number[] = [];
    while (times.length < ROUNDS) times.push(await timeRound(stack));
    return { sweeps, eventToSlack: summarize(times) };
  } finally {
    await stack.close();
  }
}

async function countSweeps(stack: Stack): Promise<SweepCalls[]> {
  const watch = found(stack, "WatchTunnels");
  const tell = found(stack, "TellIncidents");
  const first = await countSweep(stack, "first sweep, all of it cold", watch);
  const calm = await countSweep(stack, "sweep of the tunnels", watch);
  const nothing = await countSweep(stack, "nothing to tell", tell);
  return [first, calm, nothing];
}

async function countSweep(stack: Stack, sweep: string, { invoke }: RunningFunction): Promise<SweepCalls> {
  const { total, calls, result } = await countDuring(stack, () => invoke({}));
  if (!result.ok) throw new Error(`${sweep}: ${result.errorType}: ${result.errorMessage}`);
  return { sweep, total, calls };
}

/** Milliseconds from the alarm's event to Slack's answer. Afterwards all is as before. */
async function timeRound(stack: Stack): Promise<number> {
  const before = messagesAbout(stack, ABOUT).length;
  const rang = nextAlarm(stack);
  stack.vpn.cut(TUNNEL);
  const rangAt = await rang;
  const posts = stack.kernel.calls("slack:chat.postMessage").length;
  await until("the alarm is told", () => messagesAbout(stack, ABOUT)[before]);
  const post = await until("the call is recorded", () => stack.kernel.calls("slack:chat.postMessage")[posts]);
  await heal(stack, before);
  return post.atMs - rangAt;
}

const Rang = z.object({ alarmName: z.string(), state: z.object({ value: z.literal("ALARM") }) });

/** When the tunnel's alarm rings next, on the wall clock. */
const nextAlarm = (stack: Stack): Promise<number> =>
  new Promise((resolve) => {
    const name = alarmOf(stack);
    stack.aws.eventBridge.listen((_bus, { detail }) => {
      if (Rang.safeParse(detail).data?.alarmName === name) resolve(Date.now());
    });
  });

async function heal(stack: Stack, message: number): Promise<void> {
  stack.vpn.restore(TUNNEL);
  await until("the alarm is over", () => stack.monitoring.cloudWatch.alarms.state(alarmOf(stack)) === "OK");
  await until("the end is told", async () => {
    await found(stack, "WatchTunnels").invoke({});
    await found(stack, "TellIncidents").invoke({});
    const told = messagesAbout(stack, ABOUT)[message];
    return told !== undefined && isOver(told);
  });
  await pause(PACE_MS);
}

function alarmOf({ graph }: Stack): string {
  const alarm = graph.metricAlarms.find(({ name }) => name.endsWith(`-tunnel-${TUNNEL}-down`));
  if (alarm === undefined) throw new Error(`${TUNNEL} has no alarm`);
  return alarm.name;
}

function found({ functions }: Stack, logicalName: string): RunningFunction {
  const running = [...functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (running === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return running;
}
