import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findChainFault } from "../../../shared/certificates/chain.ts";
import { readCsr, readCsrPublicKey } from "../../../shared/certificates/csr.ts";
import { bunnyCertificates } from "../../../shared/certificates/desired.ts";
import { csrToPem, pemToDer, splitPem } from "../../../shared/certificates/pem.ts";
import { pinCa } from "../../../shared/certificates/pinned.ts";
import { linkWith } from "../../model/link.ts";
import { seededCrypto } from "./signer.ts";
import { makeTemplates } from "./templates.ts";

const START = 1_795_248_000;
const CA_UNTIL = START + 3_650 * 86_400;
const WEEK = 604_800;

async function issued(seed: number) {
  const [desired] = bunnyCertificates(linkWith());
  if (desired === undefined) throw new Error("a link without a certificate");
  const templates = await makeTemplates(desired, START, CA_UNTIL);
  const { maker, signer } = seededCrypto(templates, seed);
  const { csr, privateKeyPem } = await maker.makeRequest({});
  const from = new Date((START - 3_600) * 1_000);
  const until = new Date((START + WEEK) * 1_000);
  const signed = await signer.sign(csrToPem(csr), "client", from, until);
  const chain = [...splitPem(signed.chainPem), templates.chainPem[1]];
  return { desired, templates, signer, csr, privateKeyPem, chain };
}

describe("seededCrypto", () => {
  it("makes a CSR and a chain that pass every check of the product", async () => {
    const { desired, templates, csr, chain } = await issued(1);
    const rules = { ...desired, pinned: [pinCa(templates.chainPem)], publicKey: readCsrPublicKey(csr) };
    expect(readCsr(csr, "client")).toMatchObject({ signatureValid: true, extras: [] });
    expect(
      findChainFault(
        chain.map((pem) => pemToDer(`${pem.trim()}\n`)),
        rules,
        START,
      ),
    ).toBeNull();
  });

  it("gives the same bytes for the same seed although the templates are made anew, and others for another", async () => {
    const [one, same, other] = [await issued(1), await issued(1), await issued(2)];
    expect([same.csr, same.privateKeyPem, same.chain]).toEqual([one.csr, one.privateKeyPem, one.chain]);
    expect(other.csr).not.toEqual(one.csr);
    const serialOf = (pem = "") => new X509Certificate(pem).serialNumber;
    expect(serialOf(other.chain[0])).not.toBe(serialOf(one.chain[0]));
  });

  it("signs no CSR that it has not made", async () => {
    const [{ signer }, { csr }] = [await issued(1), await issued(2)];
    expect(() => signer.sign(csrToPem(csr), "client", new Date(), new Date())).toThrow(
      "MalformedCSRException",
    );
  });
});
