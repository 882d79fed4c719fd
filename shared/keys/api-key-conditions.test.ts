import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import { apiKeyConditions } from "./api-key-conditions.ts";
import type { ApiKeyTroubleReason } from "./api-key-troubles.ts";
import { DESIRED, NOW, planOf } from "./test-api-keys.ts";

const key = { bunny: "bunny", desired: DESIRED };
const conditionsOf = (reason: ApiKeyTroubleReason, since: number, replicas: readonly string[] = []) =>
  apiKeyConditions(key, { step: planOf().step, troubles: [{ reason, since, replicas }] }, NOW);

describe("apiKeyConditions", () => {
  it("are none for a key in order", () => {
    expect(apiKeyConditions(key, planOf(), NOW)).toEqual([]);
  });

  it("say whose key it is, what it waits for, and who it is about", () => {
    const step = { kind: "wait", reason: "replicas-behind", until: null, replicas: ["relay-0"] } as const;
    const troubles = [{ reason: "not-loaded", since: NOW - 60, replicas: ["relay-0", "relay-1"] }] as const;
    expect(apiKeyConditions(key, { step, troubles }, NOW)).toEqual([
      {
        key: "api-key:bunny-relay:not-loaded",
        concern: "api-keys",
        severity: "warning",
        title: "bunny-relay: not every replica of relay has loaded it in time",
        facts: [
          { label: "Bunny", value: "bunny" },
          { label: "Waits", value: "not every replica of relay has loaded it" },
          { label: "Replicas", value: "relay-0, relay-1" },
        ],
        since: NOW - 60,
        actions: [],
        links: [],
        runbook: "api-keys",
      },
    ]);
  });

  it.each(["labels-unreadable", "vault-unreadable", "log-unreadable"] as const)(
    "say nothing of %s before it has lasted for 15 minutes, as during a deployment",
    (reason) => {
      expect(conditionsOf(reason, NOW - 899)).toEqual([]);
      expect(conditionsOf(reason, NOW - 900)).toHaveLength(1);
    },
  );

  it.each([
    "secret-deleted",
    "vault-deleted",
    "vault-disabled",
    "current-foreign",
    "unknown-in-vault",
  ] as const)("are critical where bunny may be locked out: %s", (reason) => {
    const [condition] = conditionsOf(reason, NOW);
    expect(condition).toMatchObject({ key: `api-key:bunny-relay:${reason}`, severity: "critical" });
    expect(ConditionSchema.parse(condition).title).toBe(condition?.title);
  });
});
