/**
 * Azure Resource Manager, as far as the connections of a VPN gateway and network security groups go. Every request
 * passes, in this order: the api-version, who calls, the throttle, the role assignments, what there is, the operation.
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
import { accepted, LongRunning, type Operation, resultAnswer, statusAnswer } from "./long-running.ts";
import { DetailedRefusal } from "./nsg/refusals.ts";
import { answerNsg, nsgOperation } from "./nsg/service.ts";
import type { NsgWorld } from "./nsg/world.ts";
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
import { changeSharedKey, parseSharedKey, sharedKeyAnswer } from "./shared-key.ts";

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
  /** The next change of this connection's shared key is accepted, ends well, and changes nothing: has there been one? */
  ignoreNextKey(connectionId: string): () => boolean;
}

export interface ArmOptions {
  readonly kernel: Kernel;
  readonly entra: Pick<Entra, "tokens">;
  readonly rbac: Pick<Rbac, "permits">;
  readonly world: VpnWorld;
  /** Left out, there are none. */
  readonly nsgs?: NsgWorld;
}

type ResourceRoute = Extract<Route, { kind: "resource" }>;

export function createArm(options: ArmOptions): Arm {
  const { kernel, entra, rbac, world, nsgs } = options;
  const { faults } = kernel;
  const running = new LongRunning();
  const failing = new Set<string>();
  const ignoring = new Set<string>();

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
      if (route.kind === "operation") return followUp(route.operation, route.id, apiVersion);
      const missing = actionsOf(route).find((action) => !rbac.permits(caller, action, route.resourceId));
      if (missing !== undefined) throw authorizationFailed(who.principal, missing, route.resourceId);
      if (route.kind === "resource") return onResource(route, apiVersion, exchange.body);
      if (nsgs === undefined) throw new NotSupported(`${operation} in a world without any`);
      const by = nsgs.callerOf(who.principal);
      return answerNsg(nsgs, { route, exchange, caller: by, apiVersion, isResourceGroup, busyStatus });
    });
    return { ...answered, headers: { ...standardHeaders(exchange), ...answered.headers } };
  }

  /** Whoever began an operation has its id, which is enough: its address lies beside the group of the resource. */
  function followUp(operation: Route["operation"], id: string, apiVersion: string): Answer {
    const write = nsgs?.operation(id);
    const location = write === undefined ? "" : (nsgs?.find(write.groupId)?.location ?? "");
    const found = write === undefined ? running.find(id) : nsgOperation(write, apiVersion, location);
    return operation === "network:GetOperationResult" ? resultAnswer(found) : statusAnswer(found);
  }

  function onResource(route: ResourceRoute, apiVersion: string, body: Buffer): Answer {
    const shown = findTunnel(world, route, isResourceGroup);
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
      case "network:GetSharedKey":
        return sharedKeyAnswer(shown);
      case "network:SetSharedKey": {
        const value = parseSharedKey(body);
        const begun = begin(shown, route, apiVersion);
        const isIgnored = ignoring.delete(shown.azure.connectionId.toLowerCase());
        return changeSharedKey({ world, faults, shown, value, begun, isIgnored });
      }
    }
  }

  const busyStatus = () => (faults.chance("network:busy as 429", BUSY_AS_429_PROBABILITY) ? 429 : 409);

  const isResourceGroup = (id: string): boolean => {
    const ids = [
      ...azureEnds(world).map(({ azure }) => azure.connectionId),
      ...(nsgs?.all() ?? []).map((one) => one.id),
    ];
    return ids.some((one) => one.toLowerCase().startsWith(`${resourceGroupOf(id)}/`));
  };

  /** A gateway takes one at a time, whichever of its connections it is about. */
  function begin({ azure }: ShownTunnel, route: ResourceRoute, apiVersion: string): Operation {
    const { gatewayId, location } = azure;
    const other = running.runningOn(gatewayId);
    if (other !== undefined) throw anotherOperation(busyStatus(), other.statusUrl);
    const [, , subscriptionId = ""] = route.resourceId.split("/");
    return running.begin({ resourceId: gatewayId, subscriptionId, location, apiVersion });
  }

  function reset(shown: ShownTunnel, route: ResourceRoute, apiVersion: string): Answer {
    const { tunnel, azure } = shown;
    const begun = begin(shown, route, apiVersion);
    const placed = failing.delete(azure.connectionId.toLowerCase());
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
    ignoreNextKey: (connectionId) => {
      ignoring.add(connectionId.toLowerCase());
      return () => !ignoring.has(connectionId.toLowerCase());
    },
  };
}

const actionsOf = (route: Exclude<Route, { kind: "operation" }>): readonly string[] =>
  route.kind === "resource" ? route.actions : [route.action];

function requireApiVersion(version: string | null): string {
  if (version === null) throw missingApiVersion();
  if (!API_VERSIONS.includes(version)) throw invalidApiVersion(version, API_VERSIONS);
  return version;
}

/** Throws `Refusal`, for a group that holds nothing of this world as for one that is not there. */
function findTunnel(
  world: VpnWorld,
  { type, name, resourceGroup, resourceId }: ResourceRoute,
  isResourceGroup: (id: string) => boolean,
): ShownTunnel {
  const isWanted = (id: string) => id.toLowerCase() === resourceId.toLowerCase();
  const found = azureEnds(world).find(
    ({ azure }) => isWanted(azure.connectionId) || isWanted(azure.localNetworkGatewayId),
  );
  if (found !== undefined) return found;
  throw isResourceGroup(resourceId)
    ? resourceNotFound(type, name, resourceGroup)
    : resourceGroupNotFound(resourceGroup);
}

function azureEnds(world: VpnWorld): ShownTunnel[] {
  return world.connections().flatMap((connection) =>
    connection.tunnels.flatMap((tunnel) => {
      const { azure } = tunnel;
      return azure === undefined ? [] : [{ connection, tunnel, azure }];
    }),
  );
}

const resourceGroupOf = (id: string): string => id.split("/").slice(0, 5).join("/").toLowerCase();

function refusalAnswer(refusal: Refusal, exchange: Exchange): Answer {
  return {
    status: refusal.status,
    headers: { ...standardHeaders(exchange), ...refusal.headers },
    json: {
      error: {
        code: refusal.code,
        message: refusal.message,
        ...(refusal instanceof DetailedRefusal ? { details: refusal.details } : {}),
      },
    },
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
