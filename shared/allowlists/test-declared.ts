/** A link's allowlists as a person declares them, for tests of what becomes of them. */
import type * as z from "zod";
import { LinkAllowlists } from "./declared.ts";
import type { AllowlistLink } from "./desired.ts";

export type Declared = z.input<typeof LinkAllowlists>;
export type DeclaredGroupInput = Declared["groups"][number];

export const RULE = {
  direction: "in",
  protocol: "tcp",
  ports: 443,
  peer: { cidr: "10.10.1.0/24" },
} as const;
export const AWS = { name: "relay", cloud: "aws", group: "sg-0a1b2c3d", own: "all" } as const;
export const AZURE = {
  name: "bunny",
  cloud: "azure",
  group: { resourceGroup: "network", nsg: "aks" },
  own: "marked",
} as const;
export const EXCEPTION = {
  rule: { ...RULE, peer: { cidr: "203.0.113.7/32" } },
  author: "alice",
  reason: "an incident at relay",
  until: "2030-01-31T18:00Z",
} as const;

/** A parsed link with these groups. */
export const linkOf = (...groups: DeclaredGroupInput[]): AllowlistLink => ({
  name: "example-link",
  aws: { vpc: { privateSubnets: ["10.0.1.0/24", "10.0.2.0/24"] } },
  azure: { location: "uksouth", vnet: { subnets: ["10.10.1.0/24"] } },
  relay: { port: 443 },
  allowlists: LinkAllowlists.parse({ groups }),
});
