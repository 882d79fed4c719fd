/** The secrets of the tunnels' keys, as Secrets Manager has them. */

import type { LabelledVersion } from "../../../shared/certificates/staged-secret.ts";
import type { TunnelSecret } from "../../../shared/keys/pre-shared-ports.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { ModelSecret } from "../../model/pre-shared-world.ts";
import type { SimulatedCalls } from "../calls.ts";
import type { Timeline } from "../timeline.ts";
import { TUNNELS } from "../tunnels.ts";
import type { Weather } from "../weather.ts";
import { looking } from "./tunnel-ends.ts";

export interface TunnelSecretsOptions {
  readonly calls: SimulatedCalls;
  readonly weather: Weather;
  readonly timeline: Timeline;
}

export const newSecrets = (): ReadonlyMap<string, ModelSecret> =>
  new Map(
    TUNNELS.map(({ name }) => [name, { versions: new Map(), labels: new Map(), isDeleted: false }] as const),
  );

export const secretPorts = (
  options: TunnelSecretsOptions,
  secrets: ReadonlyMap<string, ModelSecret>,
): ReadonlyMap<string, TunnelSecret> =>
  new Map([...secrets].map(([name, secret]) => [name, secretPort(options, name, secret)]));

function secretPort(
  { calls, weather, timeline }: TunnelSecretsOptions,
  name: string,
  secret: ModelSecret,
): TunnelSecret {
  const read = () =>
    secret.isDeleted
      ? ("deleted" as const)
      : { current: labelled(secret, "AWSCURRENT"), pending: labelled(secret, "AWSPENDING") };
  return {
    readLabels: () => looking({ calls, weather, timeline }, "tunnel-secret.read", name, read),
    write: (version, value) =>
      calls.perform("tunnel-secret.write", name, () =>
        writeVersion(secret, version, { createdAt: timeline.clock.now(), value: value.unwrap() }),
      ),
    move: (label, from, to) =>
      calls.perform("tunnel-secret.move", name, () => {
        const at = secret.labels.get(label) ?? null;
        if (to !== null && at === to) return "moved";
        if (at !== from) return "elsewhere";
        if (label === "AWSCURRENT" && from !== null) secret.labels.set("AWSPREVIOUS", from);
        if (to === null) secret.labels.delete(label);
        else secret.labels.set(label, to);
        return "moved";
      }),
  };
}

/** Secrets Manager gives the very first version of a secret AWSCURRENT (package d.ts, `PutSecretValue`). */
export function writeVersion(
  secret: ModelSecret,
  version: string,
  stored: { readonly createdAt: Instant; readonly value: string },
): void {
  if (secret.versions.size === 0) secret.labels.set("AWSCURRENT", version);
  secret.versions.set(version, stored);
}

function labelled({ labels, versions }: ModelSecret, label: string): LabelledVersion | null {
  const version = labels.get(label);
  const found = version === undefined ? undefined : versions.get(version);
  if (version === undefined || found === undefined) return null;
  return { version, createdAt: found.createdAt, labels: [label], value: new Secret(found.value) };
}
