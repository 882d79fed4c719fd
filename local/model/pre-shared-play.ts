/** One seeded schedule of rotations, outages and people's doings, and what became of it. */
import { rotatePreSharedKeys } from "../../shared/keys/pre-shared-rotate.ts";
import type { PreSharedPolicy } from "../../shared/keys/pre-shared-schema.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { modelRotator } from "./pre-shared-clouds.ts";
import { drawHappenings, type Happening } from "./pre-shared-events.ts";
import { watchPromises, whatIsLeft } from "./pre-shared-promises.ts";
import { changeAzure, replaceEnd } from "./pre-shared-tunnels.ts";
import { type KeysWorld, newLink, ProcessEnded, pass, START } from "./pre-shared-world.ts";
import { randomFrom } from "./weather.ts";

const MINUTE = 60;
const HOUR = 3_600;
/** What happens happens in this time, */
const BUSY_SECONDS = 24 * HOUR;
/** and is over for so long before the end is looked at: an outage, a back-off and a replacement. */
const QUIET_SECONDS = 48 * HOUR;

export const POLICY: PreSharedPolicy = {
  rotateEverySeconds: 6 * HOUR,
  steadySeconds: 15 * MINUTE,
  settleSeconds: 300,
  pauseSeconds: 2 * HOUR,
  window: null,
};

export interface Played {
  /** How many keys were made and became current. */
  readonly rotated: number;
  /** Runs that ended in the midst. */
  readonly died: number;
  /** When all was in step again after the last thing had happened. */
  readonly settledAfterSeconds: number;
}

export interface Schedule {
  readonly seed: number;
  readonly tunnels: number;
  /** How many things happen. */
  readonly happenings: number;
  /** Of all looks, so many end in the midst. */
  readonly deathShare: number;
  readonly failShare: number;
  readonly ignoredShare: number;
  /** Of all looks during a rotation, so many are followed by something that happens. */
  readonly badLuckShare: number;
  /** Nobody tells of a lost tunnel: nothing but its own look keeps a rotation from beginning. */
  readonly isQuiet: boolean;
}

export function drawSchedule(seed: number): Schedule {
  const random = randomFrom(seed);
  return {
    seed,
    tunnels: 2 + Math.floor(random() * 3),
    happenings: Math.floor(random() * 12),
    deathShare: random() < 0.5 ? 0 : random() * 0.2,
    failShare: random() < 0.5 ? 0 : random() * 0.02,
    ignoredShare: random() < 0.5 ? 0 : random() * 0.5,
    badLuckShare: random() < 0.5 ? 0 : random() * 0.1,
    isQuiet: random() < 0.5,
  };
}

/** Throws `PromiseBroken` when a promise is, and an `Error` when the link does not come to rest. */
export async function play(schedule: Schedule): Promise<Played> {
  const random = randomFrom(schedule.seed + 1);
  const world = makeWorld(schedule, random);
  watchPromises(world);
  const names = world.desired.map(({ name }) => name);
  const drawn = { count: schedule.happenings, from: START, seconds: BUSY_SECONDS };
  const coming = drawHappenings(random, names, drawn);
  let died = 0;
  for (const end = START + BUSY_SECONDS; world.now < end; ) {
    if (random() < schedule.deathShare)
      world.diesIn = { calls: Math.floor(random() * 20), when: random() < 0.5 ? "before" : "after" };
    if (world.memory.attempt !== null && random() < schedule.badLuckShare) {
      const now = drawHappenings(random, names, { count: 1, from: world.now, seconds: 2 * MINUTE });
      coming.push(...now);
      coming.sort((one, other) => one.at - other.at);
    }
    died += await goOn(world, POLICY, coming);
    repairOthers(world, schedule.isQuiet);
  }
  const rotated = countRotated(world);
  for (const happening of coming.splice(0)) happening.run(world);
  const settledAfterSeconds = await comeToRest(world);
  return { rotated, died, settledAfterSeconds };
}

async function comeToRest(world: KeysWorld): Promise<number> {
  Object.assign(world, { frozen: false, incidents: [] });
  for (const [name] of world.maintenance)
    world.maintenance.set(name, { pending: false, autoAppliedAt: null });
  const start = world.now;
  const calm = { ...world, physics: { ...world.physics, failShare: 0, ignoredShare: 0 } };
  watchPromises(calm);
  while (calm.now < start + QUIET_SECONDS) {
    // Nothing is due any more: what was begun has to come to its end.
    await goOn(calm, { ...POLICY, rotateEverySeconds: null }, []);
    repairOthers(calm, false);
    alignByHand(calm);
    if (whatIsLeft(calm) === null) return calm.now - start;
  }
  throw new Error(`it has not come to rest: ${whatIsLeft(calm)}`);
}

/** One look, and the time until the next. 1 when the look ended in the midst. */
async function goOn(world: KeysWorld, policy: PreSharedPolicy, coming: Happening[]): Promise<number> {
  let died = 0;
  let isBusy = world.memory.attempt !== null;
  world.isDead = false;
  try {
    const { outcome, plan } = await rotatePreSharedKeys(modelRotator(world, policy));
    isBusy ||= outcome !== "nothing-to-do" || plan.waits.some(({ reason }) => reason === "settling");
  } catch (error) {
    if (error instanceof ProcessEnded) died = 1;
    else if (!(error instanceof CloudError)) throw error;
  }
  world.diesIn = null;
  const next = world.now + (isBusy ? MINUTE : 10 * MINUTE);
  while (world.now < next) {
    const [first] = coming;
    pass(world, Math.max(0, Math.min(next, first?.at ?? next) - world.now));
    if (first === undefined || first.at > world.now) continue;
    coming.shift();
    first.run(world);
  }
  return died;
}

/** What the tunnels concern does about one that is lost: it tells, and replaces AWS's end, which may not help. */
function repairOthers(world: KeysWorld, isQuiet: boolean): void {
  const { physics, now, work } = world;
  const lost = world.tunnels.filter(({ isUp, name }) => !isUp && world.memory.attempt?.tunnel !== name);
  const others = world.incidents.filter(({ key }) => key !== "tunnels");
  world.incidents =
    lost.length === 0 || isQuiet ? others : [...others, { key: "tunnels", severity: "warning" }];
  if (work?.reason === "repair" && (now >= work.dueAt || lost.every(({ name }) => name !== work.tunnel)))
    world.work = null;
  const target = lost.find(({ changedAt, replaced }) => replaced === null && now - changedAt > 10 * MINUTE);
  const isBusy = world.tunnels.some(({ replaced, azureChange }) => replaced !== null || azureChange !== null);
  if (target === undefined || isBusy || world.work !== null || physics.random() > 0.1) return;
  world.work = { tunnel: target.name, reason: "repair", startedAt: now, dueAt: now + HOUR / 2 };
  replaceEnd(physics, target, null, "others", now);
}

/** A person who is told that ends are read differently, where nothing but that reading is known, gives them one key. */
function alignByHand({ physics, tunnels, memory, now }: KeysWorld): void {
  for (const { name, blind } of memory.tunnels) {
    const tunnel = tunnels.find((one) => one.name === name);
    if (blind?.code !== "ends-read-differently" || tunnel === undefined) continue;
    if (tunnel.azureChange === null && tunnel.awsKey !== tunnel.azureKey)
      changeAzure(physics, tunnel, tunnel.awsKey, "others", now);
  }
}

function makeWorld(schedule: Schedule, random: () => number): KeysWorld {
  const hasNoAzureKey = random() < 0.2;
  const world = newLink(schedule.tunnels, {
    random,
    azureNegotiatesAtOnce: random() < 0.5,
    awsShowsKeyAtOnce: random() < 0.5,
    ignoredShare: schedule.ignoredShare,
    failShare: schedule.failShare,
    azureLagSeconds: Math.floor(random() * 300),
    awsLagSeconds: Math.floor(random() * 60),
  });
  // As after a deployment that has created them.
  if (hasNoAzureKey)
    for (const tunnel of world.tunnels)
      Object.assign(tunnel, { azureKey: null, isUp: false, lostTo: "others" });
  return world;
}

const countRotated = ({ secrets }: KeysWorld): number =>
  [...secrets.values()].filter(({ versions, labels }) =>
    versions.get(labels.get("AWSCURRENT") ?? "")?.value.includes('"made"'),
  ).length;
