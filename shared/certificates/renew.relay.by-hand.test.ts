/** What becomes of a certificate that a person put into relay's secret while nothing of Warrener ran (docs/break-glass.md). */
import { describe, expect, it } from "vitest";
import { brokenPromises } from "../../local/model/checks.ts";
import { dueRelay, isServable, type RelayModel, servingRelay, stagedRelay } from "../../local/model/relay.ts";
import { relayCertificates } from "./desired.ts";
import { makeCsr } from "./make-csr.ts";
import { csrToPem, pemToDer } from "./pem.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";
import { parseVersion, writeVersion } from "./stored-version.ts";

const WEEK = 604_800;
const REPLICAS = ["relay-0", "relay-1"];

/** As the steps do it: a key and a CSR of their own, signed by the link's CA, and the value staged. */
async function stageByHand(model: RelayModel): Promise<string> {
  return model.secret.putByHand(await valueByHand(model), PENDING);
}

async function valueByHand({ authority, link, clock }: RelayModel): Promise<string> {
  const [desired] = relayCertificates(link);
  if (desired === undefined) throw new Error("a link without a certificate of relay's");
  const { csr, privateKey } = await makeCsr(desired);
  const arn = await authority.issue({
    csr: csrToPem(csr),
    idempotencyToken: "by-hand",
    notAfter: clock.now() + desired.lifetimeSeconds,
    signingAlgorithm: authority.state.signingAlgorithm,
  });
  const answer = await authority.read(arn);
  if (typeof answer === "string") throw new Error(`the CA is ${answer}`);
  const [leaf, ...issuers] = answer.map(pemToDer);
  if (leaf === undefined) throw new Error("a chain without a leaf");
  return writeVersion({ kind: "certificate", privateKey, chain: [leaf, ...issuers] }).unwrap();
}

/** The steps to their end. */
async function renewedByHand(model: RelayModel): Promise<string> {
  const version = await stageByHand(model);
  model.look(...REPLICAS);
  model.secret.moveByHand("AWSPREVIOUS", model.secret.labels.get(CURRENT) ?? null);
  model.secret.moveByHand(CURRENT, version);
  model.look(...REPLICAS);
  return version;
}

const kindOf = ({ secret }: RelayModel, label: string) =>
  parseVersion(secret.versions.get(secret.labels.get(label) ?? "")?.value ?? null)?.kind;

const events = ({ records }: RelayModel, event: string) => records.filter((record) => record.event === event);

describe("renewCertificates, for relay, after a person renewed it by hand", () => {
  it("takes it for its own: nothing is asked for, signed or moved, and the change is written down as found", async () => {
    const model = await dueRelay();
    await renewedByHand(model);
    const [labels, issues] = [new Map(model.secret.labels), model.authority.issues.length];
    for (let run = 0; run < 2; run += 1) {
      expect(await model.run()).toMatchObject({ outcomes: [{ changes: [], proof: "seen" }], trouble: [] });
      model.clock.advance(60);
      model.look(...REPLICAS);
    }
    expect([model.secret.labels, model.authority.issues.length]).toEqual([labels, issues]);
    const promoted = model.audit.changes.filter(({ kind }) => kind === "promote");
    expect(promoted.at(-1)).toMatchObject({
      after: { serial: model.serialOf(CURRENT), version: labels.get(CURRENT) },
      reasons: ["found"],
    });
    expect(promoted).toHaveLength(2);
  });

  it("renews it at its own time, as it would have its own", async () => {
    const model = await dueRelay();
    const theirs = await renewedByHand(model);
    await model.run();
    model.clock.advance(Math.floor((WEEK * 2) / 3));
    model.look(...REPLICAS);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    model.look(...REPLICAS);
    model.clock.advance(60);
    await model.run();
    expect(model.secret.labels.get("AWSPREVIOUS")).toBe(theirs);
    expect([isServable(model), brokenPromises(model)]).toEqual([true, []]);
  });

  it("finishes what a person has staged and left: it is served once every replica has loaded it", async () => {
    const model = await dueRelay();
    const theirs = await stageByHand(model);
    const issues = model.authority.issues.length;
    model.look("relay-0");
    await model.run();
    expect(model.secret.labels.get(CURRENT)).not.toBe(theirs);
    expect(events(model, "certificate.promotion-held").at(-1)).toMatchObject({ behind: ["relay-1"] });
    model.clock.advance(60);
    model.look(...REPLICAS);
    expect((await model.run()).trouble).toEqual([]);
    expect(model.secret.labels.get(CURRENT)).toBe(theirs);
    expect([isServable(model), model.authority.issues.length]).toEqual([true, issues]);
  });

  it("asks for another one where what a person staged is none that the link asks for, and never serves it", async () => {
    const model = await servingRelay({
      identity: { commonName: "relay.example.com", dnsNames: ["other.example.com", "relay.example.com"] },
    });
    const other = await dueRelay();
    const theirs = model.secret.putByHand(await valueByHand(other), PENDING);
    const old = model.secret.labels.get(CURRENT);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect([model.secret.labels.get(CURRENT), model.secret.labels.get(PENDING) === theirs]).toEqual([
      old,
      false,
    ]);
  });

  it("lets go of its own staged one, in whose place the person's was put", async () => {
    const model = await stagedRelay();
    const own = model.serialOf(PENDING);
    await renewedByHand(model);
    expect(await model.run()).toMatchObject({ outcomes: [{ changes: [] }], trouble: [] });
    expect([model.serialOf(CURRENT) === own, isServable(model)]).toEqual([false, true]);
  });

  it.each([
    ["before it was signed", "authority.issue", "before"],
    ["after it was signed", "authority.issue", "after"],
    ["before it was merged", "authority.read", "after"],
  ] as const)("lets go of its own request, of which a run died %s", async (_case, call, when) => {
    const model = await dueRelay();
    model.calls.fail({ call, when, code: "InternalFailure" });
    await model.run();
    model.calls.forget();
    const [stands] = [...model.journal.intents.values()].slice(-1);
    expect([kindOf(model, PENDING), stands?.state === "merged"]).toEqual(["request", false]);

    await renewedByHand(model);
    const issues = model.authority.issues.length;
    for (let look = 0; look < 3; look += 1) {
      model.clock.advance(900);
      model.look(...REPLICAS);
      expect(await model.run()).toMatchObject({ outcomes: [{ changes: [] }], trouble: [] });
    }
    expect([isServable(model), model.authority.issues.length]).toEqual([true, issues]);
  });

  it("leaves to expire what was signed for its own request, of which nobody can tell that it was never merged", async () => {
    const model = await dueRelay({ mode: "general-purpose" });
    model.calls.fail({ call: "authority.read", when: "after", code: "InternalFailure" });
    await model.run();
    model.calls.forget();
    await renewedByHand(model);
    for (const seconds of [900, Math.floor((WEEK * 2) / 3), 900, 900]) {
      model.clock.advance(seconds);
      model.look(...REPLICAS);
      await model.run();
    }
    expect(model.authority.issues).toHaveLength(4);
    expect([model.authority.revoked.size, isServable(model)]).toEqual([0, true]);
  });

  it("gives way when the person was faster than its own run", async () => {
    const model = await dueRelay();
    const value = await valueByHand(model);
    let theirs: string | undefined;
    model.calls.durationOf = ({ name }) => {
      if (name === "authority.read") theirs ??= model.secret.putByHand(value, PENDING);
      return 0;
    };
    await model.run();
    expect(model.secret.labels.get(PENDING)).toBe(theirs);
    model.clock.advance(60);
    model.look(...REPLICAS);
    expect((await model.run()).trouble).toEqual([]);
    expect([model.secret.labels.get(CURRENT), isServable(model)]).toEqual([theirs, true]);
  });
});
