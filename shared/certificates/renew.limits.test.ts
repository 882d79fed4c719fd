import { describe, expect, it } from "vitest";
import { createModel, type Model, START, TIME_LIMIT_MS } from "../../local/model/brain.ts";
import type { CallName } from "../../local/model/calls.ts";
import { brokenPromises } from "../../local/model/checks.ts";
import { type CertificateInput, linkWith } from "../../local/model/link.ts";
import { CALL_TIMEOUT_MS } from "../azure-api/client.ts";
import { CLIENT_LIMITS } from "../runtime/aws.ts";
import { renewCertificates } from "./renew.ts";

const WEEK = 604_800;
const DUE = START + Math.floor((WEEK * 2) / 3);

const eventsOf = (model: Model) => model.records.map(({ event }) => event);
const changesOf = (model: Model) =>
  [...model.calls.brain, ...model.calls.vault].filter(({ name }) =>
    /request$|merge|intend|issue/.test(name.replace("read-request", "")),
  );

/** A model whose certificates are issued, at the instant at which they are due. */
async function due(...certificates: readonly Partial<CertificateInput>[]): Promise<Model> {
  const model = await createModel({ link: linkWith(...certificates) });
  await model.run();
  model.clock.moveTo(DUE);
  model.calls.forget();
  return model;
}

describe("renewCertificates, with a slow CA", () => {
  it("waits for the signature", async () => {
    const model = await createModel();
    model.authority.readsInProgress = 3;
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "settled" }]);
  });

  it("leaves a signature that takes long to the next run, and goes on with the same certificate", async () => {
    const model = await createModel();
    model.authority.readsInProgress = 20;
    expect(await model.run()).toMatchObject({ outcomes: [{ outcome: "signing", late: false }], trouble: [] });
    model.clock.advance(400);
    model.authority.readsInProgress = 0;
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "settled", changes: ["sign-and-merge"] }]);
    expect(model.authority.issues).toHaveLength(1);
  });

  it("is in trouble when the CA has not signed for ten minutes", async () => {
    const model = await createModel();
    model.authority.readsInProgress = 1_000;
    await model.run();
    model.clock.moveTo(START + 580);
    expect((await model.run()).trouble).toEqual([]);
    model.clock.moveTo(START + 601);
    expect((await model.run()).trouble).toEqual(["bunny-client: the CA has still not signed it"]);
    expect(model.authority.issues).toHaveLength(1);
  });

  it("starts anew, with another key, when the CA has given up on a certificate", async () => {
    const model = await createModel();
    model.authority.failures = 1;
    expect(await model.run()).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["request", "drop-request", "request", "sign-and-merge"] }],
    });
    expect(eventsOf(model)).toContain("certificate.issue-failed");
    expect(brokenPromises(model)).toEqual([]);
  });
});

describe("renewCertificates, with a CA that takes no call", () => {
  const throttles = {
    call: "authority.issue",
    when: "before",
    code: "ThrottlingException",
    throttled: true,
  } as const;
  const statesOf = (model: Model) => [...model.journal.intents.values()].map(({ state }) => state);
  const outcomesUnknown = (model: Model) =>
    model.audit.changes.filter(({ kind }) => kind === "outcome-unknown" || kind === "drop-request");

  it("keeps the request and its key, however long it is throttled, for nothing was signed", async () => {
    const model = await createModel();
    model.calls.fail(throttles);
    for (let runs = 0; runs < 4; runs += 1) {
      await model.run();
      expect(statesOf(model)).toEqual(["refused"]);
      model.clock.advance(900);
    }
    model.calls.fail();
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "settled", changes: ["sign-and-merge"] }]);
    expect(model.calls.count("vault.create-request")).toBe(1);
    expect(model.authority.issues).toHaveLength(1);
    expect(outcomesUnknown(model)).toEqual([]);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("gives up one of which nobody knows whether it was signed before it was throttled", async () => {
    const model = await createModel();
    model.calls.fail({ call: "authority.issue", nth: 1, when: "after", code: "unreachable" });
    await model.run();
    model.calls.fail(throttles);
    model.clock.advance(60);
    await model.run();
    model.calls.fail();
    model.clock.advance(900);
    await model.run();
    expect(statesOf(model)).toEqual(["outcome-unknown", "merged"]);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("gives up one of which nobody knows whether it was signed before it was refused", async () => {
    const model = await createModel();
    model.calls.fail({ call: "authority.issue", nth: 1, when: "after", code: "unreachable" });
    await model.run();
    model.calls.fail({
      call: "authority.issue",
      when: "before",
      code: "AccessDeniedException",
      retryable: false,
    });
    model.clock.advance(60);
    await model.run();
    model.calls.fail();
    model.clock.advance(900);
    await model.run();
    expect(statesOf(model)).toEqual(["outcome-unknown", "merged"]);
    expect(brokenPromises(model)).toEqual([]);
  });
});

describe("renewCertificates, with little time", () => {
  it("starts no change that it could not finish", async () => {
    const model = await due();
    const report = await model.run(59_999);
    expect(report).toMatchObject({
      outcomes: [{ outcome: "postponed", reason: "no-time-left", late: false }],
      trouble: [],
    });
    expect(changesOf(model)).toEqual([]);
    expect((await model.run(60_000)).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
  });

  it("is in trouble when it postpones what has used up half of the time for mending", async () => {
    const model = await due();
    model.clock.moveTo(START + WEEK - WEEK / 6 + 1);
    expect((await model.run(59_999)).trouble).toEqual([
      "bunny-client: postponed, and late: no time was left for it",
    ]);
  });

  it("is in trouble when it postpones a first certificate", async () => {
    const model = await createModel();
    expect((await model.run(59_999)).trouble).toHaveLength(1);
  });

  it("leaves the merge to the next run when the signature used up the time", async () => {
    const model = await createModel();
    model.calls.durationsMs.set("authority.issue", 40_000);
    expect((await model.run(80_000)).outcomes).toMatchObject([{ outcome: "signing" }]);
    expect((await model.run(80_000)).outcomes).toMatchObject([{ outcome: "settled" }]);
    expect(model.authority.issues).toHaveLength(1);
  });

  it("names those that it had no time to look at", async () => {
    // Sixteen batches of twenty are under way at once, and six a second start in one vault.
    const names = Array.from({ length: 321 }, (_, index) => ({ name: `certificate-${index}` }));
    const model = await createModel({ link: linkWith(...names) });
    model.calls.durationsMs.set("hand.observe", 30_000);
    const { trouble } = await model.run(70_000);
    expect(trouble).toContain("certificate-320: certificates.observe failed, no-time-left");
    expect(trouble).not.toContain("certificate-319: certificates.observe failed, no-time-left");
  });
});

describe("renewCertificates, with slow clouds", () => {
  it("ends in its time when each call takes as long as its attempt may", async () => {
    const names = Array.from({ length: 60 }, (_, index) => ({ name: `certificate-${index}` }));
    const model = await createModel({ link: linkWith(...names) });
    model.calls.durationOf = ({ name }) => {
      if (name.startsWith("vault.")) return 0;
      return name.startsWith("hand.") ? CALL_TIMEOUT_MS : CLIENT_LIMITS.requestHandler.requestTimeout;
    };
    const startedMs = model.clock.nowMs();
    const { trouble } = await model.run();
    expect(model.clock.nowMs() - startedMs).toBeLessThanOrEqual(TIME_LIMIT_MS);
    expect(trouble).toEqual([]);
    expect(brokenPromises(model)).toEqual([]);
  });
});

describe("renewCertificates, in its pace", () => {
  /** How often each rate was taken up by one certificate's renewal, of which a call is throttled once. */
  async function placesOf(call: CallName) {
    const model = await due();
    const taken: string[] = [];
    const { pace, ...brain } = model.brain();
    const start: typeof pace.start = (rates) => {
      const waitMs = pace.start(rates);
      if (waitMs === 0) taken.push(...rates.map(({ name }) => name));
      return waitMs;
    };
    model.calls.fail({ call, nth: 1, when: "before", code: "ThrottlingException", throttled: true });
    await renewCertificates({ ...brain, pace: { start } });
    expect(model.authority.issues).toHaveLength(2);
    const count = (wanted: string) => taken.filter((name) => name === wanted).length;
    return { issues: count("issues"), issueCalls: count("issue-calls") };
  }

  it("has a place for each call to the CA, throttled or not", async () => {
    expect(await placesOf("authority.issue")).toEqual({ issues: 2, issueCalls: 2 });
  });

  it.each(["authority.read", "hand.merge"] as const)(
    "takes no more of the CA's quota when %s is throttled, for that comes after the signature",
    async (call) => {
      expect(await placesOf(call)).toEqual({ issues: 1, issueCalls: 1 });
    },
  );
});
