/** Links for tests: one bunny unless more are named, and no jitter, so that each instant can be counted out. */
import { parseLink } from "../../shared/link/load.ts";
import type { Link, LinkInput } from "../../shared/link/schema.ts";

type BunnyInput = LinkInput["bunnies"][number];
export type CertificateInput = BunnyInput["certificates"][number];

const WORKLOAD = { issuer: "https://oidc.example.com/cluster/", namespace: "bunny", serviceAccount: "bunny" };

export const BUNNY_CLIENT: CertificateInput = {
  name: "bunny-client",
  identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
  lifetime: "7 days",
  renewAt: 2 / 3,
  jitter: "0 seconds",
};

/** Certificates of one bunny; what is not said is as in `BUNNY_CLIENT`. */
export function linkWith(...certificates: readonly Partial<CertificateInput>[]): Link {
  return linkOf({ bunny: certificates.length === 0 ? [{}] : certificates });
}

/** Bunnies by name, each with its certificates. */
export function linkOf(
  bunnies: Readonly<Record<string, readonly Partial<CertificateInput>[]>>,
  more: Partial<
    Pick<LinkInput, "name" | "relay" | "certificates" | "certificateAuthority" | "allowlists">
  > = {},
): Link {
  return parseLink({
    name: "test-link",
    aws: { region: "eu-west-2" },
    azure: { location: "uksouth" },
    relay: { host: "relay.example.com", log: { group: "/example/relay", create: true } },
    certificateAuthority: { commonName: "Test CA", mode: "short-lived" },
    bunnies: Object.entries(bunnies).map(([name, certificates]) => ({
      name,
      workload: WORKLOAD,
      certificates: certificates.map((certificate) => ({ ...BUNNY_CLIENT, ...certificate })),
    })),
    ...more,
  });
}
