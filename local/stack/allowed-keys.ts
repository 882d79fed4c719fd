/** Which private keys may be seen where in this world: each bunny's and relay's on their own way, none elsewhere. */
import type { Link } from "../../shared/link/schema.ts";
import type { Graph } from "../graph/schema.ts";
import { secretToRelay, vaultToBunny } from "../tap/allowed-findings.ts";
import type { AllowedFindings } from "../tap/tap.ts";
import { outsideRoles } from "./outside-roles.ts";
import { relaySecret } from "./relay-secret.ts";
import { bunnyIdentity } from "./workloads.ts";

export function allowedKeys(graph: Graph, link: Link): AllowedFindings {
  const rules = [...link.bunnies.map((bunny) => bunnysKeys(graph, bunny)), ...relaysKeys(graph)];
  return (key) => rules.some((rule) => rule(key));
}

function bunnysKeys(graph: Graph, bunny: Link["bunnies"][number]): AllowedFindings {
  const vaults = graph.vaults
    .filter((vault) => vault.bunny === bunny.name)
    .map(({ uri }) => new URL(uri).host);
  const identity = bunnyIdentity(graph, bunny)?.principalId ?? "";
  return vaultToBunny({ vaults, secrets: bunny.certificates.map(({ name }) => name), identity });
}

function relaysKeys(graph: Graph): AllowedFindings[] {
  const secret = relaySecret(graph);
  if (secret === undefined) return [];
  const { relayRoleArn } = outsideRoles(graph);
  return [secretToRelay({ writerRoleArn: secret.writerRoleArn, relayRoleArn })];
}
