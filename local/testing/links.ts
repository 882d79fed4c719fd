/** The shortest link that loads, changed in one place at a time, and the faults of what comes out. */
import { parseLink } from "../../shared/link/load.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";

export const minimalLink = {
  name: "example-link",
  aws: { region: "eu-west-2" },
  azure: { location: "uksouth" },
  relay: { host: "relay.example.com", log: { group: "/example/relay", create: true } },
  certificateAuthority: { commonName: "Example Link CA" },
  bunnies: [
    {
      name: "bunny",
      workload: { issuer: "https://oidc.example.com/1/", namespace: "bunny", serviceAccount: "bunny" },
      certificates: [{ name: "bunny-client", identity: { commonName: "bunny.example.com" } }],
    },
  ],
};

/** The tunnels of a link whose both ends exist: two of one connection, with an Azure connection for each. */
export const adoptedVpn = {
  azure: { resourceGroup: "network" },
  connections: [
    {
      name: "one",
      aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
      tunnels: [
        { name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } },
        { name: "one-b", outsideIp: "198.51.100.11", azure: { adopt: "aws-one-b" } },
      ],
    },
  ],
};

/** The path of the one certificate of `minimalLink`. */
export const CERTIFICATE = "bunnies[0].certificates[0]";

/** `minimalLink` with the value at each path, written as faults write it, set or added. */
export function linkWith(changes: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(changes).reduce<unknown>(
    (link, [path, value]) => set(link, path.match(/[^.[\]]+/g) ?? [], value),
    minimalLink,
  );
}

function set(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(target) || (target === undefined && /^\d+$/.test(key))) {
    const items: unknown[] = [...(target ?? [])];
    items[Number(key)] = set(items[Number(key)], rest, value);
    return items;
  }
  const fields = Object.entries(target ?? {});
  const inner = fields.find(([name]) => name === key)?.[1];
  return { ...Object.fromEntries(fields), [key]: set(inner, rest, value) };
}

/** The faults that `parseLink` names, one line each; none when it loads. */
export function faultsOf(input: unknown): string[] {
  try {
    parseLink(input);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n  ").slice(1);
  }
}
