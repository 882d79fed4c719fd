import { beforeEach, describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";
import { linkOf } from "../../local/model/link.ts";
import { merged as mergedOf, requested as requestedOf } from "../../local/model/requested.ts";
import { certify, makeCa, publicKeyOf } from "../../local/testing/certificates.ts";
import { bunnyCertificates } from "./desired.ts";
import { type CertificateHand, dropRequest, mergeCertificate, placesOf } from "./hand.ts";
import { splitPem } from "./pem.ts";

const NAME = "bunny-client";

let model: Model;
let hand: CertificateHand;

beforeEach(async () => {
  model = await createModel({ link: linkOf({ one: [{}], two: [{ name: "other-client" }] }) });
  hand = model.hand;
});

const requested = () => requestedOf(model, NAME);
const merged = () => mergedOf(model, NAME);

const refusal = (reason: string) => ({ outcome: "refused", reason });

describe("mergeCertificate", () => {
  it("makes what our CA signed for the waiting request current", async () => {
    const current = await merged();
    expect(model.vault.entries.get(NAME)?.versions.at(-1)?.version).toBe(current.version);
  });

  it("refuses a name that its link does not have", async () => {
    const answer = await mergeCertificate(hand, { name: "relay-server", requestId: "r", chain: ["x"] });
    expect(answer).toMatchObject(refusal("unknown-certificate"));
  });

  it("refuses a chain for any request but the one that waits", async () => {
    const first = await requested();
    await dropRequest(hand, { name: NAME, requestId: first.requestId });
    const gone = await mergeCertificate(hand, { name: NAME, ...first });
    expect(gone).toMatchObject(refusal("request-gone"));
    await requested();
    expect(await mergeCertificate(hand, { name: NAME, ...first })).toMatchObject(refusal("request-gone"));
    expect(model.calls.count("vault.merge")).toBe(0);
  });

  it("refuses the chain of an earlier request under the name of the waiting one", async () => {
    const first = await requested();
    await dropRequest(hand, { name: NAME, requestId: first.requestId });
    const { requestId } = await requested();
    const answer = await mergeCertificate(hand, { name: NAME, requestId, chain: first.chain });
    expect(answer).toMatchObject(refusal("other-key"));
    expect(model.calls.count("vault.merge")).toBe(0);
  });

  it("refuses what another CA signed, without asking the vault", async () => {
    const { requestId, csr } = await requested();
    const stranger = await makeCa({ commonName: "Test CA" });
    const subject = { commonName: "bunny.example.com", organization: "Example" };
    const leaf = await certify(stranger, {
      ...subject,
      dnsNames: ["bunny.example.com"],
      usages: ["clientAuth"],
      publicKey: publicKeyOf(csr),
    });
    const chain = splitPem(leaf.chainPem + stranger.certificatePem);
    expect(await mergeCertificate(hand, { name: NAME, requestId, chain })).toMatchObject(
      refusal("chain-not-trusted"),
    );
    expect(model.calls.count("vault.merge")).toBe(0);
  });

  it("throws the caller's fault when an entry of the chain is not PEM", async () => {
    const { requestId, chain } = await requested();
    const broken = mergeCertificate(hand, { name: NAME, requestId, chain: [...chain, "not PEM"] });
    await expect(broken).rejects.toMatchObject({ name: "ContractError" });
  });

  it.each([
    ["gone", "request-gone"],
    ["other-key", "other-key"],
  ] as const)("passes on that the vault itself says %s", async (answer, reason) => {
    const { requestId, chain } = await requested();
    const saying = { ...model.vault, merge: async () => answer };
    const places = placesOf(bunnyCertificates(model.link), () => saying);
    const merge = await mergeCertificate({ ...hand, places }, { name: NAME, requestId, chain });
    expect(merge).toMatchObject(refusal(reason));
  });

  it("throws when the vault did not say whether it merged", async () => {
    const { requestId, chain } = await requested();
    model.calls.fail({ call: "vault.merge", when: "after", code: "InternalError" });
    const merge = mergeCertificate(hand, { name: NAME, requestId, chain });
    await expect(merge).rejects.toMatchObject({ name: "CloudError", code: "InternalError" });
  });
});
