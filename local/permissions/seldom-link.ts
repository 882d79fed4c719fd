/**
 * A link whose functions do what other runs have no cause to do: a group of rules towards a prefix list, which is full;
 * API keys whose proof is relay's own log; and a CA for general purposes, which revokes relay's certificate too.
 */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";

export const GATE = "sg-0a1b2c3d4e5f60718";
export const SERVICES = "pl-0a1b2c3d4e5f60718";
/** As many as a reference to the prefix list counts for. */
const RULES_MAX = 10;
const readers = ["arn:aws:iam::123456789012:role/relay"];

export default defineLink({
  ...crash,
  relay: { ...crash.relay, readers, certificate: { lifetime: "7 days", readers } },
  certificateAuthority: { ...crash.certificateAuthority, mode: "general-purpose" },
  bunnies: crash.bunnies.map((bunny) => ({ ...bunny, apiKeys: [{ name: "poll-key" }] })),
  allowlists: {
    groups: [
      {
        ...{ name: "gate", cloud: "aws", group: GATE, own: "all", rulesMax: RULES_MAX },
        rules: [{ direction: "out", protocol: "tcp", ports: 443, peer: { prefixList: SERVICES } }],
      },
    ],
  },
});
