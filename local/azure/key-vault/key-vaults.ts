/**
 * Key Vault's data plane for certificates and their secrets, one host for each vault. Every request passes, in
 * this order: who calls, the api-version, the throttle, the role assignments, the operation.
 */
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, type Exchange, jsonListener, NotSupported } from "../../network/json-listener.ts";
import { nameCaller } from "../../network/tap.ts";
import type { Faults } from "../../stand-in/faults.ts";
import type { Kernel } from "../../stand-in/kernel.ts";
import type { Refusal } from "../../stand-in/operations.ts";
import type { Entra } from "../entra.ts";
import type { Rbac } from "../rbac.ts";
import type { Principal } from "../tokens.ts";
import { answerOperation } from "./answer.ts";
import { authenticate, challenge } from "./authenticate.ts";
import { badParameter, KEY_VAULT_OPERATIONS, VaultRefusal } from "./operations.ts";
import { settle } from "./pending-operation.ts";
import { matchRoute, type Route } from "./routes.ts";
import { createVault, type Vault } from "./state.ts";
import { createThrottle, type Throttle, throttled } from "./throttle.ts";

const API_VERSIONS = ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01"];
const LATEST_API_VERSION = "2025-07-01";
const THROTTLED_PROBABILITY = 0.01;
const SLOW_PROBABILITY = 0.1;
const SLOW_MAX_MS = 60;
/** Whether a request for cancellation is heeded is not the caller's to know. */
const CANCELLATION_IGNORED_PROBABILITY = 0.5;
const REGION = "uksouth";

export interface KeyVaults {
  /** Host -> what answers it, for the proxy. */
  readonly listeners: ReadonlyMap<string, RequestListener>;
  /** A vault's state, by its name; throws for an unknown one. */
  vault(name: string): Vault;
}

export interface KeyVaultsOptions {
  readonly kernel: Kernel;
  readonly vaults: readonly { readonly name: string; readonly uri: string; readonly resourceId: string }[];
  readonly rbac: Rbac;
  readonly entra: Pick<Entra, "tenantId" | "tokens">;
}

export function createKeyVaults(options: KeyVaultsOptions): KeyVaults {
  const vaults = new Map(options.vaults.map((one) => [one.name, createVault(one)]));
  const listeners = new Map<string, RequestListener>();
  for (const vault of vaults.values()) listeners.set(new URL(vault.uri).host, vaultListener(options, vault));
  return {
    listeners,
    vault(name) {
      const vault = vaults.get(name);
      if (vault === undefined)
        throw new Error(`no vault ${name} in this world: ${[...vaults.keys()].join(", ")}`);
      return vault;
    },
  };
}

function vaultListener(options: KeyVaultsOptions, vault: Vault): RequestListener {
  const throttle = createThrottle();
  const { faults } = options.kernel;

  async function answer(exchange: Exchange): Promise<Answer> {
    const route = matchRoute(exchange.method, exchange.url.pathname);
    if (route === undefined) throw new NotSupported(`${exchange.method} ${exchange.url.pathname}`);
    const who = await authenticate(options.entra.tokens, exchange.headers.authorization);
    const caller = who.ok ? who.principal.principalId : "anonymous";
    nameCaller(exchange.request, caller);
    const call = { operation: route.operation, caller };
    const answered = await options.kernel.perform(KEY_VAULT_OPERATIONS, call, async () => {
      if (!who.ok) throw who.refusal;
      requireApiVersion(exchange.url.searchParams.get("api-version"));
      admit(throttle, faults, route);
      authorize(options, vault, route, who.principal);
      await beSlow(faults, route);
      settle(vault, route.name);
      const heedsCancellation = () =>
        !faults.chance("key-vault:cancel ignored", CANCELLATION_IGNORED_PROBABILITY);
      return answerOperation({ vault, route, exchange, heedsCancellation });
    });
    return { ...answered, headers: { ...standardHeaders(exchange), ...answered.headers } };
  }

  return jsonListener({
    answer,
    refusal: (refusal, exchange) => refusalAnswer(options.entra.tenantId, refusal, exchange),
  });
}

function requireApiVersion(version: string | null): void {
  if (version === null) throw badParameter("api-version must be specified");
  if (API_VERSIONS.includes(version)) return;
  throw badParameter(
    `The specified version (${version}) is not recognized. Consider using the latest supported version ` +
      `(${LATEST_API_VERSION}).`,
  );
}

function admit(throttle: Throttle, faults: Faults, route: Route): void {
  if (faults.chance(`${route.operation} throttled`, THROTTLED_PROBABILITY)) throw throttled();
  throttle.admit({ createsKey: route.operation === "key-vault:CreateCertificate", nowMs: Date.now() });
}

function authorize(
  { rbac, entra }: KeyVaultsOptions,
  vault: Vault,
  route: Route,
  principal: Principal,
): void {
  const resource = `${vault.resourceId}/${route.kind}/${route.name}`;
  if (rbac.allowed(principal.principalId, route.dataAction, resource)) return;
  const message = [
    "Caller is not authorized to perform action on resource.",
    "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
    `Caller: appid=${principal.clientId};oid=${principal.principalId};iss=${entra.tokens.issuer}`,
    `Action: '${route.dataAction}'`,
    `Resource: '${resource.toLowerCase()}'`,
    "Assignment: (not found)",
    "DenyAssignmentId: null",
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${vault.name};location=${REGION}`,
    "",
  ].join("\r\n");
  throw new VaultRefusal(403, "Forbidden", message, "ForbiddenByRbac");
}

async function beSlow(faults: Faults, { operation }: Route): Promise<void> {
  if (!faults.chance(`${operation} slow`, SLOW_PROBABILITY)) return;
  await delay(faults.draw(`${operation} slowness`) * SLOW_MAX_MS);
}

function refusalAnswer(tenantId: string, refusal: Refusal, exchange: Exchange): Answer {
  const innerCode = refusal instanceof VaultRefusal ? refusal.innerCode : undefined;
  const inner = innerCode === undefined ? {} : { innererror: { code: innerCode } };
  return {
    status: refusal.status,
    headers: {
      ...standardHeaders(exchange),
      ...(refusal.status === 401 ? { "www-authenticate": challenge(tenantId) } : {}),
      ...refusal.headers,
    },
    json: { error: { code: refusal.code, message: refusal.message, ...inner } },
  };
}

function standardHeaders(exchange: Exchange): Record<string, string> {
  const clientId = exchange.headers["x-ms-client-request-id"];
  return {
    "cache-control": "no-cache",
    pragma: "no-cache",
    expires: "-1",
    "strict-transport-security": "max-age=31536000;includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-ms-keyvault-region": REGION,
    "x-ms-request-id": randomUUID(),
    ...(typeof clientId === "string" ? { "x-ms-client-request-id": clientId } : {}),
  };
}
