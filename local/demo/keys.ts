/** bunny's API keys, and the keys of the tunnels, as a person with access to everything would see them. */
import * as z from "zod";
import { parseApiKey } from "../../shared/keys/api-key-value.ts";
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import { apiKeySecret, nameInStage } from "../../shared/runtime/deployed-names.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import type { Label } from "../relay/log.ts";
import type { Stack } from "../stack/stack.ts";
import { check } from "./chapter.ts";
import { protagonists, relayLines } from "./look.ts";

const Text = z.object({ SecretString: z.string() });

/** What the version with that label says of itself; undefined where none has it. */
export function labelledKey(stack: Stack, name: string, label: Label) {
  return parseApiKey(labelled(contentsOf(stack, secretOf(stack, name)), label))?.facts;
}

export const apiKeyVersions = (stack: Stack, name: string): number =>
  contentsOf(stack, secretOf(stack, name)).versions.size;

function secretOf({ link }: Stack, apiKey: string): string {
  const bunny = apiKeysOf(link).find(({ desired }) => desired.name === apiKey)?.bunny;
  check(bunny !== undefined, `the link has an API key ${apiKey}`);
  return apiKeySecret(bunny, apiKey);
}

type Contents = ReturnType<Stack["aws"]["secretsManager"]["contents"]>;

function contentsOf({ graph, aws }: Stack, thing: string): Contents {
  const name = nameInStage(graph.app, graph.stage, thing);
  const secret = graph.secrets.find((one) => one.name === name);
  check(secret !== undefined, `the deployment has a secret ${name}`);
  return aws.secretsManager.contents(secret.arn);
}

function labelled({ labels, versions }: Contents, label: Label): Secret | null {
  const text = Text.safeParse(versions.get(labels.get(label) ?? "")?.value);
  return text.success ? new Secret(text.data.SecretString) : null;
}

/** The id that the newest version in bunny's vault is tagged with. */
export const keyInVault = (stack: Stack, name: string): string | undefined =>
  protagonists(stack).vault.secrets.get(name)?.versions.at(-1)?.tags?.["warrener-key-id"];

/** By replica, whatever it has said of all that it has loaded so far: whether it was ever this key. */
export function replicasWith(stack: Stack, keyId: string): ReadonlyMap<string, boolean> {
  const loaded = new Map<string, boolean>();
  for (const line of relayLines(stack)) {
    if (line.event !== "relay.loaded") continue;
    const has = line.apiKeyIds?.includes(keyId) === true;
    loaded.set(line.replica, has || loaded.get(line.replica) === true);
  }
  return loaded;
}

/** Whether bunny has come with it. */
export const isUsed = (stack: Stack, keyId: string): boolean =>
  relayLines(stack).some((line) => line.event === "client.accepted" && line.apiKeyId === keyId);

/** What both ends of a tunnel have. */
export function keysAtEnds({ vpn }: Stack, tunnel: string): readonly [string, string] {
  const { aws, azure } = vpn.tunnel(tunnel);
  check(azure !== undefined, `${tunnel} has an end at Azure`);
  return [aws.preSharedKey, azure.preSharedKey];
}

/** How many tunnels carried the traffic at least, from now until `stop`. */
export function watchTunnels({ vpn }: Stack) {
  const up = () => vpn.tunnels().filter(({ upSince }) => upSince !== undefined).length;
  let least = up();
  const stop = vpn.onChange(() => {
    least = Math.min(least, up());
  });
  return { leastUp: () => least, stop };
}
