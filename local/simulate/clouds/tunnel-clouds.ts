/** The tunnels of a life: as they are, as both clouds tell of them, and what is kept of them. */
import { writePreSharedKey } from "../../../shared/keys/pre-shared-key.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import { TunnelModel } from "../tunnel-model.ts";
import { KEY_POLICY } from "../tunnels.ts";
import { awsEnds, awsKeys, type TunnelEndsOptions } from "./tunnel-ends.ts";
import { type TunnelHandOptions, tunnelHand } from "./tunnel-hand.ts";
import { newSecrets, secretPorts, writeVersion } from "./tunnel-secrets.ts";
import { type TunnelTablesOptions, tunnelTables } from "./tunnel-tables.ts";

export type TunnelClouds = ReturnType<typeof tunnelClouds>;

type Options = Omit<TunnelHandOptions, keyof Pick<TunnelEndsOptions, "model">> & TunnelTablesOptions;

export function tunnelClouds(given: Options) {
  const { draw, timeline } = given;
  const model = new TunnelModel(draw.fork("model"), timeline.clock.now);
  const options = { ...given, model };
  const secrets = newSecrets();
  const clouds = {
    model,
    secrets,
    secretPorts: secretPorts(options, secrets),
    aws: awsEnds(options),
    awsKeys: awsKeys(options),
    hand: tunnelHand(options),
    tables: tunnelTables(options),
    /** Where the bytes of new keys come from. */
    source: draw.fork("keys"),
  };
  // Mostly the link has been there for a while: keys that are found are rotated at once.
  if (!draw.chance(0.15)) storeKeys(clouds, timeline.clock.now(), draw.next());
  return clouds;
}

/** Made by us, and of some age, each of another one. */
function storeKeys(
  { model, secrets }: Pick<TunnelClouds, "model" | "secrets">,
  now: Instant,
  age: number,
): void {
  const lifetime = KEY_POLICY.rotateEverySeconds ?? 0;
  for (const [index, { name, awsKey }] of model.all.entries()) {
    const createdAt = now - Math.floor(lifetime * ((age + index / 3) % 1));
    const value = writePreSharedKey({ tunnel: name, origin: "made", key: new Secret(awsKey) }).unwrap();
    const secret = secrets.get(name);
    if (secret !== undefined) writeVersion(secret, `first-${name}`, { createdAt, value });
  }
}
