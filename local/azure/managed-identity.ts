/**
 * The token endpoint that App Service gives an app with a managed identity: plain http on loopback, guarded by
 * a header whose value only the app's own environment has
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference).
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { type Answer, type Exchange, jsonListener } from "../network/json-listener.ts";
import { LOOPBACK, listen } from "../network/listen.ts";
import { nameCaller, tapped } from "../network/tap.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import { type OperationTable, Refusal } from "../stand-in/operations.ts";
import { audienceOf } from "./resources.ts";
import type { Principal, TokenIssuer } from "./tokens.ts";

const PATH = "/msi/token";
const API_VERSION = "2019-08-01";
/** A managed identity's token lives for a day. */
const LIFETIME_SECONDS = 86_399;

export const MANAGED_IDENTITY_OPERATIONS: OperationTable = {
  "managed-identity:Token": { mutates: false, errors: ["Unauthorized", "BadRequest"] },
};

export interface ManagedIdentity {
  /** For `IDENTITY_ENDPOINT`. */
  readonly endpoint: string;
  /** For `IDENTITY_HEADER`. */
  readonly header: string;
  close(): Promise<void>;
}

interface ManagedIdentityOptions {
  readonly kernel: Kernel;
  readonly tokens: TokenIssuer;
  /** The app's system-assigned identity. */
  readonly principal: Principal;
}

export async function startManagedIdentity(options: ManagedIdentityOptions): Promise<ManagedIdentity> {
  const header = randomUUID().replaceAll("-", "").toUpperCase();
  const listener = jsonListener({ answer: (exchange) => answer(options, header, exchange), refusal });
  const server = createServer(tapped(options.kernel, "managed-identity", listener));
  const port = await listen(server);
  return {
    endpoint: `http://${LOOPBACK}:${port}${PATH}`,
    header,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(options: ManagedIdentityOptions, header: string, exchange: Exchange): Promise<Answer> {
  if (exchange.method !== "GET" || exchange.url.pathname.replace(/\/$/, "") !== PATH) {
    return { status: 501, json: { message: `${exchange.method} ${exchange.url.pathname} is not supported` } };
  }
  const known = exchange.headers["x-identity-header"] === header;
  const caller = known ? options.principal.principalId : "anonymous";
  nameCaller(exchange.request, caller);
  return options.kernel.perform(
    MANAGED_IDENTITY_OPERATIONS,
    { operation: "managed-identity:Token", caller },
    () => token(options, known, exchange.url.searchParams),
  );
}

async function token(
  { tokens, principal }: ManagedIdentityOptions,
  known: boolean,
  query: URLSearchParams,
): Promise<Answer> {
  if (!known) throw new Refusal(401, "Unauthorized", "The X-IDENTITY-HEADER header is missing or wrong.");
  if (query.get("api-version") !== API_VERSION) throw badRequest("The api-version is not supported.");
  const selected = ["client_id", "principal_id", "mi_res_id"].some((name) => query.has(name));
  if (selected && query.get("client_id") !== principal.clientId) {
    throw badRequest("No Managed Identity found for specified ClientId/ResourceId/PrincipalId.");
  }
  const resource = query.get("resource") ?? "";
  const audience = audienceOf(resource);
  if (audience === undefined) {
    throw badRequest(`AADSTS500011: The resource principal named ${resource} was not found in the tenant.`);
  }
  const accessToken = await tokens.mint({ principal, audience, lifetimeSeconds: LIFETIME_SECONDS });
  return {
    status: 200,
    json: {
      access_token: accessToken,
      expires_on: String(Math.floor(Date.now() / 1000) + LIFETIME_SECONDS),
      resource,
      token_type: "Bearer",
      client_id: principal.clientId,
    },
  };
}

function badRequest(message: string): Refusal {
  return new Refusal(400, "BadRequest", message);
}

/** The body names the status, not an error code. */
function refusal(refused: Refusal): Answer {
  return {
    status: refused.status,
    json: { statusCode: refused.status, message: refused.message, correlationId: randomUUID() },
  };
}
