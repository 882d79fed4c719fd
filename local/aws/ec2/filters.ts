/** Filters of the Describe calls: values of one filter are alternatives, and all filters must hold. */
import type { Connection } from "../../vpn/connection.ts";
import { Unsupported } from "../service.ts";
import type { DescribeInput } from "./inputs.ts";
import { invalidValue } from "./refusals.ts";

type Filter = NonNullable<DescribeInput["Filter"]>[number];

/** What a filter looks at of a thing. */
export type FilterReader<T> = (thing: T) => readonly string[];

const valuesOf: Readonly<Record<string, FilterReader<Connection>>> = {
  "vpn-connection-id": ({ vpnConnectionId }) => [vpnConnectionId],
  "customer-gateway-id": ({ customerGatewayId }) => [customerGatewayId],
  state: ({ state }) => [state],
  type: () => ["ipsec.1"],
  "vpn-gateway-id": ({ gateway }) => ("vpnGatewayId" in gateway ? [gateway.vpnGatewayId] : []),
  "transit-gateway-id": ({ gateway }) => ("transitGatewayId" in gateway ? [gateway.transitGatewayId] : []),
  "option.static-routes-only": ({ routing }) => [String(routing === "static")],
  "tag-key": ({ tags }) => Object.keys(tags),
};

const unsupported = ["bgp-asn", "customer-gateway-configuration", "route.destination-cidr-block"];

/** Throws `Refusal` for a filter that there is not. */
export function matcherOf(filters: readonly Filter[]): (connection: Connection) => boolean {
  return matcherBy(filters, { operation: "DescribeVpnConnections", valuesOf, unsupported });
}

interface Filtered<T> {
  readonly operation: string;
  readonly valuesOf: Readonly<Record<string, FilterReader<T>>>;
  /** Names that the real service knows, and nothing here asks for. */
  readonly unsupported: readonly string[];
}

/** Tags can be asked for by their key wherever there are any. Throws `Refusal` for a filter that there is not. */
export function matcherBy<T extends { readonly tags: Readonly<Record<string, string>> }>(
  filters: readonly Filter[],
  of: Filtered<T>,
): (thing: T) => boolean {
  const tests = filters.map((filter) => testOf(filter, of));
  return (thing) => tests.every((test) => test(thing));
}

function testOf<T extends { readonly tags: Readonly<Record<string, string>> }>(
  { Name, Value }: Filter,
  { operation, valuesOf, unsupported }: Filtered<T>,
): (thing: T) => boolean {
  if (unsupported.includes(Name)) {
    throw new Unsupported(`the local AWS does not support ec2:${operation} with the filter ${Name}`);
  }
  const tag = /^tag:(.+)$/s.exec(Name)?.[1];
  const read = tag === undefined ? valuesOf[Name] : ({ tags }: T) => [tags[tag] ?? []].flat();
  if (read === undefined) throw invalidValue("Filter.Name", Name, `The filter '${Name}' is invalid`);
  const patterns = Value.map((value) => patternOf(value));
  return (thing) => read(thing).some((value) => patterns.some((pattern) => pattern.test(value)));
}

/** `*` stands for any text and `?` for any character. */
function patternOf(value: string): RegExp {
  const escaped = value.replaceAll(/[.\\+^${}()|[\]/]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
