import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";
import { BUNNY_CLIENT, linkOf, linkWith } from "../../local/model/link.ts";
import { makeCsr } from "../../local/testing/certificates.ts";
import { type NotingBrain, noteIssued } from "./note-issued.ts";
import { readCertificateArn } from "./serial.ts";

const identity = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["bunny.example.com"],
};

const eventOf = (...resources: readonly string[]) => ({
  version: "0",
  id: "11111111-2222-3333-4444-555555555555",
  source: "aws.acm-pca",
  "detail-type": "ACM Private CA Certificate Issuance",
  region: "eu-west-2",
  resources,
  detail: { result: "success" },
});

const brainOf = (model: Model): NotingBrain => ({
  ...model.brain(),
  invocation: { actor: "note-issued-certificate", requestId: "invocation-of-note" },
});
const note = async (model: Model, certificateArn: string) =>
  await noteIssued(brainOf(model), eventOf(model.authority.arn, certificateArn));

/** The run dies with the CA's answer on the way: a certificate is issued, and nothing but the CA knows its ARN. */
async function lost(options: Parameters<typeof createModel>[0] = {}) {
  const clean = await createModel(options);
  await clean.run();
  const at = clean.calls.brain.findIndex(({ name }) => name === "authority.issue");
  const model = await createModel(options);
  model.calls.dieAt({ at, when: "after" });
  await model.run().catch(() => undefined);
  model.calls.forget();
  const [issue] = model.authority.issues;
  if (issue === undefined) throw new Error("nothing was issued");
  return { model, issue };
}

const generalPurpose = () =>
  linkOf({ bunny: [{}] }, { certificateAuthority: { commonName: "Test CA", mode: "general-purpose" } });

const intentsOf = (model: Model) => [...model.journal.intents.values()];

/** Somebody with rights on the CA has a certificate signed. */
async function signElsewhere(model: Model, wanted: Parameters<typeof makeCsr>[0]): Promise<string> {
  const { pem } = await makeCsr(wanted);
  return await model.authority.issue({
    csr: pem,
    idempotencyToken: createHash("sha256").update(pem).digest("hex").slice(0, 32),
    notAfter: model.clock.now() + 86_400,
    signingAlgorithm: "SHA256WITHECDSA",
  });
}

describe("noteIssued", () => {
  it("notes the ARN that a dead run has left nowhere, so that a later one merges that certificate", async () => {
    const { model, issue } = await lost();
    expect(intentsOf(model)).toMatchObject([{ state: "intended" }]);
    expect(await note(model, issue.arn)).toEqual({ outcome: "noted", trouble: [] });
    expect(intentsOf(model)).toMatchObject([{ state: "issued", certificateArn: issue.arn }]);
    expect(model.records.at(-1)).toMatchObject({ event: "issuance.noted", certificate: "bunny-client" });

    model.clock.advance(86_400);
    const { outcomes, trouble } = await model.run();
    expect({ outcomes, trouble }).toMatchObject({ outcomes: [{ changes: ["sign-and-merge"] }], trouble: [] });
    expect(model.authority.issues).toHaveLength(1);
    expect(intentsOf(model)).toMatchObject([{ state: "merged" }]);
  });

  it("records the issue once, however often the event comes", async () => {
    const { model, issue } = await lost();
    await note(model, issue.arn);
    expect(await note(model, issue.arn)).toEqual({ outcome: "known", trouble: [] });
    await model.run();
    const issues = model.audit.changes.filter(({ kind }) => kind === "issue");
    expect(issues).toMatchObject([
      {
        target: "bunny-client",
        actor: "note-issued-certificate",
        after: { certificateArn: issue.arn, serial: issue.serial },
        reasons: ["found"],
      },
    ]);
  });

  it("changes nothing when the run has noted it itself, and reads no more than the one intent", async () => {
    const names = Array.from({ length: 50 }, (_, index) => ({ name: `certificate-${index}` }));
    const model = await createModel({ link: linkWith(...names) });
    await model.run();
    const [issue] = model.authority.issues;
    const before = [intentsOf(model), model.audit.changes];
    model.calls.forget();
    expect(await note(model, issue?.arn ?? "")).toEqual({ outcome: "known", trouble: [] });
    expect([intentsOf(model), model.audit.changes]).toEqual(before);
    expect(model.calls.brain.map(({ name }) => name)).toEqual(["authority.read", "journal.find-intent"]);
  });

  it("reads nothing of the record of changes for what it notes", async () => {
    const { model, issue } = await lost();
    await note(model, issue.arn);
    expect(model.calls.count("audit.history")).toBe(0);
  });

  it("leaves given up what was given up, and to expire what a short-lived CA signed", async () => {
    const { model, issue } = await lost();
    model.clock.advance(900);
    await model.run();
    expect(intentsOf(model)).toMatchObject([{ state: "outcome-unknown" }, { state: "merged" }]);
    await note(model, issue.arn);
    expect(intentsOf(model)).toMatchObject([{ state: "outcome-unknown", certificateArn: issue.arn }, {}]);
    expect(model.journal.revocations.size).toBe(0);
  });

  it("orders the orphan's revocation where the CA is for general purposes", async () => {
    const { model, issue } = await lost({ link: generalPurpose() });
    model.clock.advance(900);
    await model.run();
    await note(model, issue.arn);
    await note(model, issue.arn);
    expect([...model.journal.revocations.values()]).toEqual([
      {
        serial: issue.serial,
        certificate: "bunny-client",
        reason: "SUPERSEDED",
        origin: "orphan",
        orderedBy: "note-issued-certificate",
        orderedAt: model.clock.now(),
        certificateArn: issue.arn,
        state: "ordered",
      },
    ]);
    expect(model.audit.changes.filter(({ kind }) => kind === "order-revocation")).toHaveLength(1);
  });

  it("waits while the CA is still signing, and throws when that takes too long, to be invoked again", async () => {
    const { model, issue } = await lost();
    model.authority.readsInProgress = 3;
    expect(await note(model, issue.arn)).toMatchObject({ outcome: "noted" });
    const other = await lost();
    other.model.authority.readsInProgress = 100;
    await expect(note(other.model, other.issue.arn)).rejects.toMatchObject({
      code: "still-signing",
      retryable: true,
    });
    expect(intentsOf(other.model)).toMatchObject([{ state: "intended" }]);
  });

  it("notes nothing of a certificate that the CA gave up on", async () => {
    const model = await createModel();
    model.authority.failures = 1;
    const certificateArn = await signElsewhere(model, identity);
    expect(await note(model, certificateArn)).toEqual({ outcome: "not-issued", trouble: [] });
  });

  it("logs an issuance that failed, and ends well", async () => {
    const model = await createModel();
    const event = { ...eventOf(model.authority.arn), detail: { result: "failure" } };
    expect(await noteIssued(brainOf(model), event)).toEqual({ outcome: "not-issued", trouble: [] });
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "issuance.failed", level: "warn" }),
    );
    expect(model.calls.count("authority.read")).toBe(0);
  });

  it("throws what the CA or the journal answered, so that Lambda tries again", async () => {
    for (const call of [
      "authority.read",
      "journal.find-intent",
      "journal.note-issued",
      "audit.record",
    ] as const) {
      const { model, issue } = await lost();
      model.calls.fail({ call, nth: 1, when: "before", code: "InternalFailure" });
      await expect(note(model, issue.arn), call).rejects.toMatchObject({ code: "InternalFailure" });
      expect(await note(model, issue.arn), call).toMatchObject({ trouble: [] });
      expect(intentsOf(model), call).toMatchObject([{ state: "issued", certificateArn: issue.arn }]);
    }
  });
});

describe("noteIssued, of what somebody else had signed", () => {
  it("leaves alone what bears no name of the link's", async () => {
    const model = await createModel();
    const certificateArn = await signElsewhere(model, { commonName: "carrot.example.com", dnsNames: [] });
    expect(await note(model, certificateArn)).toEqual({ outcome: "not-ours", trouble: [] });
    expect(model.records).toMatchObject([{ level: "info", event: "issuance.not-ours", certificateArn }]);
    expect(model.audit.changes).toEqual([]);
  });

  it.each([
    ["the whole identity", identity],
    ["the common name", { commonName: "bunny.example.com", dnsNames: [] }],
    ["a DNS name", { commonName: "carrot.example.com", dnsNames: ["a.example.com", "bunny.example.com"] }],
    ["a DNS name as its common name", { commonName: "alias.example.com", dnsNames: [] }],
  ])("tells, records and fails for %s of ours with another key", async (_case, wanted) => {
    const dnsNames = ["alias.example.com", "bunny.example.com"];
    const link = linkWith({ identity: { ...BUNNY_CLIENT.identity, dnsNames } });
    const model = await createModel({ link });
    await model.run();
    const certificateArn = await signElsewhere(model, wanted);
    const { outcome, trouble } = await note(model, certificateArn);
    expect(outcome).toBe("unknown-issue");
    expect(model.journal.unknownIssues.get("bunny-client")).toMatchObject({ certificateArn });
    expect(trouble).toEqual(["bunny-client: somebody else had a certificate of its name signed"]);
    const told = { level: "error", event: "certificate.unknown-issue", certificateArn };
    expect(model.records.at(-1)).toMatchObject(told);
    expect(model.audit.changes.at(-1)).toMatchObject({
      kind: "unknown-issue",
      target: "bunny-client",
      after: { certificateArn, serial: readCertificateArn(certificateArn).serial },
    });
    expect(intentsOf(model)).toHaveLength(1);
  });

  it("records it once, however often the event comes", async () => {
    const model = await createModel();
    const certificateArn = await signElsewhere(model, identity);
    await note(model, certificateArn);
    await note(model, certificateArn);
    expect(model.audit.changes).toHaveLength(1);
  });

  it("tells of a second certificate for the key of an intent", async () => {
    const { model, issue } = await lost();
    await note(model, issue.arn);
    const csr = await model.vault.readRequest("bunny-client");
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(csr?.csr ?? []).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    const second = await model.authority.issue({
      csr: pem,
      idempotencyToken: "b".repeat(32),
      notAfter: model.clock.now() + 86_400,
      signingAlgorithm: "SHA256WITHECDSA",
    });
    expect(await note(model, second)).toMatchObject({ outcome: "unknown-issue" });
    expect(intentsOf(model)).toMatchObject([{ certificateArn: issue.arn }]);
    expect(model.audit.changes.at(-1)).toMatchObject({ reasons: ["a second one for its key"] });
  });
});

describe("noteIssued, of another event", () => {
  const arn =
    "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
  const other = arn.replace("444444444444", "555555555555");
  const sound = eventOf(arn, `${arn}/certificate/12`);

  it.each([
    ["no object", "text"],
    ["another source", { ...sound, source: "aws.ec2" }],
    ["another detail-type", { ...sound, "detail-type": "ACM Private CA Certificate Revocation" }],
    ["another result", { ...sound, detail: { result: "perhaps" } }],
    ["no resources", { ...sound, resources: [] }],
    ["no certificate", eventOf(arn)],
    ["a certificate that is none", eventOf(arn, `${arn}/certificate/fff`)],
    ["another CA", eventOf(other, `${other}/certificate/12`)],
    ["another CA's failure", { ...eventOf(other), detail: { result: "failure" } }],
    ["another CA's certificate", eventOf(arn, `${other}/certificate/12`)],
  ])("throws for %s, and asks nobody", async (_case, event) => {
    const model = await createModel();
    expect(model.authority.arn).toBe(arn);
    await expect(noteIssued(brainOf(model), event)).rejects.toMatchObject({ name: "ContractError" });
    expect(model.calls.brain).toEqual([]);
  });
});
