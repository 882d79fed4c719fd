import { describe, expect, it } from "vitest";
import { comparePolicy, policyOf } from "./azure-policy.ts";
import type { VaultPolicy } from "./vault.ts";

const ec: VaultPolicy = {
  identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
  key: { type: "EC", curve: "P-256" },
  purpose: "client",
};
const rsa: VaultPolicy = { ...ec, key: { type: "RSA", size: 3072 } };

/** As the vault shows a policy: https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-policy */
const stored = (policy: VaultPolicy) => {
  const given = policyOf(policy);
  return {
    id: "https://example.vault.azure.net/certificates/bunny-client/policy",
    ...given,
    x509_props: { sans: {}, ...given.x509_props, basic_constraints: { ca: false } },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
    attributes: { enabled: true, created: 1_795_248_000, updated: 1_795_248_000 },
  };
};

describe("policyOf", () => {
  it("asks for a new, mountable key of the link's kind, and a TLS client's certificate of nobody's issuing", () => {
    expect(policyOf(ec)).toEqual({
      issuer: { name: "Unknown" },
      key_props: { exportable: true, reuse_key: false, kty: "EC", crv: "P-256" },
      secret_props: { contentType: "application/x-pem-file" },
      x509_props: {
        subject: "CN=bunny.example.com, O=Example",
        sans: { dns_names: ["bunny.example.com"] },
        ekus: ["1.3.6.1.5.5.7.3.2"],
        key_usage: ["digitalSignature"],
        validity_months: 1,
      },
    });
    expect(policyOf(rsa).key_props).toMatchObject({ kty: "RSA", key_size: 3072 });
  });

  it("leaves the alternative names out when there are none, because the vault takes no empty list", () => {
    expect(policyOf({ ...ec, identity: { ...ec.identity, dnsNames: [] } }).x509_props).not.toHaveProperty(
      "sans",
    );
  });
});

describe("comparePolicy", () => {
  it("finds nothing in the policy that it asked for, as the vault shows it", () => {
    expect(comparePolicy(stored(ec), ec)).toEqual([]);
    expect(comparePolicy(stored(rsa), rsa)).toEqual([]);
  });

  const { key_props } = stored(ec);
  it.each([
    ["its issuer is not Unknown", { issuer: { name: "Self" } }],
    [
      "its key cannot be exported, so no pod could mount it",
      { key_props: { ...key_props, exportable: false } },
    ],
    ["it reuses its key", { key_props: { ...key_props, reuse_key: true } }],
    ["its key is of another kind", { key_props: { ...key_props, crv: "P-384" } }],
    ["its key is of another kind", { key_props: { ...key_props, kty: "EC-HSM" } }],
    ["its key is of another kind", { key_props: { ...key_props, kty: "RSA", key_size: 2048 } }],
    ["its secret is not PEM", { secret_props: { contentType: "application/x-pkcs12" } }],
  ])("says that %s", (fault, change) => {
    expect(comparePolicy({ ...stored(ec), ...change }, ec)).toEqual([fault]);
  });

  it("compares the size of an RSA key", () => {
    expect(comparePolicy(stored({ ...ec, key: { type: "RSA", size: 2048 } }), rsa)).toEqual([
      "its key is of another kind",
    ]);
  });

  it.each([
    ["nothing", undefined],
    ["no key", { ...stored(ec), key_props: undefined }],
    ["a key of which it is not said whether it is reused", { ...stored(ec), key_props: { kty: "EC" } }],
  ])("takes a policy with %s for a fault, never for none", (_name, policy) => {
    expect(comparePolicy(policy, ec)).toEqual(["the policy is in a form that is not known"]);
  });

  it("names every fault", () => {
    const policy = {
      ...stored(ec),
      issuer: { name: "Self" },
      key_props: { ...key_props, exportable: false },
    };
    expect(comparePolicy(policy, ec)).toHaveLength(2);
  });
});
