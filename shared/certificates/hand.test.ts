import { beforeEach, describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import { linkOf } from "../../local/model/link.ts";
import { merged as mergedOf, requested as requestedOf } from "../../local/model/requested.ts";
import { storedPolicy } from "../../local/model/vault-request.ts";
import { issue, makeCa } from "../../local/testing/certificates.ts";
import { bunnyCertificates } from "./desired.ts";
import {
  type CertificateHand,
  dropRequest,
  observeCertificates,
  placesOf,
  requestCertificate,
} from "./hand.ts";
import type { Vault } from "./vault.ts";

const NAME = "bunny-client";

let model: Model;
let hand: CertificateHand;

beforeEach(async () => {
  model = await createModel({ link: linkOf({ one: [{}], two: [{ name: "other-client" }] }) });
  hand = model.hand;
});

const withVault = (vault: Vault): CertificateHand => ({
  ...hand,
  places: placesOf(bunnyCertificates(model.link), () => vault),
});
const requested = () => requestedOf(model, NAME);
const merged = () => mergedOf(model, NAME);

const refusal = (reason: string) => ({ outcome: "refused", reason });

describe("observeCertificates", () => {
  it("shows a name that was never asked for as absent", async () => {
    expect(await observeCertificates(hand, { names: [NAME] })).toEqual({
      outcome: "observed",
      certificates: [{ name: NAME, current: null, pending: null }],
    });
  });

  it("shows what waits, and what its policy says otherwise than the link", async () => {
    const { x509_props } = { x509_props: { subject: "CN=bunny.example.com" } };
    await model.vault.requestByHand(NAME, storedPolicy({ x509_props, key_props: { exportable: false } }));
    const { certificates } = await observeCertificates(hand, { names: [NAME] });
    expect(certificates).toMatchObject([
      {
        current: null,
        pending: {
          requestId: model.vault.entries.get(NAME)?.request?.requestId,
          policyFaults: [
            "its key cannot be exported, so no pod could mount it",
            "its key is of another kind",
            "its secret is not PEM",
          ],
        },
      },
    ]);
  });

  it("shows the current version as the link speaks of it", async () => {
    const current = await merged();
    expect(await observeCertificates(hand, { names: [NAME] })).toMatchObject({
      certificates: [{ name: NAME, current, pending: null }],
    });
    expect(current).toMatchObject({
      enabled: true,
      createdAt: START,
      notAfter: START + 604_800,
      serial: model.authority.issues[0]?.serial,
      identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
      key: { type: "EC", curve: "P-256" },
      issuer: model.authority.pinned[0].id,
    });
  });

  it("says so when the current version is disabled, or of another CA", async () => {
    await merged();
    model.vault.disableByHand(NAME);
    const disabled = await observeCertificates(hand, { names: [NAME] });
    expect(disabled.certificates).toMatchObject([{ current: { enabled: false } }]);
    const stranger = await issue(await makeCa(), { commonName: "bunny.example.com", usages: ["clientAuth"] });
    model.vault.importByHand(NAME, stranger.der);
    const imported = await observeCertificates(hand, { names: [NAME] });
    expect(imported.certificates).toMatchObject([{ current: { enabled: true, issuer: "other" } }]);
  });

  it("keeps a waiting request visible beside the current version", async () => {
    const { version } = await merged();
    await requestCertificate(hand, { name: NAME, expectedVersion: version });
    const { certificates } = await observeCertificates(hand, { names: [NAME] });
    expect(certificates).toMatchObject([{ current: { version }, pending: { policyFaults: [] } }]);
  });

  it.each([
    [
      "that cannot be parsed",
      () => model.vault.importByHand(NAME, Buffer.from("no certificate")),
      { code: "unreadable-certificate", operation: "GetCertificate", retryable: false, throttled: false },
    ],
    [
      "that the vault does not give",
      () =>
        model.calls.fail({ call: "vault.read-certificate", target: NAME, when: "before", code: "Forbidden" }),
      { code: "Forbidden", operation: "vault.read-certificate", retryable: true, throttled: false },
    ],
    [
      "that the vault throttles",
      () =>
        model.calls.fail({
          ...{ call: "vault.read-certificate", target: NAME, when: "before" },
          ...{ code: "Throttled", throttled: true },
        }),
      { code: "Throttled", operation: "vault.read-certificate", retryable: true, throttled: true },
    ],
  ])("has a problem with a certificate %s, and still shows the others", async (_name, spoil, problem) => {
    spoil();
    const { certificates } = await observeCertificates(hand, { names: [NAME, "other-client"] });
    expect(certificates).toEqual([
      { name: NAME, problem },
      { name: "other-client", current: null, pending: null },
    ]);
  });

  it("has a problem with a name that its link does not have", async () => {
    const problem = { code: "unknown-certificate", operation: "certificates.observe", retryable: false };
    expect(await observeCertificates(hand, { names: ["relay-server"] })).toEqual({
      outcome: "observed",
      certificates: [{ name: "relay-server", problem }],
    });
    expect(model.calls.vault).toEqual([]);
  });

  it("throws a fault of our own, rather than calling it the vault's", async () => {
    const readRequest = () => Promise.reject(new TypeError("x is not a function"));
    const broken = withVault({ ...model.vault, readRequest });
    await expect(observeCertificates(broken, { names: [NAME] })).rejects.toThrow(TypeError);
  });
});

describe("requestCertificate", () => {
  it("refuses a name that its link does not have", async () => {
    const answer = await requestCertificate(hand, { name: "relay-server", expectedVersion: null });
    expect(answer).toMatchObject(refusal("unknown-certificate"));
    expect(model.calls.vault).toEqual([]);
  });

  it("refuses while a request waits", async () => {
    await requested();
    const answer = await requestCertificate(hand, { name: NAME, expectedVersion: null });
    expect(answer).toMatchObject(refusal("request-pending"));
  });

  it("refuses what was decided for another version than the current one", async () => {
    const { version } = await merged();
    for (const expectedVersion of [null, "0".repeat(32)]) {
      const answer = await requestCertificate(hand, { name: NAME, expectedVersion });
      expect(answer).toMatchObject(refusal("observation-stale"));
    }
    expect(model.calls.count("vault.create-request")).toBe(1);
    const answer = await requestCertificate(hand, { name: NAME, expectedVersion: version });
    expect(answer).toMatchObject({ outcome: "requested" });
  });

  it("takes its request back when another run's renewal came between the look and the request", async () => {
    const other = await issue(await makeCa(), { commonName: NAME, usages: ["clientAuth"] });
    const overtaken = withVault({
      ...model.vault,
      createRequest: async (...wanted) => {
        model.vault.importByHand(NAME, other.der);
        return await model.vault.createRequest(...wanted);
      },
    });
    const answer = await requestCertificate(overtaken, { name: NAME, expectedVersion: null });
    expect(answer).toMatchObject(refusal("observation-stale"));
    expect(model.vault.entries.get(NAME)?.request).toBeUndefined();
  });

  it("asks with the link's own policy, whatever was stored before", async () => {
    const foreign = storedPolicy({ x509_props: { subject: "CN=x" }, key_props: { exportable: false } });
    await model.vault.requestByHand(NAME, foreign);
    model.vault.cancelByHand(NAME);
    await requested();
    const { certificates } = await observeCertificates(hand, { names: [NAME] });
    expect(certificates).toMatchObject([{ pending: { policyFaults: [] } }]);
  });
});

describe("dropRequest", () => {
  it("drops the request that was named", async () => {
    const { requestId } = await requested();
    expect(await dropRequest(hand, { name: NAME, requestId })).toEqual({ outcome: "dropped" });
    expect(model.vault.entries.get(NAME)?.request).toBeUndefined();
  });

  it("leaves another request alone", async () => {
    await requested();
    const answer = await dropRequest(hand, { name: NAME, requestId: "an earlier one" });
    expect(answer).toMatchObject(refusal("request-gone"));
    expect(model.vault.entries.get(NAME)?.request).toBeDefined();
  });

  it("refuses when nothing waits, or it went meanwhile", async () => {
    expect(await dropRequest(hand, { name: NAME, requestId: "r" })).toMatchObject(refusal("request-gone"));
    const { requestId } = await requested();
    const dropped = { ...model.vault, dropRequest: async () => "gone" as const };
    const answer = await dropRequest(withVault(dropped), { name: NAME, requestId });
    expect(answer).toMatchObject(refusal("request-gone"));
  });

  it("refuses a name that its link does not have", async () => {
    const answer = await dropRequest(hand, { name: "relay-server", requestId: "r" });
    expect(answer).toMatchObject(refusal("unknown-certificate"));
  });
});
