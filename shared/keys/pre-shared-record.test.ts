import { describe, expect, it } from "vitest";
import { ChangeRecord } from "../journal/change.ts";
import { recordOf } from "./pre-shared-record.ts";
import type { PreSharedStep } from "./pre-shared-steps.ts";
import { link } from "./test-pre-shared-brain.ts";

const invocation = { actor: "warrener-test-rotate-pre-shared-keys", requestId: "run-1" };
const of = (step: PreSharedStep, isSure = true) =>
  recordOf({ link, step, isSure, at: 1_795_248_000, invocation });
const tunnel = "one-a";

describe("recordOf", () => {
  it.each<[PreSharedStep, object | null, object | null]>([
    [{ kind: "adopt", tunnel, from: null, reason: "nothing-stored" }, null, null],
    [{ kind: "stage", tunnel, from: "p0", reason: "rotation-due" }, { version: "p0" }, null],
    [
      { kind: "set", tunnel, end: "aws", versionId: "p", reason: "rotate", failed: null },
      null,
      { end: "aws", version: "p" },
    ],
    [{ kind: "promote", tunnel, from: "c", to: "p", failed: null }, { version: "c" }, { version: "p" }],
    [{ kind: "drop", tunnel, versionId: "p", reason: "not-wanted", failed: null }, { version: "p" }, null],
  ])("says of %o from which version to which", (step, before, after) => {
    const change = of(step);
    expect(change).toMatchObject({ target: tunnel, before, after });
    expect(ChangeRecord.safeParse({ ...change, at: "2026-11-21T08:00:00.000Z" }).success).toBe(true);
  });

  it("says so when nobody knows whether it was carried out", () => {
    const step = { kind: "drop", tunnel, versionId: "p", reason: "unusable", failed: null } as const;
    expect(of(step, false).reasons).toEqual([
      "one-a: drop the pending key: it is no key of ours",
      "whether it was carried out is not known",
    ]);
  });
});
