/**
 * Azure Resource Manager, as far as the connections of a VPN gateway go. Every request passes, in this order: the
 * api-version, who calls, the throttle, the role assignments, what there is, the operation.
 */
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { type Answer, type Exchange, jsonListener, NotSupported } from "../../network/json-listener.ts";
import { nameCaller } from "../../network/tap.ts";
import type { Kernel } from "../../stand-in/kernel.ts";
import type { Refusal } from "../../stand-in/operations.ts";
import type { VpnWorld } from "../../vpn/world.ts";
import type { Entra } from "../entra.ts";
import type { Rbac } from "../rbac.ts";
import { connectionJson, localNetworkGatewayJson, type ShownTunnel } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import { accepted, LongRunning, resultAnswer, statusAnswer } from "./long-running.ts";
import {
  ARM_OPERATIONS,
  anotherOperation,
  authorizationFailed,
  invalidApiVersion,
  missingApiVersion,
  resourceGroupNotFound,
  resourceNotFound,
  tooManyRequests,
} from "./operations.ts";
import { matchRoute, nameOf, type Route } from "./routes.ts";

const HOST = "management.azure.com";
const API_VERSIONS = [
  "2021-08-01",
  "2022-07-01",
  "2023-11-01",
  "2024-01-01",
  "2024-05-01",
  "2024-07-01",
  "2024-10-01",
  "2025-01-01",
  "2025-03-01",
  "2025-05-01",
  "2026-01-01",
];
const THROTTLED_PROBABILITY = 0.01;
const UNKNOWN_STATUS_PROBABILITY = 0.03;
const FAILED_RESET_PROBABILITY = 0.03;
const BUSY_AS_429_PROBABILITY = 0.5;

export interface Arm {
  /** For the proxy. */
  readonly host: string;
  readonly listener: RequestListener;
  /** The next reset of this connection is accepted, and fails later. */
  failNextReset(connectionId: string): void;
}

export interface ArmOptions {
  readonly kernel: Kernel;
  readonly entra: Pick<Entra, "tokens">;
  readonly rbac: Pick<Rbac, "permits">;
  readonly world: VpnWorld;
}

type ResourceRoute = Extract<Route, { kind: "resource" }>;

export function createArm(options: ArmOptions): Arm {
  const { kernel, entra, rbac, world } = options;
  const { faults } = kernel;
  const running = new LongRunning();
  const failing = new Set<string>();

  async function answer(exchange: Exchange): Promise<Answer> {
    const { method, url, headers } = exchange;
    const route = matchRoute(method, url.pathname);
    if (route === undefined) throw new NotSupported(nameOf(method, url.pathname));
    const who = await authenticate(entra.tokens, headers.authorization);
    const caller = who.ok ? who.principal.principalId : "anonymous";
    nameCaller(exchange.request, caller);
    const { operation } = route;
    const answered = await kernel.perform(ARM_OPERATIONS, { operation, caller }, () => {
      const apiVersion = requireApiVersion(url.searchParams.get("api-version"));
      if (!who.ok) throw who.refusal;
      if (faults.chance(`${operation} throttled`, THROTTLED_PROBABILITY)) throw tooManyRequests();
      if (route.kind === "operation") return followUp(route.operation, route.id);
      if (!rbac.permits(caller, route.action, route.resourceId)) {
        throw authorizationFailed(who.principal, route.action, route.resourceId);
      }
      return onResource(route, apiVersion);
    });
    return { ...answered, headers: { ...standardHeaders(exchange), ...answered.headers } };
  }

  /** Whoever began an operation has its id, which is enough: its address lies beside the group of the resource. */
  function followUp(operation: Route["operation"], id: string): Answer {
    const found = running.find(id);
    return operation === "network:GetOperationResult" ? resultAnswer(found) : statusAnswer(found);
  }

  function onResource(route: ResourceRoute, apiVersion: string): Answer {
    const shown = findTunnel(world, route);
    switch (route.operation) {
      case "network:GetConnection": {
        const unknown = faults.chance("network:GetConnection unknown", UNKNOWN_STATUS_PROBABILITY);
        const status = unknown ? "Unknown" : shown.azure.shown;
        return { status: 200, json: connectionJson(shown, status, world.now()) };
      }
      case "network:GetLocalNetworkGateway":
        return { status: 200, json: localNetworkGatewayJson(shown) };
      case "network:ResetConnection":
        return reset(shown, route, apiVersion);
      case "network:GetOperation":
      case "network:GetOperationResult":
        throw new Error(`${route.operation} is about no resource`);
    }
  }

  function reset({ tunnel, azure }: ShownTunnel, route: ResourceRoute, apiVersion: string): Answer {
    const { gatewayId, location, connectionId } = azure;
    const other = running.runningOn(gatewayId);
    if (other !== undefined) {
      const status = faults.chance("network:busy as 429", BUSY_AS_429_PROBABILITY) ? 429 : 409;
      throw anotherOperation(status, other.statusUrl);
    }
    const [, , subscriptionId = ""] = route.resourceId.split("/");
    const begun = running.begin({ gatewayId, subscriptionId, location, apiVersion });
    const placed = failing.delete(connectionId.toLowerCase());
    const fails = placed || faults.chance("network:ResetConnection fails", FAILED_RESET_PROBABILITY);
    world.reset(tunnel, !fails, () => {
      begun.status = fails ? "Failed" : "Succeeded";
    });
    return accepted(begun);
  }

  return {
    host: HOST,
    listener: jsonListener({ answer, refusal: refusalAnswer }),
    failNextReset: (connectionId) => failing.add(connectionId.toLowerCase()),
  };
}

function requireApiVersion(version: string | null): string {
  if (version === null) throw missingApiVersion();
  if (!API_VERSIONS.includes(version)) throw invalidApiVersion(version, API_VERSIONS);
  return version;
}

/** Throws `Refusal`, for a group that holds nothing of this world as for one that is not there. */
function findTunnel(world: VpnWorld, { type, name, resourceGroup, resourceId }: ResourceRoute): ShownTunnel {
  const all = world.connections().flatMap((connection) =>
    connection.tunnels.flatMap((tunnel) => {
      const { azure } = tunnel;
      return azure === undefined ? [] : [{ connection, tunnel, azure }];
    }),
  );
  const isWanted = (id: string) => id.toLowerCase() === resourceId.toLowerCase();
  const found = all.find(
    ({ azure }) => isWanted(azure.connectionId) || isWanted(azure.localNetworkGatewayId),
  );
  if (found !== undefined) return found;
  const group = resourceId.split("/").slice(0, 5).join("/").toLowerCase();
  const inGroup = all.some(({ azure }) => azure.connectionId.toLowerCase().startsWith(`${group}/`));
  throw inGroup ? resourceNotFound(type, name, resourceGroup) : resourceGroupNotFound(resourceGroup);
}

function refusalAnswer(refusal: Refusal, exchange: Exchange): Answer {
  return {
    status: refusal.status,
    headers: { ...standardHeaders(exchange), ...refusal.headers },
    json: { error: { code: refusal.code, message: refusal.message } },
  };
}

function standardHeaders({ headers }: Exchange): Record<string, string> {
  const clientId = headers["x-ms-client-request-id"];
  return {
    "cache-control": "no-cache",
    pragma: "no-cache",
    expires: "-1",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-ms-request-id": randomUUID(),
    "x-ms-correlation-request-id": randomUUID(),
    ...(typeof clientId === "string" ? { "x-ms-client-request-id": clientId } : {}),
  };
}
