/**
 * One life of a link: time goes by, faults begin and end, functions run, workloads poll; every promise is looked at after
 * each step. Where nothing changes for a while, time is leapt over, farther each time, so that most of a month costs
 * nothing: schedules may start nothing for as long, which no promise may hang on.
 */

import { START } from "../model/brain.ts";
import { isPassing } from "./callers.ts";
import type { Step } from "./calls.ts";
import { endOf, type Fault } from "./faults.ts";
import { hasWrong, TURN_SECONDS } from "./flows.ts";
import { EXCEPTION } from "./groups-input.ts";
import { begin, end, meddle } from "./happenings.ts";
import { API_KEY } from "./link.ts";
import { PROMISES } from "./promises/all.ts";
import { CONVERGES, leftOver, REST_SECONDS, SOON_SECONDS } from "./promises/converges.ts";
import { WATCHED } from "./promises/flows-kept.ts";
import { Schedule } from "./schedule.ts";
import { stateOf } from "./state.ts";
import { isAtWork, tunnelTurns } from "./tunnel-turns.ts";
import { goOnWorking, startPods } from "./work.ts";
import { createWorld, type World } from "./world.ts";

export const TICK_SECONDS = 10;
const DAY = 86_400;
/** Nothing has changed for so long: then time may be leapt over. */
const STEADY_SECONDS = 600;
const LEAP_MAX_SECONDS = 12 * 3_600;
/** Before the next run, replicas and pods go on for so long as if they had all the time: hardly a look looks further back. */
const WARM_UP_SECONDS = 2_400;
const WARM_UP_TICK_SECONDS = 60;
const WRITES =
  /^(vault\.(create|drop|merge)|authority\.issue|secret\.(write|move)|hand\.key-set|groups\.(open|rewrite|close)|nsg\.(put|remove)|tunnels\.replace|tunnel-keys\.set|tunnel-secret\.(write|move)|connections\.reset|connection-keys\.set)/;
const PODS_AT = START + 600;
/** After the last fault, all is in order within this: a grace, a proof and the longest pause of a back-off, twice. */
const CALM_SECONDS = 36 * 3_600;

export interface Broken {
  readonly promise: string;
  readonly what: string;
  readonly atSeconds: number;
}

export interface Lived {
  readonly broken: Broken | null;
  readonly hash: string;
  readonly steps: number;
  readonly faulty: number;
  readonly checks: number;
  readonly runs: number;
  readonly struck: ReadonlyMap<string, number>;
  readonly lines: readonly string[];
}

export interface LifeWanted {
  readonly seed: number;
  readonly days: number;
  readonly faults: readonly Fault[];
  readonly isTraced?: boolean;
}

export async function live({ seed, days, faults, isTraced = false }: LifeWanted): Promise<Lived> {
  const world = await createWorld({ seed, faults, isTraced });
  const life = new Life(world, faults);
  await life.until(START + days * DAY);
  await life.calmDown();
  const { calls, events, weather } = world;
  return {
    broken: life.broken,
    hash: events.digest(),
    steps: calls.made,
    faulty: calls.faulty,
    checks: life.checks,
    runs: life.schedule.started,
    struck: weather.struck,
    lines: events.lines,
  };
}

class Life {
  broken: Broken | null = null;
  checks = 0;
  readonly schedule: Schedule;
  readonly #world: World;
  readonly #watches: readonly {
    readonly name: string;
    readonly watch: ReturnType<(typeof PROMISES)[number]["watch"]>;
  }[];
  #coming: Fault[];
  #ending: Fault[] = [];
  #state = "";
  #steadySince = START;

  constructor(world: World, faults: readonly Fault[]) {
    this.#world = world;
    this.#coming = faults.toSorted((one, other) => one.at - other.at);
    this.schedule = new Schedule(world);
    this.#watches = PROMISES.map(({ name, watch }) => ({ name, watch: watch(world) }));
    world.calls.ahead = ({ name }) => {
      const foreseen = world.weather.foreseen(name, world.clock.now());
      if (foreseen !== undefined) meddle(world, foreseen);
    };
    world.calls.before = (step) => {
      for (const { watch } of this.#watches) watch.before?.(step);
    };
    world.calls.after = (step) => this.#check(step);
  }

  async until(at: number): Promise<void> {
    const { clock } = this.#world;
    while (clock.now() < at && this.broken === null) {
      await this.#tick(true);
      const leap = this.#leapSeconds(at);
      if (leap > 0) await this.#leapOver(leap);
    }
  }

  /** No fault begins any more, and those that are go on to their end. */
  async calmDown(): Promise<void> {
    const { clock, weather } = this.#world;
    const now = clock.now();
    this.#coming = this.#coming.filter(({ at }) => at <= now);
    weather.calmDown(now);
    await this.until(Math.max(now, ...[...this.#coming, ...this.#ending].map(endOf)));
    const until = clock.now() + CALM_SECONDS;
    while (clock.now() < until && this.broken === null) {
      await this.until(clock.now() + REST_SECONDS);
      if (leftOver(this.#world, SOON_SECONDS).length === 0) return await this.#stayCalm();
    }
    const [first] = leftOver(this.#world, SOON_SECONDS);
    if (first !== undefined) this.#note(CONVERGES, first);
  }

  /** All is in order: then it stays so, and nothing is written any more. */
  async #stayCalm(): Promise<void> {
    const { clock, calls } = this.#world;
    let written: string | null = null;
    const before = calls.before;
    calls.before = (step) => {
      if (WRITES.test(step.name)) written ??= step.name;
      before(step);
    };
    await this.until(clock.now() + REST_SECONDS);
    calls.before = before;
    if (written !== null) this.#note(CONVERGES, `${written} is called although nothing is left to do`);
    // What is due only later was not due within the rest.
    const [first] = leftOver(this.#world, 0);
    if (first !== undefined) this.#note(CONVERGES, `it was in order, and is no longer: ${first}`);
  }

  async #tick(runs: boolean, seconds: number = TICK_SECONDS): Promise<void> {
    const { clock, timeline } = this.#world;
    this.#beginAndEnd();
    goOnWorking(this.#world, seconds);
    if (clock.now() >= PODS_AT) startPods(this.#world);
    if (runs) this.schedule.startDue();
    await timeline.runUntil(clock.nowMs() + seconds * 1_000);
    this.#check(null);
    const state = stateOf(this.#world);
    if (state !== this.#state) this.#steadySince = clock.now();
    this.#state = state;
  }

  #beginAndEnd(): void {
    const now = this.#world.clock.now();
    while (this.#coming[0] !== undefined && this.#coming[0].at <= now) {
      const [fault] = this.#coming.splice(0, 1);
      if (fault === undefined) return;
      begin(this.#world, fault);
      this.#ending.push(fault);
      this.#steadySince = now;
    }
    const over = this.#ending.filter((fault) => endOf(fault) <= now);
    if (over.length === 0) return;
    for (const fault of over) end(this.#world, fault);
    this.#ending = this.#ending.filter((fault) => endOf(fault) > now);
    this.#steadySince = now;
  }

  /** 0 while anything is under way. */
  #leapSeconds(at: number): number {
    const now = this.#world.clock.now();
    const steady = now - this.#steadySince;
    if (this.schedule.active > 0 || steady < STEADY_SECONDS || this.broken !== null) return 0;
    // What began or ended within this tick does so with the next one.
    const isTurning = (this.#coming[0]?.at ?? at) <= now || this.#ending.some((fault) => endOf(fault) <= now);
    if (isTurning || isDrifting(this.#world) || isKnocked(this.#world)) return 0;
    const next = Math.min(at, this.#world.weather.nextChangeAfter(now), dueAfter(this.#world, now));
    const leap = Math.min(steady * 4, LEAP_MAX_SECONDS, next - now);
    return leap >= WARM_UP_SECONDS ? Math.floor(leap / TICK_SECONDS) * TICK_SECONDS : 0;
  }

  async #leapOver(seconds: number): Promise<void> {
    const { clock, timeline, callers } = this.#world;
    const until = clock.now() + seconds;
    await timeline.runUntil(Math.max(clock.now(), until - WARM_UP_SECONDS) * 1_000);
    callers.log.isLeapt = true;
    while (clock.now() < until && this.broken === null) await this.#tick(false, WARM_UP_TICK_SECONDS);
    callers.log.isLeapt = false;
    this.schedule.restart();
    // One run of each, to its end: then it is known whether time has changed anything.
    do await this.#tick(clock.now() === until);
    while (this.schedule.active > 0 && this.broken === null);
  }

  #check(step: Step | null): void {
    if (this.broken !== null) return;
    for (const { name, watch } of this.#watches) {
      this.checks += 1;
      const what = (step === null ? undefined : watch.after?.(step)) ?? watch.now?.();
      if (what === null || what === undefined) continue;
      this.#note(name, what);
      return;
    }
    const { fault } = this.schedule;
    if (fault !== null) this.#note("no run ends with a fault of ours", fault);
  }

  #note(promise: string, what: string): void {
    this.broken ??= { promise, what, atSeconds: this.#world.clock.now() - START };
    this.#world.events.note(this.#world.clock.nowMs(), `BROKEN ${promise}: ${what}`);
  }
}

/** Each turn, and when what is to be done about it counts as late. */
const EXCEPTION_TURNS = [EXCEPTION.from, EXCEPTION.until].flatMap((at) => [at, at + TURN_SECONDS + 10]);

/** While a group is not as it should be, and could be put right, its promise is about seconds. */
const isDrifting = (world: World): boolean =>
  isAtWork(world.tunnels, world.clock.now()) ||
  WATCHED.some(({ flows, isBlocked }) => !isBlocked(world) && hasWrong(flows(world)));

/** What relay says of callers is on its way, there is more to come, or what is told of them is over within minutes. */
const isKnocked = (world: World): boolean => {
  const { callers, wakes } = world;
  return callers.knockers.length > 0 || callers.log.isWaiting || wakes.length > 0 || isPassing(world);
};

/** A minute after a new API key is due: who looks hours later would tell that it is late. */
function dueAfter({ keySecret, tunnels }: World, now: number): number {
  const turns = EXCEPTION_TURNS.filter((at) => at > now);
  const { current } = keySecret.labelsOf(keySecret.placed);
  const dueAt = (current?.createdAt ?? now) + API_KEY.desired.rotateEverySeconds + 60;
  return Math.min(...turns, ...tunnelTurns(tunnels, now), dueAt > now ? dueAt : Number.POSITIVE_INFINITY);
}
