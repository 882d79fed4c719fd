/**
 * Which secrets may be seen where in this world: each bunny's and relay's private key, API keys, pre-shared keys and
 * Slack's token on their own way, none elsewhere.
 */
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import type { Graph } from "../graph/schema.ts";
import { secretToRelay, vaultToBunny } from "../tap/allowed-findings.ts";
import { apiKeyOnItsWay, preSharedKeyOnItsWay, slackTokenOnItsWay } from "../tap/allowed-secrets.ts";
import type { AllowedFindings, SeenSecret } from "../tap/tap.ts";
import { bunnyIdentity } from "./bunny.ts";
import { outsideRoles } from "./outside-roles.ts";
import { relaySecret } from "./relay-secret.ts";

export function allowedKeys(graph: Graph, link: Link): AllowedFindings {
  const privateKeys = [...link.bunnies.map((bunny) => bunnysKeys(graph, bunny)), ...relaysKeys(graph)];
  const others = [...apiKeys(graph, link), ...preSharedKeys(graph), ...slackToken(graph)];
  return (secret) => (isPrivateKey(secret) ? privateKeys : others).some((rule) => rule(secret));
}

const isPrivateKey = ({ name }: SeenSecret): boolean => name === undefined;

const vaultsOf = (graph: Graph, bunny: string): string[] =>
  graph.vaults.filter((vault) => vault.bunny === bunny).map(({ uri }) => new URL(uri).host);

function bunnysKeys(graph: Graph, bunny: Link["bunnies"][number]): AllowedFindings {
  const identity = bunnyIdentity(graph, bunny)?.principalId ?? "";
  const secrets = bunny.certificates.map(({ name }) => name);
  return vaultToBunny({ vaults: vaultsOf(graph, bunny.name), secrets, identity });
}

function relaysKeys(graph: Graph): AllowedFindings[] {
  const secret = relaySecret(graph);
  if (secret === undefined) return [];
  const { relayRoleArn } = outsideRoles(graph);
  return [secretToRelay({ writerRoleArn: secret.writerRoleArn, relayRoleArn })];
}

const roleOf = ({ functions }: Graph, logicalName: string): string | undefined =>
  functions.find((one) => one.logicalName === logicalName)?.role.arn;

const handOf = ({ functionApp: { hostName, principalId } }: Graph) => ({ host: hostName, principalId });

function apiKeys(graph: Graph, link: Link): AllowedFindings[] {
  const keeperRoleArn = roleOf(graph, "RotateApiKeys");
  if (keeperRoleArn === undefined) return [];
  const { relayRoleArn } = outsideRoles(graph);
  return apiKeysOf(link).flatMap(({ bunny: bunnyName, desired: { name, identity } }) => {
    const bunny = link.bunnies.find((one) => one.name === bunnyName);
    const bunnyPrincipalId = bunny && bunnyIdentity(graph, bunny)?.principalId;
    const [vault] = vaultsOf(graph, bunnyName);
    if (bunnyPrincipalId === undefined || vault === undefined) return [];
    const way = { name, keeperRoleArn, relayRoleArn, hand: handOf(graph) };
    return [apiKeyOnItsWay({ ...way, vault, bunnyPrincipalId, bunnyNames: [identity] })];
  });
}

function preSharedKeys(graph: Graph): AllowedFindings[] {
  const watcher = graph.functions.find(({ logicalName }) => logicalName === "WatchTunnels");
  if (watcher === undefined) return [];
  const { arn, name, role } = watcher;
  const keeperRoleArn = roleOf(graph, "RotatePreSharedKeys") ?? role.arn;
  return [
    preSharedKeyOnItsWay({ keeperRoleArn, watcher: { arn, name, roleArn: role.arn }, hand: handOf(graph) }),
  ];
}

function slackToken(graph: Graph): AllowedFindings[] {
  const readerRoleArn = roleOf(graph, "TellIncidents");
  const { installerRoleArn: writerRoleArn } = outsideRoles(graph);
  return readerRoleArn === undefined ? [] : [slackTokenOnItsWay({ writerRoleArn, readerRoleArn })];
}
