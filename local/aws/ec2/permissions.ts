/**
 * What a call about a VPN needs. Looking at connections takes no resource; everything else is about one connection, and policies
 * may ask for its tags. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
import type { Identity } from "../identities.ts";
import type { Need } from "../service.ts";
import type { Place } from "./answers.ts";

export function describeNeed({ region }: Place, caller: Identity): Need {
  return need("DescribeVpnConnections", "*", { "ec2:Region": region }, caller);
}

export function connectionNeed(
  operation: string,
  connection: { readonly id: string; readonly tags: Readonly<Record<string, string>> },
  { region, accountId }: Place,
  caller: Identity,
): Need {
  // The one action that the reference lists without the global key.
  const prefixes = operation === "GetActiveVpnTunnelStatus" ? ["ec2"] : ["aws", "ec2"];
  const tags = Object.entries(connection.tags).flatMap(([key, value]) =>
    prefixes.map((prefix) => [`${prefix}:ResourceTag/${key}`, value] as const),
  );
  const resource = `arn:aws:ec2:${region}:${accountId}:vpn-connection/${connection.id}`;
  return need(operation, resource, { "ec2:Region": region, ...Object.fromEntries(tags) }, caller);
}

export function need(operation: string, resource: string, context: Need["context"], caller: Identity): Need {
  const action = `ec2:${operation}`;
  const denial =
    `You are not authorized to perform this operation. User: ${caller.sessionArn} is not authorized to perform: ` +
    `${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  return { action, resource, context, denial };
}
