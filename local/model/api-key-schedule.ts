/** What befalls an API key in an hour: rotations, outages, deaths of runs, replicas and pods that come, go and are late. */
import fc from "fast-check";
import type { KeyStrike } from "./api-key-calls.ts";
import { live, servedWorld } from "./api-key-days.ts";
import type { Away, KeyWorld } from "./api-keys.ts";

const MINUTE = 60;

const ofKind = <Kind extends string>(kind: Kind) => fc.constant(kind);
/** A rotation is asked for at the beginning: most befalls it, the rest what comes after. */
const anyAt = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 8 * MINUTE }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 60 * MINUTE }) },
);
/** Some are longer than the grace, and than a proof may take. */
const anySeconds = fc.oneof(
  fc.integer({ min: 30, max: 8 * MINUTE }),
  fc.integer({ min: 30, max: 40 * MINUTE }),
);

const anyWeather = fc.oneof(
  fc.record({ kind: ofKind("rotate"), at: anyAt }),
  fc.record({
    kind: ofKind("away"),
    at: anyAt,
    seconds: anySeconds,
    who: fc.constantFrom<readonly (keyof Away)[]>(
      ["secret"],
      ["log"],
      ["memory"],
      ["hand"],
      ["vault"],
      ["link"],
      ["secret", "log", "memory"],
      ["hand", "vault"],
    ),
  }),
  fc.record({
    kind: ofKind("strike"),
    at: anyAt,
    after: fc.nat(6),
    strike: fc.record({
      effect: fc.constantFrom<KeyStrike["effect"]>("dies", "unanswered", "throttled"),
      when: fc.constantFrom<KeyStrike["when"]>("before", "after"),
    }),
  }),
  fc.record({ kind: ofKind("look-again"), at: anyAt }),
  fc.record({ kind: ofKind("forget"), at: anyAt }),
  fc.record({ kind: ofKind("replica-comes"), at: anyAt }),
  fc.record({ kind: ofKind("replica-goes"), at: anyAt }),
  fc.record({ kind: ofKind("replica-late"), at: anyAt, which: fc.nat(3), seconds: anySeconds }),
  fc.record({ kind: ofKind("pod-comes"), at: anyAt }),
  fc.record({ kind: ofKind("pod-restarts"), at: anyAt, which: fc.nat(3) }),
  fc.record({ kind: ofKind("pod-late"), at: anyAt, which: fc.nat(3), seconds: anySeconds }),
);

const anyLabel = fc.constantFrom("AWSCURRENT" as const, "AWSPENDING" as const, "AWSPREVIOUS" as const);
const anyMeddling = fc.oneof(
  /** To the version that is so many from the last; null takes it off. */
  fc.record({
    kind: ofKind("label-moved"),
    at: anyAt,
    label: anyLabel,
    to: fc.option(fc.nat(4)),
  }),
  fc.record({ kind: ofKind("value-typed"), at: anyAt }),
  fc.record({ kind: ofKind("vault-set"), at: anyAt, to: fc.option(fc.nat(4)) }),
  fc.record({ kind: ofKind("vault-disabled"), at: anyAt }),
  fc.record({ kind: ofKind("vault-deleted"), at: anyAt, seconds: anySeconds }),
  fc.record({ kind: ofKind("secret-deleted"), at: anyAt, seconds: anySeconds }),
);

type Event = (typeof anyWeather extends fc.Arbitrary<infer T> ? T : never) | Meddling;
type Meddling = typeof anyMeddling extends fc.Arbitrary<infer T> ? T : never;

export interface KeySchedule {
  readonly seed: number;
  readonly lookEverySeconds: number;
  /** After so long a line of the log is found. */
  readonly delaySeconds: number;
  readonly isFirstCurrent: boolean;
  readonly events: readonly Event[];
}

const scheduleOf = (event: fc.Arbitrary<Event>): fc.Arbitrary<KeySchedule> =>
  fc.record({
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
    lookEverySeconds: fc.constantFrom(30, 60, 60, 300),
    delaySeconds: fc.integer({ min: 1, max: 25 }),
    isFirstCurrent: fc.boolean(),
    events: fc.array(event, { minLength: 1, maxLength: 14 }),
  });

export const anySchedule = scheduleOf(anyWeather);
export const anyMeddledSchedule = scheduleOf(fc.oneof<fc.Arbitrary<Event>[]>(anyWeather, anyMeddling));

/** Short ones, so that much happens within them. */
const DESIRED = { graceSeconds: 600, provenWithinSeconds: 900 };

/** Goes through the schedule, and on until all that it began has had its time. */
export async function goThroughKeys(schedule: KeySchedule): Promise<KeyWorld> {
  const { seed, lookEverySeconds, delaySeconds, isFirstCurrent } = schedule;
  const world = await servedWorld({ desired: DESIRED, seed, isFirstCurrent });
  world.log.delaySeconds = delaySeconds;
  const start = world.now;
  world.askedAt = start;
  for (const event of schedule.events.toSorted((one, other) => one.at - other.at)) {
    const seconds = start + event.at - world.now;
    if (seconds > 0) await live(world, seconds, lookEverySeconds);
    await befall(world, event);
  }
  await live(world, 3_600, lookEverySeconds);
  return world;
}

/** How long it takes at the most, once all is calm: what had begun ends, with its grace, and one rotation more. */
export const CALM_SECONDS = 12 * 3_600;

async function befall(world: KeyWorld, event: Event): Promise<void> {
  const { now } = world;
  switch (event.kind) {
    case "rotate":
      world.askedAt = now;
      return;
    case "away":
      for (const who of event.who) world.away[who] = now + event.seconds;
      return;
    case "strike": {
      const at = world.calls.made.length + event.after;
      world.calls.strike = (_call, index) => (index === at ? event.strike : undefined);
      return;
    }
    case "look-again":
      await world.look();
      await world.look();
      return;
    case "forget":
      world.memory = null;
      return;
    case "replica-comes":
      if (world.replicas.length < 4) world.addReplica(`relay-${now}`);
      return;
    case "replica-goes":
      if (world.replicas.filter(({ ready }) => ready).length > 1) world.replicas = world.replicas.slice(1);
      return;
    case "replica-late":
      late(world.replicas[event.which], now + event.seconds);
      return;
    case "pod-comes":
      if (world.pods.length < 4) world.addPod(`bunny-${now}`);
      return;
    case "pod-restarts":
      world.pods[event.which]?.restart();
      return;
    case "pod-late":
      late(world.pods[event.which], now + event.seconds);
      return;
    default:
      meddle(world, event);
  }
}

const late = (who: { lateUntil: number } | undefined, until: number) => {
  if (who !== undefined) who.lateUntil = until;
};

/** A person's hand, in either console. From then on only our own writes are judged. */
function meddle(world: KeyWorld, event: Meddling): void {
  const { now, secret, vault } = world;
  world.meddledAt ??= now;
  const versionAgo = (count: number): string | undefined => [...secret.versions.keys()].at(-1 - count);
  switch (event.kind) {
    case "label-moved": {
      const to = event.to === null ? null : versionAgo(event.to);
      if (to === undefined || (to === null && event.label === "AWSCURRENT")) return;
      secret.attach(event.label, to);
      return;
    }
    case "value-typed":
      secret.putForeign(`foreign-${secret.versions.size}`.padEnd(32, "0"));
      return;
    case "vault-set":
      vault.put(event.to === null ? null : (secret.keyOf(versionAgo(event.to))?.facts.id ?? null));
      return;
    case "vault-disabled":
      vault.enable(false);
      return;
    case "vault-deleted":
      vault.deletedUntil = now + event.seconds;
      return;
    case "secret-deleted":
      secret.deletedUntil = now + event.seconds;
      return;
  }
}
