/**
 * The Azure ends over Resource Manager's REST, with Microsoft's client. Of a connection only what is looked at is ever
 * kept: the answer may hold the pre-shared key in clear.
 *
 * REST: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateway-connections
 */
import type { Client } from "@azure-rest/core-client";
import * as z from "zod";
import { armCaller, NetworkResourceId } from "../runtime/arm.ts";
import type { Connections } from "./connections.ts";
import { AzureEnd } from "./schema.ts";

/** A JSON object: a tunnel's name -> the resource id of its connection. */
export const DeployedConnections = z.record(z.string(), NetworkResourceId("connections"));

const Connection = z.object({
  properties: z.object({
    connectionStatus: z.string().optional(),
    provisioningState: z.string().optional(),
    enableBgp: z.boolean(),
    localNetworkGateway2: z.object({ id: NetworkResourceId("localNetworkGateways") }),
  }),
});
const LocalNetworkGateway = z.object({
  properties: z.object({ gatewayIpAddress: z.union([z.ipv4(), z.ipv6()]) }),
});

export function armConnections(client: Client): Connections {
  const at = (id: string) => client.pathUnchecked(id);
  return {
    async read(id) {
      const call = armCaller("GetConnection", id);
      const { properties } = (await call((bound) => at(id).get(bound))).expect(["200"], Connection);
      const other = properties.localNetworkGateway2.id;
      const gateway = await armCaller("GetLocalNetworkGateway", other)((bound) => at(other).get(bound));
      const { gatewayIpAddress } = gateway.expect(["200"], LocalNetworkGateway).properties;
      return endOf(properties, gatewayIpAddress);
    },
    async reset(id) {
      const answer = await armCaller(
        "ResetConnection",
        id,
      )((bound) => at(`${id}/resetconnection`).post(bound));
      // A gateway has other words for being busy, too.
      if (answer.status === "409" || answer.isBusy) return "busy";
      answer.expect(["200", "202"], z.unknown());
      return "resetting";
    },
  };
}

function endOf(given: z.infer<typeof Connection>["properties"], outsideIp: string): AzureEnd {
  const { status, provisioning } = AzureEnd.shape;
  const named = (given.connectionStatus ?? "").replace(/^NotConnected$/, "not-connected").toLowerCase();
  return {
    outsideIp,
    status: status.catch("unknown").parse(named),
    provisioning: provisioning.catch("unknown").parse((given.provisioningState ?? "").toLowerCase()),
    bgp: given.enableBgp,
  };
}
