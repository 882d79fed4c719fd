import { describe, expect, it } from "vitest";
import { nextLookAt } from "./api-key-next-look.ts";
import type { ApiKeyPlan } from "./api-key-plan.ts";
import type { WaitReason } from "./api-key-steps.ts";
import { labelled, NEW, NOW, OLD, planOf } from "./test-api-keys.ts";

const waiting = (reason: WaitReason, until: number | null): ApiKeyPlan => ({
  ...planOf(),
  step: { kind: "wait", reason, until, replicas: [] },
});

describe("nextLookAt", () => {
  it("is within 15 minutes for a key in order, and when it is due where that comes before", () => {
    expect(nextLookAt(planOf(), NOW)).toBe(NOW + 900);
    expect(nextLookAt({ ...planOf(), nextAt: NOW + 60 }, NOW)).toBe(NOW + 60);
  });

  it("is at once after a step: the next one may be due", () => {
    const staged = planOf({ askedAt: NOW });
    expect(staged.step.kind).toBe("stage");
    expect(nextLookAt(staged, NOW)).toBe(NOW);
  });

  it("is at once while something is told: it may be over", () => {
    const told = planOf({ labels: { pending: labelled(NEW) }, vault: { ...inVaultDisabled() } });
    expect(told.troubles.length).toBeGreaterThan(0);
    expect(nextLookAt(told, NOW)).toBe(NOW);
  });

  it.each(["grace", "settling", "back-off", "labels-unsettled", "time-not-passed", "log-unsteady"] as const)(
    "is when the time has passed for a wait that only time ends: %s",
    (reason) => {
      expect(nextLookAt(waiting(reason, NOW + 300), NOW)).toBe(NOW + 300);
      expect(nextLookAt(waiting(reason, NOW + 3_600), NOW)).toBe(NOW + 900);
    },
  );

  it.each([
    "awaiting-use",
    "replicas-behind",
    "no-replica-heard",
    "still-used",
    "bunny-not-heard",
    "log-unreadable",
    "vault-unreadable",
    "labels-unreadable",
    "vault-deleted",
    "secret-deleted",
  ] as const)("is at once for a wait that the next minute may end, whatever its deadline: %s", (reason) => {
    expect(nextLookAt(waiting(reason, NOW + 1_800), NOW)).toBe(NOW);
  });
});

const inVaultDisabled = () => ({ version: "v", keyId: OLD, enabled: false, createdAt: NOW - 600 });
