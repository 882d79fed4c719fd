import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { brokenPromises } from "../../local/model/checks.ts";
import {
  createRelayModel,
  isServable,
  leakedKeys,
  type RelayModel,
  servingRelay,
  stagedRelay,
} from "../../local/model/relay.ts";
import { planRun } from "./plan-run.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

const WEEK = 604_800;
const LOOK = 900;

const kinds = ({ audit }: RelayModel) => audit.changes.map(({ kind }) => kind);
const events = ({ records }: RelayModel, event: string) => records.filter((record) => record.event === event);

describe("renewCertificates, for relay", () => {
  it("has the first certificate signed for a server, and makes it current at once", async () => {
    const model = await createRelayModel();
    const { outcomes, trouble } = await model.run();
    expect(outcomes).toMatchObject([
      {
        certificate: "relay-server",
        outcome: "settled",
        proof: "awaited",
        changes: ["request", "sign-and-merge"],
      },
    ]);
    expect(trouble).toEqual([]);
    expect(isServable(model)).toBe(true);
    expect(kinds(model)).toEqual(["request", "issue", "merge", "promote"]);
    expect(model.audit.changes.at(-1)).toMatchObject({
      target: "relay-server",
      before: null,
      after: { serial: model.serialOf(CURRENT) },
      reasons: ["nothing-current"],
      actor: "renew-relay-certificate",
      requestIds: { "secrets-manager": "change-1" },
    });
    expect(events(model, "certificate.promoted")).toMatchObject([{ reason: "nothing-current" }]);
  });

  it("takes it for used once every replica that is heard serves it", async () => {
    const model = await createRelayModel();
    await model.run();
    model.clock.advance(LOOK);
    model.look("relay-0");
    model.replicas.say("relay-1", "abc");
    expect((await model.run()).outcomes).toMatchObject([{ proof: "awaited", changes: [] }]);
    model.look("relay-1");
    expect((await model.run()).outcomes).toMatchObject([{ proof: "seen", changes: [] }]);
    expect(kinds(model)).toEqual(["request", "issue", "merge", "promote"]);
  });

  it("stages a renewal, and goes on serving the old one until every replica has loaded it", async () => {
    const model = await stagedRelay();
    const [old, next] = [model.serialOf(CURRENT), model.serialOf(PENDING)];
    expect(next).not.toBe(old);

    model.clock.advance(60);
    model.look("relay-0");
    const held = await model.run();
    expect(held).toMatchObject({ outcomes: [{ proof: "awaited", changes: [] }], trouble: [] });
    expect(model.serialOf(CURRENT)).toBe(old);
    expect(events(model, "certificate.promotion-held").at(-1)).toMatchObject({
      serial: next,
      reason: "replicas-behind",
      behind: ["relay-1"],
    });

    model.look("relay-1");
    await model.run();
    expect(model.serialOf(CURRENT)).toBe(next);
    expect(model.audit.changes.at(-1)).toMatchObject({
      kind: "promote",
      before: { serial: old },
      after: { serial: next },
      reasons: ["loaded"],
    });

    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    expect((await model.run()).outcomes).toMatchObject([{ proof: "seen" }]);
    expect(model.authority.issues).toHaveLength(2);
  });

  it("holds while no replica is heard, and tells when the use is overdue", async () => {
    const model = await stagedRelay();
    const old = model.serialOf(CURRENT);
    model.clock.advance(301);
    expect((await model.run()).trouble).toEqual([]);
    expect(events(model, "certificate.promotion-held").at(-1)).toMatchObject({ reason: "no-replica-heard" });
    model.clock.advance(1_800);
    expect((await model.run()).trouble).toEqual(["relay-server: its new certificate was not seen in use"]);
    expect(model.serialOf(CURRENT)).toBe(old);
  });

  it("promotes what nobody has loaded when the current one ends within two looks", async () => {
    const model = await stagedRelay();
    const next = model.serialOf(PENDING);
    model.clock.moveTo(START + WEEK - 2 * LOOK - 1);
    await model.run();
    expect(model.serialOf(CURRENT)).not.toBe(next);
    model.clock.advance(1);
    await model.run();
    expect(model.serialOf(CURRENT)).toBe(next);
    expect(events(model, "certificate.promoted").at(-1)).toMatchObject({ reason: "current-ending" });
  });

  it("renews one that has ended like any other, and promotes it at once", async () => {
    const model = await servingRelay();
    model.clock.moveTo(START + WEEK + 86_400);
    await model.run();
    expect(isServable(model)).toBe(true);
  });

  it("holds what is staged, and says so, while relay's log cannot be searched", async () => {
    const model = await stagedRelay();
    model.clock.advance(60);
    model.calls.fail({ call: "replicas.read", when: "before", code: "InternalFailure" });
    const { trouble } = await model.run();
    expect(trouble).toEqual([
      "relay-server: relay's log could not be searched",
      "relay-server: relay's log could not be searched for who has loaded it",
    ]);
    expect(events(model, "certificate.promotion-held").at(-1)).toMatchObject({ reason: "log-not-searched" });
  });

  it("tells that the label could not be moved, and moves it in the next run", async () => {
    const model = await stagedRelay();
    const next = model.serialOf(PENDING);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    model.calls.fail({ call: "secret.move", when: "before", code: "InternalServiceError" });
    expect((await model.run()).trouble).toEqual([
      "relay-server: not made current, secret.move failed, InternalServiceError",
    ]);
    expect(events(model, "certificate.promotion-failed")).toMatchObject([{ code: "InternalServiceError" }]);
    model.calls.forget();
    expect((await model.run()).trouble).toEqual([]);
    expect(model.serialOf(CURRENT)).toBe(next);
  });

  it("leaves it at that when a person has moved the label meanwhile", async () => {
    const model = await stagedRelay();
    const [old, next] = [model.secret.labels.get(CURRENT), model.secret.labels.get(PENDING)];
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    model.calls.durationOf = ({ name }) => {
      if (name === "secret.move" && next !== undefined) model.secret.moveByHand(CURRENT, next);
      return 0;
    };
    expect((await model.run()).trouble).toEqual([]);
    expect(events(model, "certificate.promotion-raced")).toMatchObject([{ version: next }]);
    expect(model.secret.labels.get("AWSPREVIOUS")).toBe(old);
  });

  it("plans the promotion that a run would make, and makes none", async () => {
    const model = await stagedRelay();
    const next = model.serialOf(PENDING);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    const before = new Map(model.secret.labels);
    expect(await planRun(model.brain(), null)).toMatchObject({
      certificates: [
        { certificate: "relay-server", change: null, promotion: { kind: "promote", reason: "loaded" } },
      ],
    });
    expect(model.secret.labels).toEqual(before);
    expect(model.serialOf(CURRENT)).not.toBe(next);
  });

  it("lets no private key out of the secret", async () => {
    const model = await stagedRelay();
    expect(model.secret.versions.size).toBe(4);
    expect(leakedKeys(model)).toEqual([]);
    expect(brokenPromises(model)).toEqual([]);
  });
});
