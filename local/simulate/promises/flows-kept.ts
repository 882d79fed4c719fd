/** 3. A wanted flow is never closed, not even for a moment; an unwanted one is closed within the sweep interval. */
import type { Step } from "../calls.ts";
import type { Service } from "../faults.ts";
import { type Flows, isWrong, nodesFlows, relayFlows } from "../flows.ts";
import { SWEEP_SECONDS } from "../functions/heal-allowlists.ts";
import { RELAY_GROUP } from "../groups-input.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

/** A start that is late, a run with slow calls, and the tick of the schedule. */
const LATE_SECONDS = 420;
/** What a person does so shortly before a look may not show in it. */
const UNSEEN_MS = 2_500;

/** One group as it is watched. */
interface Watched {
  readonly name: "relay" | "nodes";
  /** Of the calls that are about it. */
  readonly calls: RegExp;
  readonly look: string;
  readonly rules: (world: World) => readonly unknown[];
  readonly flows: (world: World) => Flows;
  /** No run could put it right now, whatever it did. */
  readonly isBlocked: (world: World) => boolean;
}

const RELAY_WATCHED: Watched = {
  name: "relay",
  calls: /^groups\.(open|rewrite|close)$/,
  look: "groups.rules",
  rules: relayRules,
  flows: (world) => relayFlows(relayRules(world), world.clock.now()),
  isBlocked: (world) => isBlocked(world, ["ec2", "table"]),
};

const NODES_WATCHED: Watched = {
  name: "nodes",
  // What was begun is done when the group is read.
  calls: /^nsg\./,
  look: "nsg.read",
  rules: ({ allowlists }) => allowlists.nsg.rules,
  flows: ({ allowlists }) => nodesFlows(allowlists.nsg.rules),
  isBlocked: (world) =>
    isBlocked(world, ["arm", "function-app", "table"]) ||
    world.weather.is("deployment", world.clock.now()) !== undefined ||
    isHandFrozen(world),
};
export const WATCHED: readonly Watched[] = [RELAY_WATCHED, NODES_WATCHED];

function relayRules({ allowlists }: World) {
  return allowlists.securityGroups.groups.get(RELAY_GROUP) ?? [];
}

export const flowsKept: ProductPromise = {
  name: "3: no wanted flow is closed, and an unwanted one is within the sweep interval",
  watch(world) {
    const watches = WATCHED.map((watched) => watchGroup(world, watched));
    const first = (find: (watch: GroupWatch) => string | null) => {
      for (const watch of watches) {
        const what = find(watch);
        if (what !== null) return what;
      }
      return null;
    };
    return {
      before: (step) => {
        for (const { before } of watches) before(step);
      },
      after: (step) => first(({ after }) => after(step)),
      now: () => first(({ now }) => now()),
    };
  },
};

interface GroupWatch {
  readonly before: (step: Step) => void;
  readonly after: (step: Step) => string | null;
  readonly now: () => string | null;
}

function watchGroup(world: World, watched: Watched): GroupWatch {
  const { clock } = world;
  const { name, calls, look } = watched;
  /** When each run looked last. */
  const lookedAtMs = new Map<string, number>();
  let before: { readonly flows: Flows; readonly rules: readonly unknown[] } | null = null;
  const late = lateness(world, watched);
  const isOutdated = (step: Step): boolean =>
    world.allowlists.editedAtMs[name] > (lookedAtMs.get(step.run.name) ?? 0) - UNSEEN_MS;
  return {
    before: (step) => {
      before = calls.test(step.name) ? { flows: watched.flows(world), rules: watched.rules(world) } : null;
    },
    after: (step) => {
      if (step.name === look) lookedAtMs.set(step.run.name, clock.nowMs());
      if (before === null || before.rules === watched.rules(world)) return null;
      const { flows, rules } = before;
      before = null;
      return turned(flows, watched.flows(world), {
        step: step.name,
        // Neither cloud has a condition for these: somebody may be quicker.
        isForgiven: isOutdated(step) && (name === "relay" || watched.rules(world).length > rules.length),
      });
    },
    now: late,
  };
}

/** What our own write has done to a flow. */
function turned(
  before: Flows,
  after: Flows,
  { step, isForgiven }: { readonly step: string; readonly isForgiven: boolean },
): string | null {
  for (let packet = 0; packet < after.open.length; packet += 1) {
    if (before.open[packet] === after.open[packet] || !isWrong(after, packet)) continue;
    if (after.open[packet] === true) return `${step} opens a flow that is not wanted`;
    if (!isForgiven) return `${step} closes a flow that is wanted`;
  }
  return null;
}

/** How long each flow is what it should not be, apart from when nobody could change it. */
function lateness(world: World, watched: Watched): () => string | null {
  const wrongSince = new Map<number, number>();
  let last: Flows | null = null;
  return () => {
    const flows = watched.flows(world);
    const now = world.clock.now();
    if (last === null || !isSame(flows, last) || wrongSince.size > 0) {
      last = flows;
      for (let packet = 0; packet < flows.open.length; packet += 1) {
        if (!isWrong(flows, packet)) wrongSince.delete(packet);
        else if (!wrongSince.has(packet)) wrongSince.set(packet, now);
      }
    }
    if (wrongSince.size === 0) return null;
    if (watched.isBlocked(world)) for (const packet of wrongSince.keys()) wrongSince.set(packet, now);
    const seconds = now - Math.min(...wrongSince.values());
    return seconds > SWEEP_SECONDS + LATE_SECONDS
      ? `a flow of ${watched.name} is not what is wanted for ${seconds} s`
      : null;
  };
}

const isSame = (one: Flows, other: Flows): boolean =>
  one.open === other.open && one.mustBeOpen === other.mustBeOpen && one.mayBeOpen === other.mayBeOpen;

/** True while a run might change nothing: there is no telling what a storm strikes. */
function isBlocked({ weather, clock, journal }: World, services: readonly Service[]): boolean {
  const now = clock.now();
  return (
    journal.freeze.stands.frozen ||
    services.some((service) => weather.isAway(service, now)) ||
    (["storm", "lost-events"] as const).some((kind) => weather.is(kind, now) !== undefined)
  );
}

/** By its own word, which the thaw has to reach. */
export const isHandFrozen = ({ allowlists }: World): boolean =>
  allowlists.rows.texts.get("control/freeze")?.includes('"frozen":true') === true;
