/** While the link is frozen nothing is changed in the clouds, and everything else goes on. */
import { describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import type { Call } from "../../local/model/calls.ts";
import { createRelayModel, dueRelay, type RelayModel, stagedRelay } from "../../local/model/relay.ts";
import { inUse, newestOf, order, revokedBy } from "../../local/model/revoking.ts";
import { UNREADABLE } from "../freeze/schema.ts";
import { planRun } from "./plan-run.ts";

const WEEK = 604_800;

/** Every call of the two clouds that changes something in them, in either half. */
const WRITES: readonly Call["name"][] = [
  "authority.issue",
  "authority.revoke",
  "hand.request",
  "hand.drop-request",
  "hand.merge",
  "vault.create-request",
  "vault.drop-request",
  "vault.merge",
  "secret.write",
  "secret.move",
];

const writes = ({ calls }: Model) =>
  [...calls.brain, ...calls.vault].filter(({ name }) => WRITES.includes(name)).map(({ name }) => name);
const events = ({ records }: Model) => records.map(({ event }) => event);

/** Frozen at this moment; what was done before does not count. */
function freeze(model: Model): void {
  model.journal.freeze.freeze(model.clock.now());
  model.calls.forget();
}

describe("renewCertificates, while the link is frozen", () => {
  it("requests nothing, and is green, and says so", async () => {
    const model = await createModel();
    freeze(model);
    const report = await model.run();
    expect(writes(model)).toEqual([]);
    expect(report.trouble).toEqual([]);
    expect(report.outcomes).toEqual([
      { certificate: "bunny-client", outcome: "frozen", change: "request", changes: [] },
    ]);
    expect(model.records).toContainEqual(
      expect.objectContaining({
        event: "run.frozen",
        reason: "a move of the gateway",
        by: expect.stringContaining("alice"),
      }),
    );
    expect(events(model)).toContain("certificate.frozen");
    expect(events(model).at(-1)).toBe("run.finished");
  });

  it("neither drops nor signs what waits", async () => {
    const model = await createModel();
    model.calls.fail({ call: "authority.issue", when: "before", code: "unreachable" });
    await model.run();
    model.calls.fail();
    freeze(model);
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "frozen", change: "sign-and-merge" }]);
    expect(writes(model)).toEqual([]);
  });

  it("merges nothing that was issued before", async () => {
    const model = await createModel();
    model.calls.fail({ call: "hand.merge", when: "before", code: "unreachable" });
    await model.run();
    model.calls.fail();
    freeze(model);
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "frozen", change: "sign-and-merge" }]);
    expect(writes(model)).toEqual([]);
  });

  it("revokes nothing that was ordered, and does after the thaw", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    model.calls.fail({ call: "authority.revoke", when: "before", code: "unreachable" });
    await model.run();
    freeze(model);
    expect((await model.run()).trouble).toEqual([]);
    expect(writes(model)).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "revocation.waiting", serial, waitsFor: "frozen" }),
    );
    model.journal.freeze.thaw(model.clock.now() + 1);
    await model.run();
    expect(revokedBy(model).map(([revoked]) => revoked)).toEqual([serial]);
  });

  it("goes on seeing what is in use, and telling what was changed before", async () => {
    const model = await createModel();
    await model.run();
    model.clock.advance(60);
    model.usage.accept(newestOf(model).serial, model.clock.now());
    freeze(model);
    const { outcomes, trouble } = await model.run();
    expect(outcomes).toMatchObject([{ outcome: "settled", proof: "seen" }]);
    expect(trouble).toEqual([]);
    expect(model.journal.seen.get("bunny-client")?.serial).toBe(newestOf(model).serial);
    expect(model.audit.outbox.size).toBe(0);
  });

  it("does as ever in the first run after the thaw", async () => {
    const model = await createModel();
    freeze(model);
    await model.run();
    model.journal.freeze.thaw(model.clock.now() + 1);
    const { outcomes, trouble } = await model.run();
    expect(trouble).toEqual([]);
    expect(outcomes).toMatchObject([{ outcome: "settled", changes: ["request", "sign-and-merge"] }]);
  });

  it("takes a word that cannot be read for a freeze", async () => {
    const model = await createModel();
    model.journal.freeze.stands = UNREADABLE;
    await model.run();
    expect(writes(model)).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "run.frozen", reason: "unreadable" }),
    );
  });

  it("changes nothing when nobody can tell whether the link is frozen", async () => {
    const model = await createModel();
    model.calls.fail({ call: "journal.read-standing", when: "before", code: "unreachable" });
    await expect(model.run()).rejects.toMatchObject({ code: "unreachable" });
    expect(writes(model)).toEqual([]);
  });

  it("tells that a renewal is late, whoever froze the link", async () => {
    const model = await createModel();
    await model.run();
    freeze(model);
    model.clock.moveTo(START + WEEK - 60);
    expect((await model.run()).trouble).toEqual([]);
    expect(model.incidents.standing.get("certificate:bunny-client:late")).toMatchObject({
      state: "open",
      facts: expect.arrayContaining([{ label: "Why", value: "frozen" }]),
    });
  });

  it("says in its plan that nothing of it is done", async () => {
    const model = await createModel();
    freeze(model);
    expect(await planRun(model.brain(), null)).toMatchObject({
      frozen: true,
      certificates: [{ change: { kind: "request" } }],
    });
    expect(writes(model)).toEqual([]);
  });
});

describe("renewCertificates, for relay, while the link is frozen", () => {
  it.each<[string, () => Promise<RelayModel>]>([
    ["has no certificate made", () => createRelayModel()],
    ["has no renewal made", () => dueRelay()],
    ["makes nothing current that is staged", () => stagedRelay()],
  ])("%s", async (_what, open) => {
    const model = await open();
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    const labels = new Map(model.secret.labels);
    freeze(model);
    expect((await model.run()).trouble).toEqual([]);
    expect(writes(model)).toEqual([]);
    expect(model.secret.labels).toEqual(labels);
  });

  it("says what waits for the thaw", async () => {
    const model = await stagedRelay();
    freeze(model);
    await model.run();
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "certificate.promotion-held", reason: "frozen" }),
    );
  });
});

describe("renewCertificates, where no other function does it", () => {
  it("freezes the hand within one run, which then refuses by itself whatever it is asked", async () => {
    const model = await createModel({ sweeps: true });
    freeze(model);
    expect((await model.run()).trouble).toEqual([]);
    const answer = await model
      .brain()
      .hand("certificates.request", { name: "bunny-client", expectedVersion: null });
    expect(answer).toMatchObject({ outcome: "refused", reason: "frozen" });
    expect(writes(model)).toEqual(["hand.request"]);
    expect(model.incidents.standing.get("freeze")).toMatchObject({ state: "open", concern: "freeze" });
  });

  it("thaws the hand within one run, and goes on at once", async () => {
    const model = await createModel({ sweeps: true });
    freeze(model);
    await model.run();
    model.clock.advance(900);
    model.journal.freeze.thaw(model.clock.now());
    const { outcomes, trouble } = await model.run();
    expect(trouble).toEqual([]);
    expect(outcomes).toMatchObject([{ outcome: "settled", changes: ["request", "sign-and-merge"] }]);
    expect(model.incidents.standing.get("freeze")).toMatchObject({ state: "closed" });
  });

  it("tells the hand again when it was away, and fails until then", async () => {
    const model = await createModel({ sweeps: true });
    freeze(model);
    model.calls.fail({ call: "hand.freeze", when: "before", code: "unreachable" });
    expect((await model.run()).trouble).toEqual(["Azure's half was not told of the freeze: unreachable"]);
    model.calls.fail();
    model.clock.advance(900);
    expect((await model.run()).trouble).toEqual([]);
    expect(model.rows.texts.get("control/freeze")).toContain('"frozen":true');
  });

  it("tells the freeze to a hand of another link, too", async () => {
    const model = await createModel({ sweeps: true });
    model.deployed.hand = "b".repeat(64);
    freeze(model);
    expect((await model.run()).trouble.join()).not.toContain("not told of the freeze");
    expect(model.rows.texts.get("control/freeze")).toContain('"frozen":true');
  });

  it("files what the hand has noted, each once, and has it forgotten", async () => {
    const model = await createModel({ sweeps: true });
    await model.run();
    expect([...model.rows.texts.keys()].filter((key) => key.startsWith("notes/"))).toHaveLength(2);
    model.calls.fail({ call: "hand.forget", when: "before", code: "unreachable" });
    expect((await model.run()).trouble).toEqual([
      "the notes of Azure's half could not be collected: unreachable",
    ]);
    model.calls.fail();
    await model.run();
    const notes = model.audit.changes.filter(({ kind }) => kind === "hand-note");
    // Of one second, they come in any order.
    expect(notes.map(({ after }) => `${after?.["act"]} ${after?.["outcome"]}`).toSorted()).toEqual([
      "certificates.merge merged",
      "certificates.request requested",
    ]);
    expect(notes).toMatchObject(Array(2).fill({ target: "bunny-client", actor: "hand" }));
    expect(notes.every(({ requestIds }) => requestIds.function !== undefined)).toBe(true);
    expect([...model.rows.texts.keys()].filter((key) => key.startsWith("notes/"))).toEqual([]);
  });
});
