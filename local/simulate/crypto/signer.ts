/**
 * The CA and the vaults of one life: real key pairs, CSRs and certificates, which follow from its seed and from how many
 * were made before.
 */
import { createHash } from "node:crypto";
import { certificateToPem, csrFromPem } from "../../../shared/certificates/pem.ts";
import { CloudError, InvariantError } from "../../../shared/runtime/errors.ts";
import type { ModelSigner } from "../../model/authority.ts";
import type { VaultMaker } from "../../model/vault.ts";
import { keyFrom, privateKeyOf } from "./p256.ts";
import { reissue } from "./reissue.ts";
import { lifeOf, serialFrom, type Templates } from "./templates.ts";

export interface SeededCrypto {
  readonly maker: VaultMaker;
  readonly signer: ModelSigner;
}

export function seededCrypto(templates: Templates, seed: number): SeededCrypto {
  /** The point of each CSR, by the CSR's digest. */
  const requested = new Map<string, Buffer>();
  const counts = { ids: 0, requests: 0, certificates: 0 };
  const maker: VaultMaker = {
    newId() {
      counts.ids += 1;
      return digestOf(`${seed} id ${counts.ids}`).slice(0, 32);
    },
    makeRequest() {
      counts.requests += 1;
      const key = keyFrom(`${seed} request ${counts.requests}`);
      const csr = reissue(templates.csr.der, [[templates.csr.point, key.point]], key);
      requested.set(digestOf(csr), key.point);
      const privateKeyPem = privateKeyOf(key).export({ type: "pkcs8", format: "pem" }).toString();
      return { csr, privateKeyPem };
    },
  };
  const signer: ModelSigner = {
    chainPem: templates.chainPem,
    sign(csrPem, _purpose, notBefore, notAfter) {
      const point = requested.get(digestOf(csrFromPem(csrPem)));
      if (point === undefined) throw malformed();
      counts.certificates += 1;
      const serial = serialFrom(`${seed} ${counts.certificates}`);
      const { leaf, issuer } = templates;
      const replaced = [
        [leaf.point, point] as const,
        [leaf.serial, serial] as const,
        ...lifeOf(notBefore, notAfter),
      ];
      const chainPem = certificateToPem(reissue(leaf.der, replaced, issuer)) + templates.chainPem[0];
      return Promise.resolve({ serial: serial.toString("hex"), chainPem });
    },
    certify: () => Promise.reject(new InvariantError("the simulation signs nothing by hand")),
  };
  return { maker, signer };
}

const digestOf = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** Nobody made it here: its signature cannot be that of its key. */
const malformed = () =>
  new CloudError({
    provider: "aws",
    operation: "IssueCertificate",
    target: "CA",
    code: "MalformedCSRException",
    retryable: false,
  });
