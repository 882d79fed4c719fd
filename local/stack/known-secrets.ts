/**
 * The secrets of this world whose values must be seen nowhere but on their way: API keys in each label and in the
 * vaults, pre-shared keys at both ends and stored, and the token of Slack's app.
 */
import * as z from "zod";
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import { apiKeySecret, nameInStage, tunnelSecretName } from "../../shared/runtime/deployed-names.ts";
import type { Graph } from "../graph/schema.ts";
import type { KnownSecret } from "../tap/known-secrets.ts";
import type { VpnWorld } from "../vpn/world.ts";
import type { LocalAws } from "./aws.ts";
import type { LocalAzure } from "./azure.ts";
import type { StackSlack } from "./slack.ts";

export interface SecretWorld {
  readonly graph: Graph;
  readonly link: Link;
  readonly aws: Pick<LocalAws, "secretsManager">;
  readonly azure: Pick<LocalAzure, "keyVaults">;
  readonly vpn: VpnWorld;
  readonly slack: StackSlack | undefined;
}

/** As they are now; those of versions without a label are among them. */
export function knownSecrets(world: SecretWorld): KnownSecret[] {
  return [...apiKeys(world), ...preSharedKeys(world), ...slackToken(world)];
}

function apiKeys(world: SecretWorld): KnownSecret[] {
  const { graph, link, azure } = world;
  return apiKeysOf(link).flatMap(({ bunny, desired: { name } }) => {
    const vaults = graph.vaults.filter((vault) => vault.bunny === bunny);
    const versions = vaults.flatMap(
      (vault) => azure.keyVaults.vault(vault.name).secrets.get(name)?.versions ?? [],
    );
    const values = [...stored(world, apiKeySecret(bunny, name)), ...versions.map(({ value }) => value)];
    return values.map((value): KnownSecret => ({ kind: "api-key", name, value }));
  });
}

function preSharedKeys(world: SecretWorld): KnownSecret[] {
  return world.vpn.tunnels().flatMap(({ name, aws, azure }) => {
    const ends = azure === undefined ? [aws.preSharedKey] : [aws.preSharedKey, azure.preSharedKey];
    const values = [...ends, ...stored(world, tunnelSecretName(name))];
    return values.map((value): KnownSecret => ({ kind: "pre-shared-key", name, value }));
  });
}

const slackToken = ({ slack }: SecretWorld): KnownSecret[] =>
  slack === undefined ? [] : [{ kind: "slack-token", name: slack.app.name, value: slack.app.token }];

const Value = z.object({ key: z.string() });

/** The keys in all versions of a secret of the deployment; what somebody else put there is not looked for. */
function stored({ graph: { app, stage, secrets }, aws }: SecretWorld, thing: string): string[] {
  const declared = secrets.find(({ name }) => name === nameInStage(app, stage, thing));
  if (declared === undefined) return [];
  return [...aws.secretsManager.contents(declared.arn).versions.values()].flatMap(({ value }) => {
    const parsed = Value.safeParse("SecretString" in value ? parseJson(value.SecretString) : undefined);
    return parsed.success ? [parsed.data.key] : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
