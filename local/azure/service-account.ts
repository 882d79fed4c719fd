/**
 * A cluster's issuer of service account tokens: what lets a workload on AKS show who it is without a secret
 * (https://azure.github.io/azure-workload-identity/docs/concepts.html). Discovery and keys are served at the
 * issuer's own URL, as an identity provider reads them.
 */
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { type Answer, jsonListener } from "../network/json-listener.ts";
import { createSigner, signJwt } from "./tokens.ts";

export const TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";
/** What the kubelet asks for when nothing else is set. */
const LIFETIME_SECONDS = 3_600;

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

export interface ServiceAccountIssuer {
  /** As in the tokens and in federated credentials, compared exactly: AKS ends its issuers with a slash. */
  readonly issuer: string;
  readonly host: string;
  readonly listener: RequestListener;
  mint(
    account: ServiceAccount,
    options?: { readonly audience?: string; readonly lifetimeSeconds?: number },
  ): Promise<string>;
}

export function subjectOf(account: ServiceAccount): string {
  return `system:serviceaccount:${account.namespace}:${account.name}`;
}

export function createServiceAccountIssuer(issuer: string): ServiceAccountIssuer {
  const { host, pathname } = new URL(issuer);
  const base = pathname.replace(/\/$/, "");
  const signer = createSigner();

  async function answer(path: string): Promise<Answer> {
    if (path === `${base}/.well-known/openid-configuration`) return { status: 200, json: discovery(issuer) };
    if (path === `${base}/openid/v1/jwks`) return { status: 200, json: (await signer).jwks };
    return { status: 404 };
  }

  return {
    issuer,
    host,
    listener: jsonListener({
      answer: (exchange) => answer(exchange.url.pathname),
      refusal: ({ status }) => ({ status }),
    }),
    async mint(account, { audience = TOKEN_EXCHANGE_AUDIENCE, lifetimeSeconds = LIFETIME_SECONDS } = {}) {
      const now = Math.floor(Date.now() / 1000);
      return signJwt(await signer, {
        aud: [audience],
        exp: now + lifetimeSeconds,
        iat: now,
        iss: issuer,
        jti: randomUUID(),
        "kubernetes.io": { namespace: account.namespace, serviceaccount: { name: account.name } },
        nbf: now,
        sub: subjectOf(account),
      });
    },
  };
}

function discovery(issuer: string): Record<string, unknown> {
  return {
    issuer,
    jwks_uri: `${issuer.replace(/\/$/, "")}/openid/v1/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}
