/** Resource Manager with a network security group, for tests: one who may write single rules, one who may do all. */
import { getClient, type PathUncheckedResponse } from "@azure-rest/core-client";
import { manualTimers } from "../../../aws/manual-timers.ts";
import { network, subscriptionId, testWorld } from "../../../vpn/test-world.ts";
import { createRbac, type Rbac } from "../../rbac.ts";
import type { Principal } from "../../tokens.ts";
import { createWorld, HAND } from "../../world-for-tests.ts";
import { createArm } from "../arm.ts";
import { managedIdentity, user } from "./caller.ts";
import type { ResourceEvent } from "./resource-event.ts";
import { type NewNsg, NsgWorld } from "./world.ts";

export const nsgId = `${network}/networkSecurityGroups/nsg-bunny`;
export const hand = HAND;
export const owner: Principal = { principalId: "owner-object-id", clientId: "owner-client-id" };
const url = "https://management.azure.com";
const apiVersion = "2025-05-01";
export const startMs = Date.parse("2026-11-21T08:00:00Z");
export const operationMs = 2_000;

export const alice = user({
  objectId: "a11ce000-0000-4000-8000-000000000001",
  upn: "alice@example.com",
  name: "Alice",
  application: "portal",
});

/** In the form of REST. */
export const ruleBody = (change: object = {}) => ({
  properties: {
    direction: "Inbound",
    access: "Allow",
    priority: 100,
    protocol: "Tcp",
    sourceAddressPrefix: "10.0.1.0/24",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
    ...change,
  },
});
export const named = (name: string, change: object = {}) => ({ name, ...ruleBody(change) });

export interface SentTo {
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Options {
  readonly rules?: NewNsg["rules"];
  readonly calm?: boolean;
  readonly seed?: number;
  readonly ifMatch?: "honoured" | "ignored";
}

export async function startNsgs({ rules = [], calm = true, seed = 1, ifMatch = "honoured" }: Options = {}) {
  const azure = await createWorld({ calm, seed });
  const vpn = testWorld();
  const timers = manualTimers(startMs);
  const rbac = rights();
  const nsgs = new NsgWorld({
    timers,
    faults: azure.kernel.faults,
    tenantId: azure.entra.tokens.tenantId,
    groups: [{ id: nsgId, rules }],
    callers: [
      managedIdentity({ objectId: hand.principalId, clientId: hand.clientId, resourceId: "/sites/hand" }),
    ],
    ifMatch,
  });
  const events: ResourceEvent[] = [];
  nsgs.onEvent((event) => void events.push(event));
  const arm = createArm({ kernel: azure.kernel, entra: azure.entra, rbac, world: vpn.world, nsgs });
  azure.proxy.serve(arm.host, arm.listener);

  /** Below the group, or a whole address. */
  const send = async (
    method: "get" | "put" | "delete" | "patch",
    path: string,
    options: {
      readonly body?: unknown;
      readonly headers?: Record<string, string>;
      readonly principal?: Principal;
    } = {},
  ): Promise<SentTo> => {
    const { body, headers = {}, principal = hand } = options;
    const credentials = { scopes: [`${url}/.default`] };
    const client = getClient(url, azure.credential(principal), { ...azure.network, credentials });
    const sent = { headers, ...(body === undefined ? {} : { body, contentType: "application/json" }) };
    const answer: PathUncheckedResponse = await client.path(pathOf(path))[method](sent);
    return { status: answer.status, headers: answer.headers, body: answer.body };
  };

  return {
    ...azure,
    timers,
    nsgs,
    events,
    rbac,
    send,
    /** Until the writes that go on have ended. */
    settle: () => timers.advance(60_000),
    async close() {
      nsgs.stop();
      vpn.world.stop();
      await azure.close();
    },
  };
}

export type TestNsgs = Awaited<ReturnType<typeof startNsgs>>;

function rights(): Rbac {
  const role = (id: string, actions: readonly string[]) => ({
    id,
    roleName: id,
    actions: actions.map((action) => `Microsoft.Network/${action}`),
    dataActions: [],
  });
  const rules = ["read", "write", "delete"].map((verb) => `networkSecurityGroups/securityRules/${verb}`);
  return createRbac({
    roleDefinitions: [
      role("healer", ["networkSecurityGroups/read", ...rules]),
      role("contributor", ["networkSecurityGroups/*"]),
    ],
    assignments: [
      { principalId: hand.principalId, roleDefinitionId: "healer", scope: nsgId },
      {
        principalId: owner.principalId,
        roleDefinitionId: "contributor",
        scope: `/subscriptions/${subscriptionId}`,
      },
    ],
  });
}

function pathOf(path: string): string {
  const whole = path.startsWith(url) ? path.slice(url.length) : path;
  const full = whole.startsWith("/subscriptions") ? whole : `${nsgId}${whole}`;
  return full.includes("api-version=") ? full : `${full}?api-version=${apiVersion}`;
}

/** The code of an error, with the status; undefined where it has none. */
export const codeOf = ({ status, body }: SentTo) => ({
  status,
  code:
    typeof body === "object" && body !== null
      ? Reflect.get(Object(Reflect.get(body, "error")), "code")
      : undefined,
});
