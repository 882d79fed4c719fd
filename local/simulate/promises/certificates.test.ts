import { describe, expect, it } from "vitest";
import { START } from "../../model/brain.ts";
import { CERTIFICATE } from "../link.ts";
import { knownOf } from "../workloads.ts";
import { certificateAccepted } from "./certificate-accepted.ts";
import { signedOnce } from "./signed-once.ts";
import { stepOf, worldAtRest } from "./test-world.ts";

const WEEK = 604_800;
const LACKS = "bunny-0 holds no certificate that relay accepts";

describe("certificateAccepted", { timeout: 60_000 }, () => {
  it("holds while a pod's certificate lasts, and is broken from its end on", async () => {
    const world = await worldAtRest();
    const watch = certificateAccepted.watch(world);
    expect(world.pods[0]?.holds).toHaveLength(1);
    expect(watch.now?.()).toBeNull();
    world.clock.moveTo(START + WEEK + 3_600);
    expect(watch.now?.()).toBe(LACKS);
  });

  it("is broken by a certificate that was revoked", async () => {
    const world = await worldAtRest();
    const [held] = world.pods[0]?.holds ?? [];
    if (held === undefined) throw new Error("a pod without a certificate");
    const { serial } = knownOf(held, world.authority.pinned);
    const authority = {
      ...world.authority,
      revoked: new Map([[serial.toLowerCase(), "SUPERSEDED" as const]]),
    };
    expect(certificateAccepted.watch({ ...world, authority }).now?.()).toBe(LACKS);
  });

  it("asks for nothing that nobody could have done in time", async () => {
    const world = await worldAtRest([
      { kind: "outage", services: ["private-ca"], at: START + 86_400, seconds: WEEK },
    ]);
    world.clock.moveTo(START + WEEK + 3_600);
    expect(certificateAccepted.watch(world).now?.()).toBeNull();
  });

  it("asks for nothing of a pod that was late until nothing could be read any more", async () => {
    const day = 86_400;
    const world = await worldAtRest([
      { kind: "outage", services: ["key-vault"], at: START + 6 * day, seconds: WEEK },
    ]);
    world.clock.moveTo(START + WEEK + 3_600);
    const { now } = certificateAccepted.watch(world);
    expect(now?.()).toBe(LACKS);
    for (const { key } of world.pods) key.lateUntil = START + 6 * day + 3_600;
    expect(now?.()).toBeNull();
    for (const { key } of world.pods) key.lateUntil = START + 5 * day;
    expect(now?.()).toBe(LACKS);
  });

  it("is broken by a merge of what relay does not accept", async () => {
    const world = await worldAtRest();
    const watch = certificateAccepted.watch(world);
    expect(watch.after?.(stepOf("vault.merge", CERTIFICATE.name))).toBeNull();
    world.clock.moveTo(START + WEEK + 3_600);
    expect(watch.after?.(stepOf("vault.merge", CERTIFICATE.name))).toBe(
      "a certificate was merged that relay does not accept",
    );
    expect(watch.after?.(stepOf("vault.read-certificate", CERTIFICATE.name))).toBeNull();
  });
});

describe("signedOnce", { timeout: 60_000 }, () => {
  it("is broken by a second certificate for one request", async () => {
    const world = await worldAtRest();
    const issue = stepOf("authority.issue");
    expect(signedOnce.watch(world).after?.(issue)).toBeNull();
    const { issues } = world.authority;
    const authority = { ...world.authority, issues: [...issues, ...issues] };
    expect(signedOnce.watch({ ...world, authority }).after?.(issue)).toBe(
      "two certificates were signed for one request",
    );
  });
});
