/** Filters of DescribeVpnConnections: values of one filter are alternatives, and all filters must hold. */
import type { Connection } from "../../vpn/connection.ts";
import { Unsupported } from "../service.ts";
import type { DescribeInput } from "./inputs.ts";
import { invalidValue } from "./refusals.ts";

type Filter = NonNullable<DescribeInput["Filter"]>[number];

const valuesOf: Readonly<Record<string, (connection: Connection) => readonly string[]>> = {
  "vpn-connection-id": ({ vpnConnectionId }) => [vpnConnectionId],
  "customer-gateway-id": ({ customerGatewayId }) => [customerGatewayId],
  state: ({ state }) => [state],
  type: () => ["ipsec.1"],
  "vpn-gateway-id": ({ gateway }) => ("vpnGatewayId" in gateway ? [gateway.vpnGatewayId] : []),
  "transit-gateway-id": ({ gateway }) => ("transitGatewayId" in gateway ? [gateway.transitGatewayId] : []),
  "option.static-routes-only": ({ routing }) => [String(routing === "static")],
  "tag-key": ({ tags }) => Object.keys(tags),
};

/** The real service knows them, and nothing here asks for them. */
const unsupported = ["bgp-asn", "customer-gateway-configuration", "route.destination-cidr-block"];

/** Throws `Refusal` for a filter that there is not. */
export function matcherOf(filters: readonly Filter[]): (connection: Connection) => boolean {
  const tests = filters.map((filter) => testOf(filter));
  return (connection) => tests.every((test) => test(connection));
}

function testOf({ Name, Value }: Filter): (connection: Connection) => boolean {
  if (unsupported.includes(Name)) {
    throw new Unsupported(
      `the local AWS does not support ec2:DescribeVpnConnections with the filter ${Name}`,
    );
  }
  const tag = /^tag:(.+)$/s.exec(Name)?.[1];
  const read = tag === undefined ? valuesOf[Name] : ({ tags }: Connection) => [tags[tag] ?? []].flat();
  if (read === undefined) throw invalidValue("Filter.Name", Name, `The filter '${Name}' is invalid`);
  const patterns = Value.map((value) => patternOf(value));
  return (connection) => read(connection).some((value) => patterns.some((pattern) => pattern.test(value)));
}

/** `*` stands for any text and `?` for any character. */
function patternOf(value: string): RegExp {
  const escaped = value.replaceAll(/[.\\+^${}()|[\]/]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
