/**
 * Each hand answers alike, whatever vault it has and wherever it runs: called over the contract as in Azure, or in
 * the brain's own process as for relay's certificate.
 */
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import { createModel, type Model } from "../../local/model/brain.ts";
import { modelHand } from "../../local/model/hand.ts";
import { linkWith } from "../../local/model/link.ts";
import { createRelayModel } from "../../local/model/relay.ts";
import { certify, makeCa, publicKeyOf } from "../../local/testing/certificates.ts";
import { openVault } from "../../local/testing/vault-client.ts";
import type { Hand } from "../azure-api/client.ts";
import { stagedSecret } from "./aws-staged-secret.ts";
import { readCsr } from "./csr.ts";
import { bunnyCertificates, relayCertificates } from "./desired.ts";
import { placesOf } from "./hand.ts";
import { checkCsr } from "./match.ts";
import { csrToPem, splitPem } from "./pem.ts";
import type { DesiredCertificate } from "./plan.ts";
import { relaySide } from "./relay-side.ts";

interface Opened {
  readonly hand: Hand;
  readonly desired: DesiredCertificate;
  readonly model: Model;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The vaults of the stand-ins live in the real time. */
const moveToNow = ({ clock }: Model) => clock.moveTo(Math.max(clock.now(), Math.floor(Date.now() / 1000)));

function only([desired]: readonly DesiredCertificate[]): DesiredCertificate {
  if (desired === undefined) throw new Error("the link has no such certificate");
  return desired;
}

async function openBunny(): Promise<Opened> {
  const model = await createModel();
  return { model, hand: model.brain().hand, desired: only(bunnyCertificates(model.link)) };
}

async function openBunnyStandIn(): Promise<Opened> {
  // The one name that the stand-in lets the hand touch.
  const model = await createModel({ link: linkWith({ name: "bunny" }) });
  moveToNow(model);
  const { world, vault } = await openVault();
  closing.push(world.close);
  const { authority, calls, clock, deployed, link } = model;
  const places = placesOf(bunnyCertificates(link), () => vault);
  const hand = { places, pinned: authority.pinned, clock: clock.now };
  const wire = await modelHand({ calls, clock, log: model.brain().log, hand, deployed });
  return { model, hand: wire.hand, desired: only(bunnyCertificates(link)) };
}

async function openRelay(): Promise<Opened> {
  const model = await createRelayModel();
  return { model, hand: model.brain().hand, desired: only(relayCertificates(model.link)) };
}

async function openRelayStandIn(): Promise<Opened> {
  const model = await createRelayModel();
  moveToNow(model);
  const started = await startSecrets();
  closing.push(() => started.server.close());
  const client = new SecretsManagerClient(started.client());
  const clock = model.clock.now;
  const { hand } = relaySide({
    desired: only(relayCertificates(model.link)),
    secret: stagedSecret({ client, secret: secretArn, clock }),
    pinned: model.authority.pinned,
    replicas: model.replicas,
    clock,
    changeIds: () => ({}),
  });
  return { model, hand, desired: only(relayCertificates(model.link)) };
}

async function request({ hand, desired: { name } }: Opened, expectedVersion: string | null = null) {
  const answer = await hand("certificates.request", { name, expectedVersion });
  if (answer.outcome !== "requested") throw new Error(`the request was ${answer.outcome}`);
  return { requestId: answer.pending.requestId, csr: Buffer.from(answer.pending.csr, "base64") };
}

async function sign({ model }: Opened, { requestId, csr }: { requestId: string; csr: Uint8Array }) {
  const arn = await model.authority.issue({
    csr: csrToPem(csr),
    idempotencyToken: requestId,
    notAfter: model.clock.now() + 600_000,
    signingAlgorithm: "SHA256WITHECDSA",
  });
  const chain = await model.authority.read(arn);
  if (typeof chain === "string") throw new Error(`the CA was ${chain}`);
  return [...chain];
}

async function merge(opened: Opened) {
  const waiting = await request(opened);
  const chain = await sign(opened, waiting);
  const { requestId } = waiting;
  const { name } = opened.desired;
  const answer = await opened.hand("certificates.merge", { name, requestId, chain });
  if (answer.outcome !== "merged") throw new Error(`the merge was ${answer.outcome}`);
  return { current: answer.current, requestId, chain };
}

const observe = async ({ hand, desired: { name } }: Opened) => {
  const answer = await hand("certificates.observe", { names: [name] });
  return answer.outcome === "observed" ? answer.certificates : answer;
};

const refusal = (reason: string) => ({ outcome: "refused", reason });

describe.each([
  ["the hand over the contract, with the model's vault", openBunny],
  ["the hand over the contract, with Key Vault's stand-in", openBunnyStandIn],
  ["the hand in the brain's process, with the model's secret", openRelay],
  ["the hand in the brain's process, with Secrets Manager's stand-in", openRelayStandIn],
])("%s", (_name, open) => {
  it("shows a certificate that never was as absent", async () => {
    const opened = await open();
    const { name } = opened.desired;
    expect(await observe(opened)).toEqual([{ name, current: null, pending: null }]);
  });

  it("knows no other certificate than its own", async () => {
    const { hand } = await open();
    const name = "somebody-elses";
    const asked = await hand("certificates.request", { name, expectedVersion: null });
    expect(asked).toMatchObject(refusal("unknown-certificate"));
    const observed = await hand("certificates.observe", { names: [name] });
    expect(observed).toMatchObject({ certificates: [{ name, problem: { code: "unknown-certificate" } }] });
  });

  it("asks for exactly what the link wants, once, and shows what waits", async () => {
    const opened = await open();
    const { hand, desired } = opened;
    const { requestId, csr } = await request(opened);
    expect(checkCsr(readCsr(csr, desired.purpose), desired)).toEqual([]);
    const again = await hand("certificates.request", { name: desired.name, expectedVersion: null });
    expect(again).toMatchObject(refusal("request-pending"));
    const pending = { requestId, csr: csr.toString("base64"), policyFaults: [] };
    expect(await observe(opened)).toEqual([{ name: desired.name, current: null, pending }]);
  });

  it("drops the request that is named, once, and no other", async () => {
    const opened = await open();
    const { name } = opened.desired;
    const { requestId } = await request(opened);
    const drop = (id: string) => opened.hand("certificates.drop-request", { name, requestId: id });
    expect(await drop("0".repeat(32))).toMatchObject(refusal("request-gone"));
    expect(await drop(requestId)).toEqual({ outcome: "dropped" });
    expect(await drop(requestId)).toMatchObject(refusal("request-gone"));
    expect(await observe(opened)).toEqual([{ name, current: null, pending: null }]);
  });

  it("merges what the pinned CA signed for the request that waits, once", async () => {
    const opened = await open();
    const { model, desired, hand } = opened;
    const { current, requestId, chain } = await merge(opened);
    expect(current).toMatchObject({
      enabled: true,
      issuer: model.authority.pinned[0].id,
      serial: model.authority.issues[0]?.serial,
      identity: desired.identity,
      key: desired.key,
    });
    expect(await observe(opened)).toEqual([{ name: desired.name, current, pending: null }]);
    const again = await hand("certificates.merge", { name: desired.name, requestId, chain });
    expect(again).toMatchObject(refusal("request-gone"));
  });

  it("asks anew only for whoever has seen the current version", async () => {
    const opened = await open();
    const { name } = opened.desired;
    const { current } = await merge(opened);
    const stale = await opened.hand("certificates.request", { name, expectedVersion: null });
    expect(stale).toMatchObject(refusal("observation-stale"));
    const { requestId } = await request(opened, current.version);
    expect(await observe(opened)).toMatchObject([{ pending: { requestId } }]);
  });

  it("merges nothing that another CA signed, and goes on waiting", async () => {
    const opened = await open();
    const { hand, desired } = opened;
    const { requestId, csr } = await request(opened);
    const { commonName, organization, dnsNames } = desired.identity;
    const stranger = await makeCa();
    const leaf = await certify(stranger, {
      commonName,
      ...(organization === undefined ? {} : { organization }),
      dnsNames,
      usages: [`${desired.purpose}Auth`],
      publicKey: publicKeyOf(csr),
    });
    const chain = splitPem(leaf.chainPem + stranger.certificatePem);
    const answer = await hand("certificates.merge", { name: desired.name, requestId, chain });
    expect(answer).toMatchObject(refusal("chain-not-trusted"));
    expect(await observe(opened)).toMatchObject([{ current: null, pending: { requestId } }]);
  });
});
