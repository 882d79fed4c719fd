/**
 * A small Azure for tests: one vault, one cluster's issuer, Entra, the proxy, and clients of Microsoft's own SDK
 * at the vault's production URL. Everything is closed by `close`.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import type { TokenCredential } from "@azure/core-auth";
import { ClientAssertionCredential } from "@azure/identity";
import { CertificateClient, type CertificateClientOptions } from "@azure/keyvault-certificates";
import { SecretClient } from "@azure/keyvault-secrets";
import * as x509 from "@peculiar/x509";
import { createLocalClient, type LocalClient } from "../network/client.ts";
import { createLocalCa } from "../network/local-ca.ts";
import { type LocalProxy, startProxy } from "../network/proxy.ts";
import { Kernel, type Sighting } from "../stand-in/kernel.ts";
import { createEntra, type Entra } from "./entra.ts";
import { createKeyVaults } from "./key-vault/key-vaults.ts";
import type { Vault } from "./key-vault/state.ts";
import { createRbac, type Rbac } from "./rbac.ts";
import {
  createServiceAccountIssuer,
  type ServiceAccountIssuer,
  TOKEN_EXCHANGE_AUDIENCE,
} from "./service-account.ts";
import type { Principal } from "./tokens.ts";

export const TENANT = "11111111-1111-4111-8111-111111111111";
export const VAULT_URI = "https://kv-test.vault.azure.net";
export const VAULT_ID =
  "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test";
type PipelinePolicy = NonNullable<CertificateClientOptions["additionalPolicies"]>[number]["policy"];

const CERTIFICATES = "Microsoft.KeyVault/vaults/certificates";
const SECRETS = "Microsoft.KeyVault/vaults/secrets";
/** The secrets that the hand sets and bunny reads. */
const SET_BY_HAND = ["bunny-key", "trust-bundle"];
export const ISSUER = "https://uksouth.oic.prod-aks.azure.com/tenant/cluster/";
export const BUNNY_ACCOUNT = { namespace: "bunny", name: "bunny" };

/** May request, merge and disable, and set two secrets, of which it can read one. */
export const HAND: Principal = { principalId: "hand-object-id", clientId: "hand-client-id" };
/** May read its secrets; nothing else. */
export const BUNNY: Principal = { principalId: "bunny-object-id", clientId: "bunny-client-id" };
export const NOBODY: Principal = { principalId: "nobody-object-id", clientId: "nobody-client-id" };

export interface World {
  readonly kernel: Kernel;
  readonly sightings: readonly Sighting[];
  readonly proxy: LocalProxy;
  readonly caFile: string;
  readonly http: LocalClient;
  readonly entra: Entra;
  readonly rbac: Rbac;
  readonly cluster: ServiceAccountIssuer;
  readonly vault: Vault;
  /** What any of Microsoft's clients takes to come here, without retries. */
  readonly network: Pick<CertificateClientOptions, "additionalPolicies" | "retryOptions">;
  /** Tokens of that principal for whatever is asked for. */
  credential(principal: Principal): TokenCredential;
  certificates(principal: Principal): CertificateClient;
  secrets(principal: Principal): SecretClient;
  /** Bunny's own way to a token, with Microsoft's credential. */
  workloadIdentity(assertion: () => Promise<string>, clientId?: string): ClientAssertionCredential;
  close(): Promise<void>;
}

export async function createWorld(
  options: { readonly seed?: number; readonly calm?: boolean } = {},
): Promise<World> {
  const sightings: Sighting[] = [];
  const tap = (sighting: Sighting) => sightings.push(sighting);
  const kernel = new Kernel({ seed: options.seed ?? 1, calm: options.calm ?? true, tap });
  const ca = await createLocalCa();
  const proxy = await startProxy({ kernel, ca });
  const http = createLocalClient(proxy, ca);
  const cluster = createServiceAccountIssuer(ISSUER);
  const entra = createEntra({
    kernel,
    tenantId: TENANT,
    readJson: http.readJson,
    federatedCredentials: [
      {
        ...BUNNY,
        issuer: ISSUER,
        subject: "system:serviceaccount:bunny:bunny",
        audience: TOKEN_EXCHANGE_AUDIENCE,
      },
    ],
  });
  const rbac = createTestRbac();
  const vaults = createKeyVaults({
    kernel,
    rbac,
    entra,
    vaults: [{ name: "kv-test", uri: `${VAULT_URI}/`, resourceId: VAULT_ID }],
  });
  proxy.serve(entra.host, entra.listener);
  proxy.serve(cluster.host, cluster.listener);
  for (const [host, listener] of vaults.listeners) proxy.serve(host, listener);

  // Azure's clients ignore `tlsOptions` when they have `proxyOptions`, so they get an agent that knows both.
  const throughProxy: PipelinePolicy = {
    name: "throughLocalProxy",
    sendRequest(request, next) {
      request.agent = http.agent;
      return next(request);
    },
  };
  const network = {
    additionalPolicies: [{ policy: throughProxy, position: "perCall" as const }],
    retryOptions: { maxRetries: 0 },
  };
  const credential = (principal: Principal) => ({
    async getToken(scopes: string | string[]) {
      const audience = String([scopes].flat()[0]).replace("/.default", "");
      const token = await entra.tokens.mint({ principal, audience, lifetimeSeconds: 3_600 });
      return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  });
  return {
    kernel,
    sightings,
    proxy,
    caFile: ca.caFile,
    http,
    entra,
    rbac,
    cluster,
    vault: vaults.vault("kv-test"),
    network,
    credential,
    certificates: (principal) => new CertificateClient(VAULT_URI, credential(principal), network),
    secrets: (principal) => new SecretClient(VAULT_URI, credential(principal), network),
    workloadIdentity: (assertion, clientId = BUNNY.clientId) =>
      new ClientAssertionCredential(TENANT, clientId, assertion, network),
    async close() {
      http.close();
      await proxy.close();
      await ca.close();
    },
  };
}

function createTestRbac(): Rbac {
  return createRbac({
    roleDefinitions: [
      {
        id: "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/issuer-role",
        roleName: "certificate issuer",
        dataActions: [
          `${CERTIFICATES}/read`,
          `${CERTIFICATES}/create/action`,
          `${CERTIFICATES}/update/action`,
        ],
      },
      {
        id: "setter-role",
        roleName: "secret setter",
        dataActions: [`${SECRETS}/setSecret/action`, `${SECRETS}/readMetadata/action`],
      },
      { id: "reader-role", roleName: "secret reader", dataActions: [`${SECRETS}/getSecret/action`] },
    ],
    assignments: [
      {
        principalId: HAND.principalId,
        roleDefinitionId: "issuer-role",
        scope: `${VAULT_ID}/certificates/bunny`,
      },
      {
        principalId: BUNNY.principalId,
        roleDefinitionId:
          "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
        scope: `${VAULT_ID}/secrets/bunny`,
      },
      ...SET_BY_HAND.flatMap((name) => {
        const scope = `${VAULT_ID}/secrets/${name}`;
        return [
          { principalId: HAND.principalId, roleDefinitionId: "setter-role", scope },
          { principalId: BUNNY.principalId, roleDefinitionId: "reader-role", scope },
        ];
      }),
      {
        principalId: HAND.principalId,
        roleDefinitionId: "reader-role",
        scope: `${VAULT_ID}/secrets/trust-bundle`,
      },
    ],
  });
}

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface TestCa {
  readonly der: Uint8Array;
  /** Signs a CSR's subject and key; `secondsLeft` below zero makes an expired certificate. */
  sign(csr: Uint8Array, secondsLeft?: number): Promise<Uint8Array>;
}

export async function createTestCa(): Promise<TestCa> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
  const now = Date.now();
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: "01",
      name: [{ CN: ["test root"] }],
      notBefore: new Date(now - 3_600_000),
      notAfter: new Date(now + 3_600_000),
      keys,
      signingAlgorithm: EC,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    },
    webcrypto,
  );
  return {
    der: new Uint8Array(root.rawData),
    async sign(csr, secondsLeft = 600) {
      const request = new x509.Pkcs10CertificateRequest(csr);
      const leaf = await x509.X509CertificateGenerator.create(
        {
          serialNumber: "02",
          subject: request.subjectName,
          issuer: root.subjectName,
          notBefore: new Date(now - 1_800_000),
          notAfter: new Date(now + secondsLeft * 1000),
          publicKey: await request.publicKey.export(webcrypto),
          signingKey: keys.privateKey,
          signingAlgorithm: EC,
        },
        webcrypto,
      );
      return new Uint8Array(leaf.rawData);
    },
  };
}
