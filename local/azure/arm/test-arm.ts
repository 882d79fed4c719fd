/** Resource Manager for tests: the world of tunnels behind the proxy, and Microsoft's own client as any principal. */
import { getClient } from "@azure-rest/core-client";
import { network, testWorld } from "../../vpn/test-world.ts";
import { createRbac, type Rbac } from "../rbac.ts";
import type { Principal } from "../tokens.ts";
import { createWorld, HAND, NOBODY } from "../world-for-tests.ts";
import { createArm } from "./arm.ts";

export const hand = HAND;
export const nobody = NOBODY;
export const apiVersion = "2025-05-01";
const url = "https://management.azure.com";

export interface Sent {
  readonly status: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Tunnels have their own time; tokens are checked against the real one. */
export async function startArm(options: { readonly seed?: number; readonly calm?: boolean } = {}) {
  const azure = await createWorld(options);
  const vpn = testWorld();
  const rbac = handRights();
  const arm = createArm({ kernel: azure.kernel, entra: azure.entra, rbac, world: vpn.world });
  azure.proxy.serve(arm.host, arm.listener);

  const send = async (
    method: "get" | "post" | "put",
    path: string,
    options: { readonly principal?: Principal; readonly audience?: string; readonly body?: unknown } = {},
  ): Promise<Sent> => {
    const { principal = hand, audience = url, body: json } = options;
    const credentials = { scopes: [`${audience}/.default`] };
    const client = getClient(url, azure.credential(principal), { ...azure.network, credentials });
    const { status, body, headers } = await client
      .path(pathOf(path))
      [method](json === undefined ? {} : { body: json });
    return { status, body, headers };
  };

  return {
    ...vpn,
    ...azure,
    world: vpn.world,
    rbac,
    arm,
    send,
    /** Without a credential, with the headers given, and the path as it is. */
    sendBare: async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Sent> =>
      await getClient(url, azure.network).path(path).get({ headers }),
    async close() {
      vpn.world.stop();
      await azure.close();
    },
  };
}

export type TestArm = Awaited<ReturnType<typeof startArm>>;

/** May look at everything in the subscription, and reset the first connection and read and set its key. */
function handRights(): Rbac {
  const role = (id: string, actions: readonly string[]) => ({
    id,
    roleName: id,
    actions: actions.map((action) => `Microsoft.Network/${action}`),
    dataActions: [],
  });
  const assign = (roleDefinitionId: string, scope: string) => ({
    principalId: HAND.principalId,
    roleDefinitionId,
    scope,
  });
  return createRbac({
    roleDefinitions: [
      role("look", ["connections/read", "localNetworkGateways/read"]),
      role("reset", ["connections/resetconnection/action"]),
      role(
        "keys",
        ["action", "read", "write"].map((what) => `connections/sharedKey/${what}`),
      ),
      role("keys-action", ["connections/sharedKey/action"]),
      role("keys-read", ["connections/sharedKey/read"]),
    ],
    assignments: [
      assign("look", network.split("/resourceGroups/")[0] ?? ""),
      assign("reset", `${network}/connections/aws-one-a`),
      assign("keys", `${network}/connections/aws-one-a`),
    ],
  });
}

/** Below the network provider of the test's group, or a whole path or address. */
function pathOf(path: string): string {
  const whole = path.startsWith(url) ? path.slice(url.length) : path;
  const full = whole.startsWith("/") ? whole : `${network}/${whole}`;
  return full.includes("api-version=") ? full : `${full}?api-version=${apiVersion}`;
}
