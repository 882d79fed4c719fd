/**
 * The publisher dies at each call that a clean run makes, or its hand does within a verb, or a call fails. The places
 * are recorded from a clean run, so that a new call is covered by being made. In the end all stands as after a run that
 * nothing has disturbed.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../local/model/calls.ts";
import { failurePlaces, placesOf, tellPlace } from "../../local/model/effects.ts";
import { sampled } from "../../local/property.ts";
import type { Instant } from "../runtime/instant.ts";
import type { TrustBundle } from "./schema.ts";
import { type CrashWorld, openIn } from "./test-crash.ts";
import { look, STAGES } from "./test-crash-stages.ts";

/** Before the hand's claim has ended, and after any Lambda has. */
const LATER = [30, 900];
/** Each minute one. */
const LOOKS = 5;
/** All are gone through in `npm run soak`. Odd: every other case is after its call's effect. */
const ONE_IN = 7;

const numberOf = (version: unknown) => String(version).split("-")[0];

/** When a CA was closed is of the run that closed it, and with it the version. */
async function restOf({ world, audit, incidents, ...crash }: CrashWorld) {
  const head = await world.head();
  return {
    number: head?.number,
    cas: head?.authorities.map(({ id, closedAt }) => `${id} ${closedAt === null ? "open" : "closed"}`),
    revoked: head?.revoked,
    isCopied: world.vault.bundle?.version === head?.version,
    remembered: world.memory.published,
    open: openIn({ world, audit, incidents, ...crash }),
    unannounced: [...incidents.standing.values()].filter(
      ({ announced, state }) => announced?.state !== state,
    ),
    recorded: [
      ...new Set(audit.changes.map(({ target, after }) => `${target} ${numberOf(after?.["version"])}`)),
    ].toSorted(),
  };
}

/** By the name of the one that lacks it. */
function caInUseMissing({ world }: CrashWorld, { number, authorities, revoked }: TrustBundle): string[] {
  const now = world.clock.now();
  const live = [...world.journal.intents.values()].flatMap(({ certificateArn = "", notAfter }) =>
    notAfter > now && !revoked.some(({ serial }) => certificateArn.endsWith(`/${serial}`))
      ? [certificateArn]
      : [],
  );
  return world.cas.flatMap(({ arn, role, facts }) =>
    live.some((leaf) => leaf.startsWith(arn)) && !authorities.some(({ id }) => id === facts.id)
      ? [`bundle ${number} lacks the ${role} CA`]
      : [],
  );
}

/** By store: relay's, then bunny's. */
const storesOf = async ({ world }: CrashWorld) => [await world.head(), world.vault.bundle];

/** What must hold at every moment, in words; [] when all does. `before` stood in the stores when the run began. */
async function brokenIn(crash: CrashWorld, before: readonly (TrustBundle | null)[]): Promise<string[]> {
  const { world, copies } = crash;
  const stores = await storesOf(crash);
  const texts = [...world.secret.versions.values()].flatMap(({ value }) => value?.unwrap() ?? []);
  const strangers = copies.filter(({ version }) => !texts.some((text) => text.includes(`"${version}"`)));
  return [
    ...stores.flatMap((store) => (store === null ? [] : caInUseMissing(crash, store))),
    ...stores.flatMap((store, at) => letInAgain(store, before[at] ?? null, world.clock.now())),
    ...strangers.map(({ version }) => `bunny was given ${version}, which relay never had`),
    ...((copies.at(-1)?.number ?? 0) > (stores[0]?.number ?? 0) ? ["bunny is ahead of relay"] : []),
  ];
}

const letInAgain = (store: TrustBundle | null, before: TrustBundle | null, now: Instant): string[] =>
  (before?.revoked ?? [])
    .filter(({ serial, until }) => until > now && !store?.revoked.some((one) => one.serial === serial))
    .map(({ serial }) => `bundle ${store?.number} lets ${serial} in again`);

interface Case {
  readonly how: "died" | "lost its hand" | "failed in a call";
  readonly place: string;
  /** Until the next look. */
  readonly seconds: number;
  readonly strike: (crash: CrashWorld) => void;
}

/** Every call of the publisher, and of its hand. */
function casesOf(calls: readonly Call[], handCalls: readonly string[]): Case[] {
  const deaths = placesOf(calls).map((place) => ({
    how: "died" as const,
    place: tellPlace(place),
    strike: ({ world }: CrashWorld) => world.calls.dieAt(place),
  }));
  const ends = handCalls.flatMap((name, at) =>
    (["before", "after"] as const).map((when) => ({
      how: "lost its hand" as const,
      place: `${when} ${name} (call ${at} of the hand)`,
      strike: ({ endHandAt }: CrashWorld) => endHandAt({ at, when }),
    })),
  );
  const failures = failurePlaces(calls).map((place) => ({
    how: "failed in a call" as const,
    place: tellPlace(place),
    seconds: 30,
    strike: ({ world }: CrashWorld) =>
      world.calls.fail({ call: place.call.name, nth: place.nth, when: place.when, code: "InternalFailure" }),
  }));
  return [
    ...LATER.flatMap((seconds) => [...deaths, ...ends].map((one) => ({ ...one, seconds }))),
    ...failures,
  ];
}

describe.each(Object.entries(STAGES))("publishTrust, in %s", (stage, scene) => {
  let cases: readonly Case[];
  let clean: Awaited<ReturnType<typeof restOf>>;

  beforeAll(async () => {
    const crash = await scene.prepare();
    crash.world.calls.forget();
    crash.endHandAt(null);
    // Guards the other tests: what they go through is the whole path.
    expect((await crash.run()).published).toEqual(scene.publishes);
    const all = casesOf(crash.world.calls.brain, crash.handCalls);
    process.stdout.write(`crash matrix of the trust, ${stage}: ${all.length} cases\n`);
    cases = sampled(all, ONE_IN);
    await settle(crash);
    clean = await restOf(crash);
    expect(clean).toMatchObject({ isCopied: true, open: [...scene.leavesOpen], unannounced: [] });
  });

  async function settle(crash: CrashWorld) {
    const reports = [];
    for (let looks = 0; looks < LOOKS; looks += 1) reports.push(await look(crash, scene.serves));
    return reports;
  }

  async function expectFinished({ strike, seconds, place }: Case): Promise<void> {
    const crash = await scene.prepare();
    const before = await storesOf(crash);
    crash.world.calls.forget();
    crash.endHandAt(null);
    strike(crash);
    await crash.run().catch(() => undefined);
    crash.world.calls.forget();
    crash.endHandAt(null);
    expect(await brokenIn(crash, before), place).toEqual([]);
    crash.world.clock.advance(seconds);
    await crash.world.sayLoaded(scene.serves);
    const reports = await settle(crash);
    expect(reports.at(-1), place).toEqual({ published: [], trouble: [] });
    expect(await brokenIn(crash, before), place).toEqual([]);
    expect(await restOf(crash), place).toEqual(clean);
  }

  it.each<Case["how"]>(["died", "lost its hand", "failed in a call"])(
    "is finished by the runs after one that %s, wherever that was",
    async (how) => {
      for (const one of cases) if (one.how === how) await expectFinished(one);
    },
  );
});
