/**
 * The laws of applyNsg, over a group in memory that fails, is busy, and is left alone half-way: judged by a model that
 * tries every packet against every rule after every single write.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ModelRule, modelNsg, type NsgCall } from "../../local/model/network-security-groups.ts";
import { runs } from "../../local/property.ts";
import { CloudError } from "../runtime/errors.ts";
import type { NetworkSecurityGroups, NsgWritten } from "./network-security-groups.ts";
import { applyNsg } from "./nsg-apply.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { NsgRun, NsgWork } from "./nsg-run.ts";
import { FINAL_DENY, WALL } from "./nsg-write.ts";
import type { Rule } from "./schema.ts";
import { isAllowed, Model, PACKETS, type Stored } from "./test-nsg.ts";
import { anyCase, inputOf, MARK, secretsOf } from "./test-nsg-cases.ts";

const ID = "nsg";
class Killed extends Error {}

interface Fate {
  readonly when: "before" | "after";
  readonly kind: "killed" | "unreachable" | "TooManyRequests" | "ScopeLocked";
}
const FATES: readonly Fate[] = [
  { when: "before", kind: "killed" },
  { when: "after", kind: "killed" },
  { when: "before", kind: "unreachable" },
  { when: "after", kind: "unreachable" },
  { when: "before", kind: "TooManyRequests" },
  { when: "before", kind: "ScopeLocked" },
];
/** What happens at a call, in their order; half of the time nothing. */
const anyFate = fc.option(fc.constantFrom(...FATES), { nil: null, freq: 2 });

const anyWorld = fc.record({
  drawn: anyCase,
  fates: fc.array(anyFate, { maxLength: 25 }),
  readsToEnd: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
  /** How many others go before each call. */
  turns: fc.array(fc.nat(3), { minLength: 8, maxLength: 40 }),
  /** Which rule somebody takes away before a call; mostly none. */
  meddling: fc.array(fc.option(fc.nat(12), { nil: null, freq: 3 }), { maxLength: 12 }),
});
type World = typeof anyWorld extends fc.Arbitrary<infer T> ? T : never;

interface Step {
  readonly before: readonly Stored[];
  readonly after: readonly Stored[];
  /** Of the plan that led here. */
  readonly held: readonly Rule[];
}

/** The writes that close something and are made without a condition. */
const isDenyOfAll = ({ before, after }: Step): boolean =>
  after.some(({ name }) => DENY_OF_ALL.test(name) && !before.some((one) => one.name === name));
const DENY_OF_ALL = new RegExp(`-(${FINAL_DENY}|${WALL})(-\\d+)?$`);

function cycle(numbers: readonly number[]): () => number {
  let at = -1;
  return () => {
    at = (at + 1) % numbers.length;
    return numbers[at] ?? 0;
  };
}

function openWorld({ drawn, fates, readsToEnd, turns, meddling }: World) {
  const input = inputOf(drawn);
  const steps: Step[] = [];
  const locked = new Set<string>();
  let held: readonly Rule[] = [];
  const turn = cycle(turns);
  const nsg = modelNsg({
    id: ID,
    rules: drawn.nsg,
    rulesMax: input.rulesMax,
    readsToEnd: cycle(readsToEnd),
    meet: meeting(fates, locked),
    onWrite: (after, before) => steps.push({ before: stored(before), after: stored(after), held }),
  });
  const left = [...meddling];
  const go = async (mayMeddle = true) => {
    const victim = left.shift() ?? null;
    if (victim !== null && mayMeddle)
      nsg.meddle((rules) => rules.toSpliced(victim % Math.max(rules.length, 1), 1));
    for (let count = turn(); count > 0; count -= 1) await Promise.resolve();
  };
  /** One run, of ten minutes of its own time; null when it was killed, or could not look. */
  const run = async (): Promise<NsgRun | null> => {
    let latest: readonly Rule[] = [];
    const writing = async (etag: string | null, write: () => Promise<NsgWritten>): Promise<NsgWritten> => {
      // Azure takes no condition for a rule that is not there yet: somebody may be quicker than that.
      await go(etag !== null);
      const before = held;
      held = latest;
      const written = await write();
      if (written.kind !== "accepted") held = before;
      return written;
    };
    const groups: NetworkSecurityGroups = {
      async read(id) {
        await go();
        return await nsg.read(id);
      },
      put: (id, rule) => writing(rule.etag, () => nsg.put(id, rule)),
      remove: (id, name, etag) => writing(etag, () => nsg.remove(id, name, etag)),
    };
    const plan: NsgWork["plan"] = (observed, untouchable, stuck) => {
      const made = planNetworkSecurityGroup({ ...input, observed, untouchable, stuck });
      latest = made.awaitingConsent;
      return made;
    };
    return await runForTenMinutes(groups, plan);
  };
  /** What everybody comes to once nothing is in the way. */
  const settle = async (): Promise<void> => {
    for (let count = 0; count < 40; count += 1) {
      const answer = await run();
      const isOver = answer !== null && !answer.isMore && answer.failures.length === 0;
      if (isOver && answer.plan.changes.length === 0) return;
    }
    throw new Error("does not settle");
  };
  return { steps, locked, run, settle };
}

const stored = (rules: readonly ModelRule[]): Stored[] => rules.map((rule) => ({ ...rule, etag: "" }));

/** `locked`: what Azure has refused to have written for a lock. */
function meeting(fates: readonly (Fate | null)[], locked: Set<string>) {
  const left = [...fates];
  let fate: Fate | null = null;
  return (call: NsgCall, target: string, when: "before" | "after") => {
    if (when === "before") fate = left.shift() ?? null;
    if (fate?.when !== when) return;
    const { kind: code } = fate;
    if (code === "killed") throw new Killed();
    if (code === "ScopeLocked") locked.add(target);
    const [retryable, throttled] = [code !== "ScopeLocked", code === "TooManyRequests"];
    throw new CloudError({ provider: "azure", operation: call, target, code, retryable, throttled });
  };
}

async function runForTenMinutes(
  groups: NetworkSecurityGroups,
  plan: NsgWork["plan"],
): Promise<NsgRun | null> {
  let nowMs = 0;
  try {
    return await applyNsg({
      id: ID,
      groups,
      plan,
      mayWrite: async () => true,
      clock: () => 1_800_000_000,
      remainingMs: () => 600_000 - nowMs,
      pause: async (ms) => {
        nowMs += ms;
      },
    });
  } catch (error) {
    if (error instanceof Killed || error instanceof CloudError) return null;
    throw error;
  }
}

const nameOf = (decider: Stored | "Allow" | "Deny"): string =>
  typeof decider === "string" ? "" : decider.name;
const isMarked = (decider: Stored | "Allow" | "Deny"): boolean => nameOf(decider).startsWith(MARK);

/**
 * Of every write: what others do is theirs. Where only marked rules are ours, so is a marked one that somebody has
 * locked: what it opens is not kept shut by a deny of ours that a wanted flow does not pass.
 */
function expectSafe({ drawn }: World, steps: readonly Step[], locked: ReadonlySet<string>): void {
  const model = new Model(secretsOf(drawn.secrets));
  const wanted = model.wanted(inputOf(drawn).desired.rules);
  for (const { before, after, held: kept } of steps) {
    const held = model.wanted(kept);
    const was = model.open(before);
    const is = model.deciders(after);
    const wrong = PACKETS.filter((_, packet) => {
      const decider = is[packet] ?? "Deny";
      if (was[packet] === isAllowed(decider)) return false;
      const isKept = wanted[packet] || held[packet];
      const isOurs = drawn.own === "all" || (isMarked(decider) && !locked.has(nameOf(decider)));
      return isKept ? was[packet] : !was[packet] && isOurs;
    });
    expect(wrong).toEqual([]);
  }
}

describe("applyNsg", () => {
  it("closes no wanted flow and opens no unwanted one, whatever fails and wherever it is killed, and settles", async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, async (world) => {
        const { steps, locked, settle } = openWorld(world);
        await settle();
        expectSafe(world, steps, locked);
      }),
      runs(),
    );
  });

  it("does the same when two run at once while somebody else takes rules away, in whatever order their calls come", async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, async (world) => {
        const { steps, locked, run, settle } = openWorld({ ...world, fates: [] });
        await Promise.all([run(), run()]);
        await settle();
        const isMeddled = world.meddling.some((one) => one !== null);
        expectSafe(world, isMeddled ? steps.filter((step) => !isDenyOfAll(step)) : steps, locked);
      }),
      runs(2),
    );
  });
});
