/**
 * Entra, as far as a workload with a federated credential meets it: discovery, keys, and the token endpoint
 * with a client assertion (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
 */
import type { RequestListener } from "node:http";
import { type Answer, type Exchange, jsonListener } from "../network/json-listener.ts";
import { nameCaller } from "../network/tap.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { OperationTable } from "../stand-in/operations.ts";
import { AADSTS_CODES, aadsts, entraRefusal } from "./entra-errors.ts";
import { type FederatedCredential, principalOfAssertion, type ReadJson } from "./federation.ts";
import { audienceOf } from "./resources.ts";
import { createTokenIssuer, type TokenIssuer } from "./tokens.ts";

const HOST = "login.microsoftonline.com";
const LIFETIME_SECONDS = 3_599;
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** A new credential takes minutes to reach every place, even after a first success: retry on AADSTS70021. */
const NOT_PROPAGATED_PROBABILITY = 0.02;

export const ENTRA_OPERATIONS: OperationTable = {
  "entra:DiscoverInstance": { mutates: false, errors: [] },
  "entra:ReadConfiguration": { mutates: false, errors: ["AADSTS90002"] },
  "entra:ReadKeys": { mutates: false, errors: ["AADSTS90002"] },
  "entra:Token": { mutates: false, errors: AADSTS_CODES },
};

export interface Entra {
  readonly tenantId: string;
  readonly host: string;
  readonly listener: RequestListener;
  readonly tokens: TokenIssuer;
}

interface EntraOptions {
  readonly kernel: Kernel;
  readonly tenantId: string;
  readonly federatedCredentials: readonly FederatedCredential[];
  /** How issuers' discovery documents and keys are read; in the local stack through the proxy. */
  readonly readJson: ReadJson;
}

export function createEntra(options: EntraOptions): Entra {
  const tokens = createTokenIssuer(options.tenantId);
  const perform = (operation: string, caller: string, answer: () => Answer | Promise<Answer>) =>
    options.kernel.perform(ENTRA_OPERATIONS, { operation, caller }, answer);

  async function answer(exchange: Exchange): Promise<Answer> {
    const [, tenant = "", ...rest] = exchange.url.pathname.split("/");
    const path = `${exchange.method} ${rest.join("/")}`;
    const inTenant = (error: TenantError, found: () => Answer | Promise<Answer>) => () => {
      requireTenant(options.tenantId, tenant, error);
      return found();
    };
    switch (path) {
      case "GET discovery/instance":
        return perform("entra:DiscoverInstance", "anonymous", () => instance(tenant));
      case "GET v2.0/.well-known/openid-configuration":
        return perform(
          "entra:ReadConfiguration",
          "anonymous",
          inTenant("invalid_tenant", () => configuration(tenant)),
        );
      case "GET discovery/v2.0/keys":
      case "GET discovery/keys":
        return perform(
          "entra:ReadKeys",
          "anonymous",
          inTenant("invalid_tenant", async () => ok(await tokens.keys())),
        );
      case "POST oauth2/v2.0/token": {
        const form = new URLSearchParams(exchange.body.toString("utf8"));
        const caller = form.get("client_id") ?? "anonymous";
        nameCaller(exchange.request, caller);
        return perform(
          "entra:Token",
          caller,
          inTenant("invalid_request", () => exchangeAssertion(options, tokens, form)),
        );
      }
      default:
        return {
          status: 501,
          json: { error: "not_implemented", error_description: `${path} is not supported` },
        };
    }
  }

  return {
    tenantId: options.tenantId,
    host: HOST,
    tokens,
    listener: jsonListener({ answer, refusal: entraRefusal }),
  };
}

/** The documents and the token endpoint name an unknown tenant differently, under the same number. */
type TenantError = "invalid_tenant" | "invalid_request";

function requireTenant(tenantId: string, tenant: string, error: TenantError): void {
  if (tenant === tenantId) return;
  throw aadsts(
    "AADSTS90002",
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`,
    error,
  );
}

async function exchangeAssertion(
  { kernel, federatedCredentials, readJson }: EntraOptions,
  tokens: TokenIssuer,
  form: URLSearchParams,
): Promise<Answer> {
  const grantType = form.get("grant_type");
  if (grantType === null) throw missing("grant_type");
  if (grantType !== "client_credentials") {
    throw aadsts("AADSTS70003", `The app requested an unsupported grant type '${grantType}'.`);
  }
  const clientId = form.get("client_id");
  if (clientId === null) throw missing("client_id");
  const audience = audienceOfScope(form.get("scope"));
  const assertion = form.get("client_assertion");
  if (assertion === null || form.get("client_assertion_type") !== ASSERTION_TYPE) {
    throw aadsts(
      "AADSTS7000218",
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  const principal = await principalOfAssertion({ clientId, assertion }, federatedCredentials, readJson);
  if (kernel.faults.chance("entra:Token not propagated", NOT_PROPAGATED_PROBABILITY)) {
    throw aadsts("AADSTS70021", "No matching federated identity record found for presented assertion.");
  }
  const token = await tokens.mint({ principal, audience, lifetimeSeconds: LIFETIME_SECONDS });
  return ok({
    token_type: "Bearer",
    expires_in: LIFETIME_SECONDS,
    ext_expires_in: LIFETIME_SECONDS,
    access_token: token,
  });
}

function audienceOfScope(scope: string | null): string {
  if (scope === null) throw missing("scope");
  // MSAL adds the scopes of OpenID Connect to what was asked for.
  const asked = scope.split(" ").find((part) => part.endsWith("/.default"));
  if (asked === undefined) {
    throw aadsts("AADSTS70011", `The provided value for the input parameter 'scope' is not valid: ${scope}`);
  }
  const resource = asked.slice(0, -"/.default".length);
  const audience = audienceOf(resource);
  if (audience !== undefined) return audience;
  throw aadsts("AADSTS500011", `The resource principal named ${resource} was not found in the tenant.`);
}

function missing(parameter: string) {
  return aadsts("AADSTS900144", `The request body must contain the following parameter: '${parameter}'.`);
}

function ok(json: unknown): Answer {
  return { status: 200, headers: { "cache-control": "no-store, no-cache" }, json };
}

function configuration(tenant: string): Answer {
  const base = `https://${HOST}/${tenant}`;
  return ok({
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
  });
}

function instance(tenant: string): Answer {
  const hosts = [HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"];
  return ok({
    tenant_discovery_endpoint: `https://${HOST}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: HOST, preferred_cache: "login.windows.net", aliases: hosts }],
  });
}
