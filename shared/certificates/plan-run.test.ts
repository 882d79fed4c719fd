import { describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import { linkOf, linkWith } from "../../local/model/link.ts";
import { linkDigest } from "../link/load.ts";
import { planRun } from "./plan-run.ts";
import { Serial } from "./schema.ts";

const WEEK = 604_800;
const DUE = START + Math.floor((WEEK * 2) / 3);

/** All that a plan may call; whatever is not here could change something. */
const READS = [
  "authority.observe",
  "journal.read-standing",
  "journal.read-intent",
  "usage.first-accepted",
  "token",
  "hand.observe",
  "vault.read-certificate",
  "vault.read-request",
  "vault.read-policy",
];

const callsOf = ({ calls }: Model) => [...new Set([...calls.brain, ...calls.vault].map(({ name }) => name))];
const world = ({ vaults, journal, audit, bus, authority }: Model) =>
  JSON.stringify([
    [...vaults.values()].map(({ entries }) => [...entries]),
    [...journal.intents],
    [...journal.seen],
    audit.changes,
    bus.events,
    authority.issues,
  ]);

async function plan(model: Model, names: readonly string[] | null = null) {
  model.calls.forget();
  const before = world(model);
  const report = await planRun(model.brain(), names);
  expect(world(model)).toBe(before);
  expect(callsOf(model).filter((name) => !READS.includes(name))).toEqual([]);
  return report;
}

describe("planRun", () => {
  it("says what a run would do, and does nothing of it", async () => {
    const model = await createModel();
    expect(await plan(model)).toEqual({
      link: "test-link",
      linkDigest: linkDigest(model.link),
      at: START,
      frozen: false,
      trouble: [],
      revocations: [],
      certificates: [
        {
          certificate: "bunny-client",
          outcome: "planned",
          current: null,
          served: null,
          pending: false,
          intent: null,
          change: { kind: "request", reason: "absent" },
          refusal: null,
          waits: null,
          nextAt: START,
          proof: "not-needed",
          seenAt: null,
          promotion: null,
          orphans: [],
        },
      ],
    });
  });

  it("says when a certificate is due that needs nothing now", async () => {
    const model = await createModel();
    await model.run();
    const { certificates } = await plan(model);
    const current = expect.objectContaining({ notAfter: START + WEEK, enabled: true });
    expect(certificates).toMatchObject([{ change: null, nextAt: DUE, current, proof: "awaited" }]);
    model.clock.moveTo(DUE);
    expect((await plan(model)).certificates).toMatchObject([{ change: { reason: "renewal-due" } }]);
  });

  it("shows a request that waits, and how its signature goes on", async () => {
    const model = await createModel();
    model.calls.fail({ call: "hand.merge", when: "before", code: "unreachable" });
    await model.run();
    expect((await plan(model)).certificates).toMatchObject([
      { pending: true, intent: "issued", change: { kind: "sign-and-merge", intent: { kind: "resume" } } },
    ]);
  });

  it("looks in relay's log for the use of a certificate, and keeps nothing of it", async () => {
    const model = await createModel();
    await model.run();
    model.clock.advance(60);
    const serial = Serial.parse(model.authority.issues[0]?.serial);
    model.usage.accept(serial, model.clock.now());
    expect((await plan(model)).certificates).toMatchObject([{ proof: "seen", seenAt: START + 60 }]);
    expect(model.journal.seen.size).toBe(0);
  });

  it("says that the log could not be searched, and plans all the same", async () => {
    const model = await createModel();
    await model.run();
    model.calls.forget();
    model.calls.fail({ call: "usage.first-accepted", when: "before", code: "InternalFailure" });
    const { certificates } = await planRun(model.brain(), null);
    expect(certificates).toMatchObject([{ outcome: "planned", proof: "unknown", change: null }]);
  });

  it("refuses as a run does", async () => {
    const model = await createModel();
    model.authority.state = { ...model.authority.state, active: false };
    expect((await plan(model)).certificates).toMatchObject([
      { change: null, refusal: { reason: "ca-not-active" } },
    ]);
  });

  it("plans those that are asked for, and says of which it never heard", async () => {
    const model = await createModel({ link: linkOf({ bunny: [{ name: "a" }, { name: "b" }] }) });
    const { certificates } = await plan(model, ["b", "c"]);
    expect(certificates.map(({ certificate, outcome }) => [certificate, outcome])).toEqual([
      ["b", "planned"],
      ["c", "unknown-certificate"],
    ]);
    expect((await plan(model)).certificates).toHaveLength(2);
  });

  it("says of one that cannot be read why, and is no failed run for it", async () => {
    const model = await createModel({ link: linkOf({ bunny: [{ name: "a" }, { name: "b" }] }) });
    model.calls.fail({
      call: "vault.read-request",
      target: "a",
      when: "before",
      code: "Forbidden",
      retryable: false,
    });
    const { certificates, trouble } = await planRun(model.brain(), null);
    expect(certificates).toMatchObject([
      { certificate: "a", outcome: "failed", code: "Forbidden" },
      { certificate: "b", outcome: "planned" },
    ]);
    expect(trouble).toEqual([]);
  });

  it("tells of halves that were built from different links", async () => {
    const model = await createModel({ handLink: linkWith({ lifetime: "6 days" }) });
    expect((await plan(model)).certificates).toMatchObject([{ outcome: "refused", reason: "other-link" }]);
  });

  it("throws, as a run does, when the journal cannot be read", async () => {
    const model = await createModel();
    model.calls.fail({ call: "journal.read-standing", when: "before", code: "AccessDeniedException" });
    await expect(planRun(model.brain(), null)).rejects.toMatchObject({ code: "AccessDeniedException" });
  });
});
