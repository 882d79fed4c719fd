/** The laws of planApiKey, whatever is observed and remembered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { type ApiKeyInput, type ApiKeyPlan, planApiKey } from "./api-key-plan.ts";
import type { KeyLabels, LabelledKey, ObservedApiKey } from "./api-key-schema.ts";
import { DESIRED, every, NOW } from "./test-api-keys.ts";

const IDS = ["a", "b", "c", "d"].map((digit) => digit.repeat(16));
const anyId = fc.constantFrom(...IDS);
const anyPast = fc.integer({ min: 0, max: 20_000 }).map((seconds) => NOW - seconds);

const anyLabelled: fc.Arbitrary<LabelledKey | null> = fc.option(
  fc.record({ id: anyId, isOurs: fc.boolean(), isFit: fc.boolean(), createdAt: anyPast }).map((drawn) => ({
    versionId: `version-${drawn.id}`,
    createdAt: drawn.createdAt,
    key: drawn.isOurs
      ? { id: drawn.id, identity: drawn.isFit ? DESIRED.identity : "other", scopes: DESIRED.scopes }
      : null,
  })),
);
const anyVault: fc.Arbitrary<ObservedApiKey["vault"]> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(null, "deleted" as const, "unreadable" as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      version: anyId,
      keyId: fc.option(anyId),
      enabled: fc.constantFrom(true, true, false),
      createdAt: anyPast,
    }),
  },
);
const anyTimes = fc.oneof(
  fc.constant(every(3_550)),
  fc.array(fc.integer({ min: NOW - 3_600, max: NOW }), { maxLength: 20 }),
);
const anyUse = fc.record({ keyId: anyId, at: anyTimes });
const anyLog: fc.Arbitrary<ObservedApiKey["log"]> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("not-searched" as const, "unreadable" as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      replicas: fc.uniqueArray(
        fc.record({
          replica: fc.constantFrom("relay-0", "relay-1", "relay-2"),
          at: anyPast,
          keyIds: fc.oneof(fc.constant(IDS), fc.subarray(IDS)),
        }),
        { selector: ({ replica }) => replica },
      ),
      heardAt: anyTimes,
      used: fc.uniqueArray(anyUse, { selector: ({ keyId }) => keyId }),
      heard: anyTimes.map((at) => [{ identity: DESIRED.identity, at }]),
    }),
  },
);
const anySighting = fc.option(fc.record({ id: anyId.map((id) => `version-${id}`), since: anyPast }));
const anyMemory = fc.option(
  fc.record({
    current: anySighting,
    pending: anySighting,
    previous: anySighting,
    vault: fc.option(fc.record({ id: anyId, since: anyPast })),
    pushAsked: anySighting,
    used: fc.option(fc.record({ id: anyId, since: anyPast })),
    draft: anySighting,
    begun: fc.option(fc.record({ id: anyId.map((id) => `version-${id}`), vault: fc.option(anyId) })),
    hidden: fc.option(fc.record({ since: anyPast, triedAt: anyPast })),
    movedAt: fc.option(anyPast),
    givenUpAt: fc.option(anyPast),
    blindSince: fc.option(anyPast),
  }),
);
const anyLabels: fc.Arbitrary<ObservedApiKey["labels"]> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("deleted" as const, "unreadable" as const) },
  { weight: 9, arbitrary: fc.record({ current: anyLabelled, pending: anyLabelled, previous: anyLabelled }) },
);

const anyInput: fc.Arbitrary<ApiKeyInput> = fc.record({
  desired: fc
    .record({
      rotateEverySeconds: fc.constantFrom(100, 10_000, 86_400),
      graceSeconds: fc.constantFrom(60, 3_600),
      proof: fc.constantFrom<ApiKeyInput["desired"]["proof"]>("observed", "observed", {
        after: 900,
      }),
    })
    .map((changes) => ({ ...DESIRED, ...changes })),
  observed: fc.record({ labels: anyLabels, vault: anyVault, log: anyLog }),
  memory: anyMemory,
  askedAt: fc.option(anyPast),
  now: fc.constant(NOW),
});

const check = (law: (input: ApiKeyInput, plan: ApiKeyPlan, labels: KeyLabels) => void) =>
  fc.assert(
    fc.property(anyInput, (input) => {
      const { labels } = input.observed;
      const plan = planApiKey(input);
      if (typeof labels !== "string") law(input, plan, labels);
      else expect(plan.step.kind).toBe("wait");
    }),
    runs(),
  );

const idOf = (labelled: LabelledKey | null): string | undefined => labelled?.key?.id;

/** The keys that relay accepts after a step that takes a label from a version; null for another step. */
function labelsAfter(labels: KeyLabels, step: ApiKeyPlan["step"]): (string | undefined)[] | null {
  const [current, pending, previous] = [labels.current, labels.pending, labels.previous].map(idOf);
  if (step.kind === "drop-pending") return [current, previous];
  if (step.kind === "retire") return [current, pending];
  return step.kind === "promote" && step.from !== null ? [pending, current] : null;
}

function usedLately({ desired, observed: { log } }: ApiKeyInput): string[] {
  if (typeof log === "string" || desired.proof !== "observed") return [];
  return log.used.filter(({ at }) => at.length > 0).map(({ keyId }) => keyId);
}

describe("planApiKey", () => {
  it("does not care for the order of replicas, uses and scopes", () => {
    check((input, plan) => {
      const { log, ...rest } = input.observed;
      const turned =
        typeof log === "string"
          ? log
          : { ...log, replicas: log.replicas.toReversed(), used: log.used.toReversed() };
      const desired = { ...input.desired, scopes: input.desired.scopes.toReversed() };
      expect(planApiKey({ ...input, desired, observed: { ...rest, log: turned } })).toEqual(plan);
    });
  });

  it("plans the same again with what it remembers by then, but for the pause after a label's move", () => {
    check((input, { step, memory }) => {
      const again = planApiKey({ ...input, memory }).step;
      const isMoved = step.kind !== "wait" && step.kind !== "none" && step.kind !== "push";
      if (isMoved) expect(again).toMatchObject({ kind: "wait", reason: "labels-unsettled" });
      else if (step.kind !== "push") expect(again).toEqual(step);
    });
  });

  it("pushes no key that has no label, or that a replica heard has not loaded", () => {
    check(({ observed, desired }, { step }, labels) => {
      if (step.kind !== "push") return;
      expect([idOf(labels.current), idOf(labels.pending)]).toContain(step.keyId);
      if (desired.proof !== "observed") return;
      const replicas = typeof observed.log === "string" ? [] : observed.log.replicas;
      expect(replicas.length).toBeGreaterThan(0);
      expect(replicas.every(({ keyIds }) => keyIds.includes(step.keyId))).toBe(true);
    });
  });

  it("takes no key from relay that the vault has, or that is used while another one is current", () => {
    check((input, { step }, labels) => {
      const left = labelsAfter(labels, step);
      if (left === null) return;
      const { vault } = input.observed;
      const isDrop = step.kind === "drop-pending";
      const inVault = typeof vault === "string" ? null : vault?.keyId;
      // One that was never pushed is in nobody's hands: whatever is drawn for it, it is not used.
      const needed = [inVault, ...(isDrop ? [] : usedLately(input))];
      const lost = Object.values(labels).flatMap((labelled) => idOf(labelled) ?? []);
      expect(lost.filter((keyId) => needed.includes(keyId) && !left.includes(keyId))).toEqual([]);
    });
  });

  it("begins no rotation while there is a previous key, but when the vault's is disabled", () => {
    check(({ observed }, { step }, { current, previous }) => {
      if (step.kind !== "stage" || idOf(previous) === undefined) return;
      if (idOf(previous) === idOf(current)) return;
      expect(observed.vault).toMatchObject({ enabled: false });
    });
  });

  it("changes nothing when it cannot tell", () => {
    check(({ observed: { labels, vault, log } }, { step }) => {
      const isBlind = typeof labels === "string" || typeof vault === "string";
      if (isBlind) expect(step.kind).toBe("wait");
      if (log === "unreadable") expect(step).not.toMatchObject({ reason: "log-not-searched" });
    });
  });
});
