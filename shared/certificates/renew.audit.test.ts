import { beforeAll, describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import type { Call } from "../../local/model/calls.ts";
import { brokenPromises, unaccountedSerials } from "../../local/model/checks.ts";
import { linkWith } from "../../local/model/link.ts";
import { storedPolicy } from "../../local/model/vault-request.ts";
import { linkDigest } from "../link/load.ts";
import { FOUND } from "./record.ts";
import { Serial } from "./schema.ts";

const WEEK = 604_800;
const DUE = START + Math.floor((WEEK * 2) / 3);
const FOREIGN = storedPolicy({
  x509_props: { subject: "CN=somebody", sans: { dns_names: ["evil.example"] } },
  key_props: { kty: "EC", crv: "P-384" },
});

const kinds = (model: Model) => model.audit.changes.map(({ kind }) => kind);

/** relay accepts the certificate that was issued last. */
function accept(model: Model): void {
  const serial = Serial.parse(model.authority.issues.at(-1)?.serial);
  model.usage.accept(serial, model.clock.now());
}

async function renewed() {
  const model = await createModel();
  await model.run();
  model.clock.moveTo(DUE);
  await model.run();
  return model;
}

describe("renewCertificates, as it is recorded", () => {
  it("records each change with what was before and after, why, by whom and by which calls", async () => {
    const model = await createModel();
    await model.run();
    const [issue] = model.authority.issues;
    const [version] = model.vault.entries.get("bunny-client")?.versions ?? [];
    const [intent] = model.journal.intents.values();
    const common = {
      link: "test-link",
      linkDigest: linkDigest(model.link),
      concern: "certificates",
      target: "bunny-client",
      actor: "renew-certificates",
    };
    const requestId = expect.any(String);
    const serial = issue?.serial.replace(/^0+/, "");
    const csrDigest = intent?.csrDigest;
    expect(model.audit.changes).toMatchObject([
      {
        ...common,
        kind: "request",
        before: null,
        after: { requestId },
        reasons: ["absent"],
        requestIds: { lambda: "invocation-1", function: expect.any(String) },
      },
      {
        ...common,
        kind: "issue",
        before: null,
        after: { serial, notAfter: START + WEEK, certificateArn: issue?.arn, csrDigest },
        requestIds: { lambda: "invocation-1", "acm-pca": "request-1" },
      },
      {
        ...common,
        kind: "merge",
        before: { requestId },
        after: { version: version?.version, serial, notAfter: START + WEEK, csrDigest },
        requestIds: { lambda: "invocation-1", function: expect.any(String) },
      },
    ]);
    expect(model.bus.events).toEqual(model.audit.changes);
    expect(model.audit.outbox.size).toBe(0);
  });

  it("names the version that a renewal replaces", async () => {
    const model = await renewed();
    const [, , first, request, , second] = model.audit.changes;
    const { version, serial, notAfter } = first?.after ?? {};
    expect(request).toMatchObject({ reasons: ["renewal-due"], before: { version, serial, notAfter } });
    expect(second).toMatchObject({ kind: "merge", before: { version, serial, notAfter } });
  });

  it("says of a dropped request what it asked for, for nothing else is left of it", async () => {
    const model = await createModel();
    await model.vault.requestByHand("bunny-client", FOREIGN);
    await model.run();
    const [drop] = model.audit.changes;
    expect(drop).toMatchObject({
      kind: "drop-request",
      before: {
        requestId: expect.any(String),
        csrDigest: expect.any(String),
        commonName: "somebody",
        dnsNames: "evil.example",
        key: "EC P-384",
      },
      after: null,
      reasons: expect.arrayContaining([
        "other-subject",
        "other-key",
        "other-policy",
        "its secret is not PEM",
      ]),
    });
  });

  it("records a request that somebody else made as found, when it is signed", async () => {
    const model = await createModel();
    const brain = model.brain();
    const answer = await brain.hand("certificates.request", { name: "bunny-client", expectedVersion: null });
    await model.run();
    const requestId = "pending" in answer ? answer.pending.requestId : "";
    expect(
      model.audit.changes.map(({ kind, reasons, after }) => [kind, reasons, after?.["requestId"]]),
    ).toEqual([
      ["request", [FOUND], requestId],
      ["issue", [], undefined],
      ["merge", [], undefined],
    ]);
  });

  it("records an outcome that nobody knows, before its request is dropped", async () => {
    const model = await createModel();
    model.calls.fail({ call: "authority.issue", when: "after", code: "unreachable" });
    await model.run();
    model.calls.forget();
    model.clock.advance(3_600);
    await model.run();
    const unknown = model.audit.changes.find(({ kind }) => kind === "outcome-unknown");
    const [intent] = model.journal.intents.values();
    expect(unknown).toMatchObject({
      before: { csrDigest: intent?.csrDigest, notAfter: intent?.notAfter },
      after: null,
      reasons: ["outcome-unknown"],
    });
    expect(kinds(model)).toEqual(["request", "outcome-unknown", "drop-request", "request", "issue", "merge"]);
  });

  it("renews while the bus takes nothing, and tells everything when it does again", async () => {
    const model = await createModel({ link: linkWith({ proof: "manual" }) });
    model.calls.fail({ call: "bus.tell", when: "before", code: "InternalException" });
    expect(await model.run()).toMatchObject({
      trouble: [],
      untold: { code: "InternalException", late: false },
      outcomes: [{ outcome: "settled" }],
    });
    model.clock.advance(3_601);
    const since = new Date(START * 1_000).toISOString();
    expect((await model.run()).trouble).toEqual([
      `changes since ${since} were not told on the bus: InternalException`,
    ]);
    model.calls.forget();
    expect(await model.run()).toMatchObject({ trouble: [], untold: null });
    expect(model.bus.events.map(({ kind }) => kind)).toEqual(["request", "issue", "merge"]);
  });

  it.each([
    ["observed", linkWith()],
    ["left to a person", linkWith({ proof: "manual" })],
  ])("finds a merge whose answer was lost in the next run, where the proof is %s", async (_proof, link) => {
    const model = await createModel({ link });
    model.calls.fail({ call: "hand.merge", when: "after", code: "unreachable" });
    await model.run();
    expect(kinds(model)).toEqual(["request", "issue"]);
    expect([...model.journal.intents.values()]).toMatchObject([{ state: "issued" }]);
    model.calls.forget();
    await model.run();
    expect(kinds(model)).toEqual(["request", "issue", "merge"]);
    expect(model.audit.changes[2]).toMatchObject({ reasons: [FOUND], requestIds: {} });
    expect([...model.journal.intents.values()]).toMatchObject([{ state: "merged" }]);
  });

  it("finds it when the certificate is replaced before any run has looked", async () => {
    const model = await createModel();
    model.calls.fail({ call: "hand.merge", when: "after", code: "unreachable" });
    await model.run();
    model.calls.forget();
    model.clock.moveTo(DUE);
    await model.run();
    expect(kinds(model)).toEqual(["request", "issue", "merge", "request", "issue", "merge"]);
    expect([...model.journal.intents.values()]).toMatchObject([{ state: "merged" }, { state: "merged" }]);
  });

  it("takes no record for missing that is only told already", async () => {
    const model = await createModel();
    model.authority.readsInProgress = 100;
    await model.run();
    model.clock.advance(60);
    model.authority.readsInProgress = 0;
    await model.run();
    expect(kinds(model)).toEqual(["request", "issue", "merge"]);
    expect(model.bus.events).toHaveLength(3);
  });
});

/** Wherever a run ends, the books are full once the certificate was seen in use; and they say each thing once. */
describe("renewCertificates, killed", () => {
  let calls: readonly Call[] = [];
  beforeAll(async () => {
    const model = await createModel();
    await model.run();
    calls = [...model.calls.brain];
  });

  it.each(["before", "after"] as const)(
    "has everything recorded in the end, killed %s each call",
    async (when) => {
      expect(calls.length).toBeGreaterThan(10);
      for (const at of calls.keys()) {
        const model = await createModel();
        model.calls.dieAt({ at, when });
        await model.run().catch(() => {});
        model.calls.forget();
        model.clock.advance(30);
        await model.run();
        accept(model);
        model.clock.advance(30);
        await model.run();
        const where = `${when} ${at}, ${calls[at]?.name}`;
        expect([where, kinds(model).toSorted()]).toEqual([where, ["issue", "merge", "request"]]);
        expect([where, model.audit.outbox.size]).toEqual([where, 0]);
        const told = new Set(model.bus.events.map(({ id }) => id));
        expect([where, told]).toEqual([where, new Set(model.audit.changes.map(({ id }) => id))]);
        expect([where, unaccountedSerials(model), brokenPromises(model)]).toEqual([where, [], []]);
      }
    },
  );
});
