import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { brokenPromises, unaccountedSerials } from "../../local/model/checks.ts";
import { createRelayModel, isServable, leakedKeys, type RelayModel } from "../../local/model/relay.ts";
import { issue, makeCa } from "../../local/testing/certificates.ts";
import { makeCsr } from "./make-csr.ts";
import { planRun } from "./plan-run.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";
import { writeVersion } from "./stored-version.ts";

const WEEK = 604_800;
const DUE = START + Math.floor((WEEK * 2) / 3);
const LOOK = 900;
const identity = { commonName: "relay.example.com", dnsNames: ["relay.example.com"] };

const kinds = ({ audit }: RelayModel) => audit.changes.map(({ kind }) => kind);
const events = ({ records }: RelayModel, event: string) => records.filter((record) => record.event === event);

/** Issued, promoted and served by two replicas; a week's end is ahead. */
async function serving(): Promise<RelayModel> {
  const model = await createRelayModel();
  await model.run();
  model.clock.advance(LOOK);
  model.look("relay-0", "relay-1");
  await model.run();
  return model;
}

async function staged(): Promise<RelayModel> {
  const model = await serving();
  model.clock.moveTo(DUE);
  model.look("relay-0", "relay-1");
  await model.run();
  return model;
}

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
    const model = await staged();
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
    const model = await staged();
    const old = model.serialOf(CURRENT);
    model.clock.advance(301);
    expect((await model.run()).trouble).toEqual([]);
    expect(events(model, "certificate.promotion-held").at(-1)).toMatchObject({ reason: "no-replica-heard" });
    model.clock.advance(1_800);
    expect((await model.run()).trouble).toEqual(["relay-server: its new certificate was not seen in use"]);
    expect(model.serialOf(CURRENT)).toBe(old);
  });

  it("promotes what nobody has loaded when the current one ends within two looks", async () => {
    const model = await staged();
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
    const model = await serving();
    model.clock.moveTo(START + WEEK + 86_400);
    await model.run();
    expect(isServable(model)).toBe(true);
  });

  it("holds what is staged, and says so, while relay's log cannot be searched", async () => {
    const model = await staged();
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
    const model = await staged();
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
    const model = await staged();
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
    const model = await staged();
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
    const model = await staged();
    expect(model.secret.versions.size).toBe(4);
    expect(leakedKeys(model)).toEqual([]);
    expect(brokenPromises(model)).toEqual([]);
  });
});

describe("renewCertificates, for relay, when somebody else was at the secret", () => {
  it.each([
    ["a text of their own", "password"],
    ["bytes", null],
    ["another form", JSON.stringify({ kind: "certificate", privateKey: "x" })],
  ])("touches nothing where it finds %s, and says so", async (_what, text) => {
    const model = await createRelayModel();
    const theirs = model.secret.putByHand(text);
    const { outcomes, trouble } = await model.run();
    expect(outcomes).toMatchObject([{ outcome: "failed", code: "unreadable-secret", retryable: false }]);
    // The promotion reads it too.
    expect(trouble[0]).toBe("relay-server: GetSecretValue failed, unreadable-secret");
    expect([...model.secret.versions.keys()]).toEqual([theirs]);
    expect(model.authority.issues).toEqual([]);
  });

  it("replaces a certificate of another CA, and loses nothing of it", async () => {
    const model = await serving();
    const foreign = await issue(await makeCa(), { ...identity, usages: ["serverAuth"] });
    const certificate = {
      kind: "certificate",
      privateKey: foreign.privateKeyPem,
      certificate: foreign.chainPem,
    };
    const theirs = model.secret.putByHand(JSON.stringify(certificate));
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    await model.run();
    expect(isServable(model)).toBe(true);
    expect(model.secret.labels.get("AWSPREVIOUS")).toBe(theirs);
  });

  it("drops a request for another name, and asks for its own", async () => {
    const model = await createRelayModel();
    const { csr, privateKey } = await makeCsr({
      identity: { commonName: "evil.example", dnsNames: ["evil.example"] },
      key: { type: "EC", curve: "P-256" },
      purpose: "server",
    });
    const text = writeVersion({ kind: "request", csr, privateKey }).unwrap();
    model.secret.moveByHand(PENDING, model.secret.putByHand(text));
    expect((await model.run()).outcomes).toMatchObject([
      { changes: ["drop-request", "request", "sign-and-merge"] },
    ]);
    expect(isServable(model)).toBe(true);
  });

  it("drops a request for a client's certificate", async () => {
    const model = await createRelayModel();
    const key = { type: "EC", curve: "P-256" } as const;
    const { csr, privateKey } = await makeCsr({ identity, key, purpose: "client" });
    const text = writeVersion({ kind: "request", csr, privateKey }).unwrap();
    model.secret.moveByHand(PENDING, model.secret.putByHand(text));
    await model.run();
    expect(model.audit.changes.find(({ kind }) => kind === "drop-request")?.reasons).toEqual([
      "asks-for-more",
      "extended key usage 1.3.6.1.5.5.7.3.2",
    ]);
    expect(isServable(model)).toBe(true);
  });

  it("keeps to a person's step back, and asks for another when that one is due", async () => {
    const model = await staged();
    const [old, next] = [model.secret.labels.get(CURRENT), model.secret.labels.get(PENDING)];
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    await model.run();
    expect(model.secret.labels.get(CURRENT)).toBe(next);
    if (old === undefined) throw new Error("nothing was current");
    model.secret.moveByHand(CURRENT, old);
    const { outcomes } = await model.run();
    expect(outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect(model.secret.labels.get(CURRENT)).toBe(old);
    expect(model.secret.labels.get(PENDING)).not.toBe(next);
  });
});

describe("renewCertificates, for relay, twice at once", () => {
  it.each([0, 1, 2, 3, 5, 8])("issues once when the second starts %i calls later", async (later) => {
    const model = await createRelayModel();
    const first = model.calls.inProcess(() => model.run());
    for (let n = 0; n < later; n += 1) await new Promise((resolve) => setImmediate(resolve));
    const reports = await Promise.all([first, model.calls.inProcess(() => model.run())]);
    expect(reports.flatMap(({ trouble }) => trouble)).toEqual([]);
    expect(model.authority.issues).toHaveLength(1);
    expect(isServable(model)).toBe(true);
    expect(unaccountedSerials(model)).toEqual([]);
  });

  it.each(["before", "after"] as const)(
    "loses no request and issues none twice, wherever the first one stands %s a call while the second runs",
    async (when) => {
      const clean = await createRelayModel();
      await clean.run();
      for (const [at, { name }] of clean.calls.brain.entries()) {
        const model = await createRelayModel();
        const until = () => model.calls.inProcess(() => model.run());
        const { trouble } = await model.calls.inProcess(() => model.run(), { at, when, until });
        const place = `${when} ${name} (call ${at})`;
        expect(trouble, place).toEqual([]);
        expect(model.authority.issues.length, place).toBe(1);
        expect(isServable(model), place).toBe(true);
        expect(unaccountedSerials(model), place).toEqual([]);
      }
    },
  );
});
