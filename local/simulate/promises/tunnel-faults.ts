/** Of promise 8: what is not in order yet of the tunnels and their keys, in words. */
import { parsePreSharedKey } from "../../../shared/keys/pre-shared-key.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { ModelSecret } from "../../model/pre-shared-world.ts";
import { tunnelTurns } from "../tunnel-turns.ts";
import { KEY_POLICY } from "../tunnels.ts";
import type { World } from "../world.ts";

/** `soonSeconds`: what becomes of them by itself within that is not in order either. */
export function tunnelFaults({ tunnels, clock }: World, soonSeconds: number): string[] {
  const { model, secrets, tables } = tunnels;
  const { memory, keyMemory, asked } = tables;
  const now = clock.now();
  const isTurning = tunnelTurns(tunnels, now).some((at) => at < now + soonSeconds);
  return [
    ...model.all.flatMap(({ name, isUp, awsKey, azureKey }) => {
      const stored = storedKey(name, secrets.get(name));
      return [
        ...(isUp ? [] : [`${name} is down`]),
        ...(awsKey === azureKey ? [] : [`the ends of ${name} have different keys`]),
        ...(stored?.key === awsKey ? [] : [`the key of ${name} is not the one that is stored`]),
        ...(stored !== null && stored.dueAt <= now ? [`a new key of ${name} is due`] : []),
      ];
    }),
    ...(keyMemory.attempt === null ? [] : [`a rotation of ${keyMemory.attempt.tunnel} is under way`]),
    ...(memory.work === null ? [] : [`work on ${memory.work.tunnel} is under way`]),
    ...[...asked.keys()].map((name) => `the key of ${name} was not replaced as asked for`),
    ...(isTurning ? ["a tunnel is about to change by itself"] : []),
  ];
}

function storedKey(name: string, secret: ModelSecret | undefined) {
  const version = secret?.versions.get(secret.labels.get("AWSCURRENT") ?? "");
  const parsed = parsePreSharedKey(name, version === undefined ? null : new Secret(version.value));
  if (version === undefined || parsed === null) return null;
  const lifetime = parsed.origin === "adopted" ? 0 : (KEY_POLICY.rotateEverySeconds ?? 0);
  return { key: parsed.key.unwrap(), dueAt: version.createdAt + lifetime };
}
