/** Reads which key each end of each tunnel has, and how both ends are. What could not be read says so; it is never "none". */
import { CloudError } from "../runtime/errors.ts";
import type { Secret } from "../runtime/secret.ts";
import type { CannotTell, DesiredTunnel, ObservedTunnel } from "../tunnels/schema.ts";
import { makeSalt } from "./pre-shared-fingerprint.ts";
import type { AwsKeys, AzureKeys, TunnelSecret } from "./pre-shared-ports.ts";
import type { ObservedKey } from "./pre-shared-schema.ts";
import { type KeyMaterial, seenKeyOf } from "./pre-shared-seen.ts";

export interface KeysObserver {
  readonly desired: readonly DesiredTunnel[];
  /** By tunnel. */
  readonly secrets: ReadonlyMap<string, TunnelSecret>;
  readonly aws: AwsKeys;
  readonly azure: AzureKeys;
  /** Both ends of every tunnel, as the tunnels concern observes them. */
  readonly observeTunnels: () => Promise<readonly ObservedTunnel[]>;
  /** So many bytes that nobody can foresee. */
  readonly random: (bytes: number) => Uint8Array;
}

export interface SeenKeys {
  readonly keys: readonly ObservedKey[];
  readonly tunnels: readonly ObservedTunnel[];
  /** By tunnel. */
  readonly material: ReadonlyMap<string, KeyMaterial>;
  readonly salt: Secret;
}

/** Which tunnels are up is asked last: as little time as can be passes between that word and a step. */
export async function observePreSharedKeys(observer: KeysObserver): Promise<SeenKeys> {
  const { desired, secrets, aws, azure, random } = observer;
  const salt = makeSalt(random);
  const names = desired.map(({ name }) => name);
  const [labels, awsKeys, azureKeys] = await Promise.all([
    Promise.all(names.map((name) => readLabels(secrets.get(name)))),
    orCannotTell(() => aws.read(desired)),
    orCannotTell(() => azure.read(names, salt)),
  ]);
  const tunnels = await observer.observeTunnels();
  const seen = names.map((name, index) =>
    seenKeyOf(name, salt, {
      labels: labels[index] ?? NOT_ANSWERED,
      aws: answerOf(awsKeys, name),
      azure: answerOf(azureKeys, name),
    }),
  );
  return {
    keys: seen.map(({ key }) => key),
    tunnels,
    material: new Map(seen.map(({ key, material }) => [key.name, material])),
    salt,
  };
}

const NOT_ANSWERED: CannotTell = { unknown: "not-answered" };

/** A tunnel that the answer passes over is not one without a key. */
function answerOf<T>(answers: ReadonlyMap<string, T> | CannotTell, name: string): T | CannotTell {
  if ("unknown" in answers) return answers;
  const answer = answers.get(name);
  return answer === undefined ? NOT_ANSWERED : answer;
}

const readLabels = (secret: TunnelSecret | undefined) =>
  orCannotTell(async () => (secret === undefined ? { unknown: "no-secret" } : await secret.readLabels()));

async function orCannotTell<T>(ask: () => Promise<T>): Promise<T | CannotTell> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CloudError) return { unknown: error.code };
    throw error;
  }
}
