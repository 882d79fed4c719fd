import { describe, expect, it } from "vitest";
import { unaccountedSerials } from "../../local/model/checks.ts";
import { createRelayModel, isServable, servingRelay, stagedRelay } from "../../local/model/relay.ts";
import { sized } from "../../local/property.ts";
import { issue, makeCa } from "../../local/testing/certificates.ts";
import { makeCsr } from "./make-csr.ts";
import type { RunReport } from "./report.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";
import { writeVersion } from "./stored-version.ts";

const identity = { commonName: "relay.example.com", dnsNames: ["relay.example.com"] };

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
    const model = await servingRelay();
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
    const model = await stagedRelay();
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

describe("renewCertificates, for relay, when what is staged must never be served", () => {
  it("replaces it, with one request and one certificate, when its key is known to others", async () => {
    const model = await stagedRelay();
    const [old, staged = ""] = [model.serialOf(CURRENT), model.serialOf(PENDING)];
    const versions = model.secret.versions.size;
    await model.journal.orderRevocation({
      serial: staged,
      certificate: "relay-server",
      reason: "KEY_COMPROMISE",
      origin: "person",
      orderedBy: "arn:aws:iam::111122223333:role/operator",
      orderedAt: model.clock.now(),
      state: "ordered",
    });
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect(model.secret.versions.size).toBe(versions + 2);
    expect(model.serialOf(CURRENT)).toBe(old);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    await model.run();
    expect(model.serialOf(CURRENT)).not.toBe(old);
    expect(model.serialOf(CURRENT)).not.toBe(staged);
    expect(isServable(model)).toBe(true);
  });
});

describe("renewCertificates, for relay, twice at once", () => {
  it.each([0, 1, 2, 3, 5, 8])("issues once when the second starts %i calls later", async (later) => {
    const model = await createRelayModel();
    const starts = Promise.withResolvers<RunReport>();
    // It is not waited for: from here on both go on.
    const until = async () => starts.resolve(model.calls.inProcess(() => model.run()));
    const first = await model.calls.inProcess(() => model.run(), { at: later, when: "before", until });
    const reports = [first, await starts.promise];
    expect(reports.flatMap(({ trouble }) => trouble)).toEqual([]);
    expect(model.authority.issues).toHaveLength(1);
    expect(isServable(model)).toBe(true);
    expect(unaccountedSerials(model)).toEqual([]);
  });

  // After one call of a process it is before the next one.
  it.each(sized(["before"] as const, ["before", "after"] as const))(
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
