import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { healthOf } from "../tunnels/health.ts";
import type { ObservedTunnel } from "../tunnels/schema.ts";
import { awsEnd, azureEnd, desiredOf } from "../tunnels/test-tunnels.ts";
import { noteStep } from "./pre-shared-note.ts";
import { type PreSharedInput, planPreSharedKeys } from "./pre-shared-plan.ts";
import { FailReason, type ObservedKey, type PreSharedMemory } from "./pre-shared-schema.ts";
import { inputOf, knownOf, memoryWith, NOW, tunnelsMemoryWith } from "./test-pre-shared.ts";

const NAMES = ["one-a", "one-b"] as const;
const STRANGER = "of-somebody-else";

const anyEnd: fc.Arbitrary<ObservedKey["aws"]> = fc.constantFrom(
  ...(["current", "current", "pending", "other", "none"] as const),
  { unknown: "unreachable" },
);
const anyStored = (id: string) =>
  fc.option(
    fc.record({
      versionId: fc.constant(id),
      createdAt: fc.constantFrom(NOW - 10, NOW - 86_400, NOW - 40 * 86_400),
      origin: fc.constantFrom("made" as const, "made" as const, "adopted" as const, null),
    }),
  );
const anyKey = (name: string): fc.Arbitrary<ObservedKey> =>
  fc
    .record({
      current: anyStored("c"),
      pending: anyStored("p"),
      aws: anyEnd,
      azure: anyEnd,
      equal: fc.boolean(),
    })
    .map(({ current, pending, aws, azure, equal }) => ({
      name,
      stored: { current, pending, pendingLabel: pending?.versionId ?? null },
      aws,
      azure,
      same: aws === azure && (aws === "other" ? equal : aws !== "none"),
    }));
const anyTunnel = (name: string): fc.Arbitrary<ObservedTunnel> =>
  fc.record({
    name: fc.constant(name),
    aws: fc
      .record({
        status: fc.constantFrom("up" as const, "up" as const, "down" as const, "absent" as const),
        connectionState: fc.constantFrom("available", "available", "modifying"),
      })
      .map(awsEnd),
    azure: fc
      .record({
        status: fc.constantFrom(
          "connected" as const,
          "connected" as const,
          "not-connected" as const,
          "unknown" as const,
        ),
        provisioning: fc.constantFrom("succeeded" as const, "succeeded" as const, "updating" as const),
      })
      .map(azureEnd),
    maintenance: fc.constant(null),
  });
const anyKnown = (name: string) =>
  fc
    .record({
      upSince: fc.option(fc.constantFrom(NOW - 10, NOW - 5_000)),
      inPlaceSince: fc.option(fc.constantFrom(NOW - 10, NOW - 5_000)),
      asked: fc.array(
        fc.record({
          end: fc.constantFrom("aws" as const, "azure" as const),
          versionId: fc.constantFrom("c", "p"),
          at: fc.integer({ min: NOW - 3_000, max: NOW - 1 }),
        }),
        { maxLength: 4 },
      ),
    })
    .map((changes) => knownOf(name, changes));
const anyMemory: fc.Arbitrary<PreSharedMemory> = fc
  .record({
    attempt: fc.option(
      fc.record({
        tunnel: fc.constantFrom(...NAMES),
        versionId: fc.constant("p"),
        startedAt: fc.constantFrom(NOW - 60, NOW - 5_000),
        turnedBack: fc.option(fc.constantFrom(...FailReason.options)),
      }),
    ),
    tunnels: fc.tuple(anyKnown("one-a"), anyKnown("one-b")),
  })
  .map(({ attempt, tunnels }) => memoryWith({ attempt }, ...tunnels));

const anyInput = fc
  .record({
    keys: fc.tuple(...[...NAMES, STRANGER].map(anyKey)),
    tunnels: fc.tuple(...[...NAMES, STRANGER].map(anyTunnel)),
    memory: anyMemory,
    isRepaired: fc.boolean(),
    hasIncident: fc.boolean(),
  })
  .map(({ isRepaired, hasIncident, ...given }): PreSharedInput => {
    const work = { tunnel: "one-b", reason: "repair" as const, startedAt: NOW, dueAt: NOW + 600 };
    const tunnelsMemory = tunnelsMemoryWith({ work: isRepaired ? work : null });
    const incidents = hasIncident ? [{ key: "tunnels", severity: "warning" as const }] : [];
    return inputOf({ ...given, tunnelsMemory, incidents, desired: desiredOf(...NAMES) });
  });

describe("planPreSharedKeys", () => {
  it("puts no tunnel at risk unless every other one is up on both ends, with one key, and has been for a while", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { step, memory } = planPreSharedKeys(input);
        if (step?.kind !== "set") return;
        const own = input.keys.find(({ name }) => name === step.tunnel);
        const which = step.versionId === "c" ? "current" : "pending";
        // Azure's end gets what AWS's has, or the tunnel carries nothing.
        if (step.end === "azure" && own?.aws === which) return;
        const tunnel = input.tunnels.find(({ name }) => name === step.tunnel);
        const isDown = tunnel !== undefined && ["down", "down-in-aws"].includes(healthOf(tunnel));
        if (isDown && step.reason !== "rotate") return;
        for (const other of NAMES.filter((name) => name !== step.tunnel)) {
          const its = input.tunnels.find(({ name }) => name === other);
          expect(its === undefined ? "unknown" : healthOf(its)).toBe("up");
          expect(input.keys.find(({ name }) => name === other)?.same).toBe(true);
          expect(memory.tunnels.find(({ name }) => name === other)?.upSince).toBeLessThanOrEqual(NOW - 900);
          expect(input.tunnelsMemory?.work).toBeNull();
        }
      }),
      runs(),
    );
  });

  it("does not ask for the same again once it has asked", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { step, memory } = planPreSharedKeys(input);
        if (step?.kind !== "set") return;
        const again = planPreSharedKeys({ ...input, memory: noteStep(memory, step, NOW) });
        if (again.step?.kind !== "set") return;
        expect([again.step.tunnel, again.step.end]).not.toEqual([step.tunnel, step.end]);
      }),
      runs(),
    );
  });

  it("remembers nothing new when it looks at the same again, and plans the same", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const plan = planPreSharedKeys(input);
        expect(planPreSharedKeys({ ...input, memory: plan.memory })).toEqual(plan);
      }),
      runs(),
    );
  });

  it("does not care for the order of what is observed, and speaks of none but the link's own", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const plan = planPreSharedKeys(input);
        const { keys, tunnels, desired } = input;
        const turned = {
          ...input,
          keys: keys.toReversed(),
          tunnels: tunnels.toReversed(),
          desired: desired.toReversed(),
        };
        expect(planPreSharedKeys(turned)).toEqual(plan);
        expect(JSON.stringify(plan)).not.toContain(STRANGER);
      }),
      runs(),
    );
  });

  it("has no step while the link is frozen", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(planPreSharedKeys({ ...input, frozen: true }).step).toBeNull();
      }),
      runs(),
    );
  });
});
