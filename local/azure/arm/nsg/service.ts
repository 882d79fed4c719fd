/**
 * Requests about network security groups and their rules, by whoever may make them. The forms are those of recorded
 * answers: a PUT shows what is being made and tells where its end is told, a DELETE shows nothing.
 */
import { type Answer, type Exchange, NotSupported } from "../../../network/json-listener.ts";
import { addressesOf, type Operation } from "../long-running.ts";
import { anotherOperation, resourceGroupNotFound, resourceNotFound } from "../operations.ts";
import type { AzureCaller } from "./caller.ts";
import { nsgJson, ruleJson } from "./json.ts";
import { cannotParse, parentNotFound, ruleNotFound } from "./refusals.ts";
import { NSG_OPERATIONS, type NsgRoute } from "./routes.ts";
import { parseGroupBody, parseRuleBody } from "./rule-body.ts";
import { type Nsg, NsgBusy, type NsgWorld } from "./world.ts";
import { isSameName, type StoredRule, type Wanted, type Write } from "./write.ts";

export interface NsgRequest {
  readonly route: NsgRoute;
  readonly exchange: Pick<Exchange, "headers" | "body">;
  readonly caller: AzureCaller;
  readonly apiVersion: string;
  /** Whether there is anything in the group of resources. */
  readonly isResourceGroup: (path: string) => boolean;
  /** 409, or 429 as the service may choose too. */
  readonly busyStatus: () => 409 | 429;
}

/** Throws `Refusal`. */
export function answerNsg(world: NsgWorld, request: NsgRequest): Answer {
  const { route } = request;
  const group = world.find(route.nsgId);
  switch (route.operation) {
    case NSG_OPERATIONS.get:
      return shown(found(group, request), nsgJson(found(group, request)));
    case NSG_OPERATIONS.listRules: {
      const there = found(group, request);
      return { status: 200, json: { value: there.rules.map((rule) => ruleJson(there, rule)) } };
    }
    case NSG_OPERATIONS.getRule: {
      const there = found(group, request);
      const rule = ruleOf(there, route);
      if (rule === undefined) throw ruleNotFound(route.resourceId);
      return shown(there, ruleJson(there, rule));
    }
    case NSG_OPERATIONS.put:
      return put(world, request);
    case NSG_OPERATIONS.putRule:
      found(group, request, parentNotFound(route.nsg));
      return put(world, request);
    case NSG_OPERATIONS.delete:
    case NSG_OPERATIONS.deleteRule:
      return remove(world, request);
  }
}

const shown = ({ etag }: Nsg, json: unknown): Answer => ({ status: 200, headers: { etag }, json });

const ruleOf = (group: Nsg, { rule }: NsgRoute): StoredRule | undefined =>
  group.rules.find(({ name }) => isSameName(name, rule));

function found(group: Nsg | undefined, request: NsgRequest, absent?: Error): Nsg {
  if (group !== undefined) return group;
  const { route, isResourceGroup } = request;
  if (!isResourceGroup(route.nsgId)) throw resourceGroupNotFound(route.resourceGroup);
  throw absent ?? resourceNotFound("Microsoft.Network/networkSecurityGroups", route.nsg, route.resourceGroup);
}

function put(world: NsgWorld, request: NsgRequest): Answer {
  const { route } = request;
  const body = bodyOf(request);
  const write = begin(
    world,
    request,
    route.operation === NSG_OPERATIONS.put
      ? { kind: "put-group", ...parseGroupBody(route.nsgId, body) }
      : { kind: "put-rule", name: route.rule, properties: parseRuleBody(route.resourceId, body) },
  );
  const group = found(world.find(route.nsgId), request);
  const rule = ruleOf(group, route);
  const { statusUrl } = nsgOperation(write, request.apiVersion, group.location);
  return {
    status: write.isNew ? 201 : 200,
    headers: { "azure-asyncoperation": statusUrl },
    json: rule === undefined ? nsgJson(group) : ruleJson(group, rule),
  };
}

/** What is not there is gone already. */
function remove(world: NsgWorld, request: NsgRequest): Answer {
  const { route, isResourceGroup, apiVersion } = request;
  const group = world.find(route.nsgId);
  if (group === undefined && !isResourceGroup(route.nsgId)) throw resourceGroupNotFound(route.resourceGroup);
  if (group === undefined) return { status: 204 };
  const isRule = route.operation === NSG_OPERATIONS.deleteRule;
  if (isRule && ruleOf(group, route) === undefined) return { status: 204 };
  const write = begin(
    world,
    request,
    isRule ? { kind: "delete-rule", name: route.rule } : { kind: "delete-group" },
  );
  const { statusUrl, resultUrl } = nsgOperation(write, apiVersion, group.location);
  return { status: 202, headers: { "azure-asyncoperation": statusUrl, location: resultUrl } };
}

function begin(
  world: NsgWorld,
  { route, exchange, caller, apiVersion, busyStatus }: NsgRequest,
  wanted: Wanted,
) {
  const { headers } = exchange;
  if (headers["if-none-match"] !== undefined) throw new NotSupported(`${route.operation} with If-None-Match`);
  try {
    return world.write(route.nsgId, wanted, { caller, ifMatch: headers["if-match"] });
  } catch (error) {
    if (!(error instanceof NsgBusy)) throw error;
    const location = world.find(route.nsgId)?.location ?? "";
    throw anotherOperation(busyStatus(), nsgOperation(error.write, apiVersion, location).statusUrl);
  }
}

function bodyOf({ exchange }: NsgRequest): unknown {
  try {
    return JSON.parse(exchange.body.toString("utf8"));
  } catch {
    throw cannotParse("the body is no JSON");
  }
}

/** A write as whoever follows it up sees it. */
export function nsgOperation(write: Write, apiVersion: string, location: string): Operation {
  const [, , subscriptionId = ""] = write.groupId.split("/");
  return {
    id: write.id,
    resourceId: write.groupId,
    status: write.status,
    ...addressesOf({ id: write.id, subscriptionId, location, apiVersion }),
  };
}
