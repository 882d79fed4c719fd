/**
 * The files by which a person sets a tunnel's pre-shared key, made offline: a key that both clouds take, or the one
 * that is stored. It goes from file to file, and never to the terminal, a command's arguments or a shell's history.
 */
import { makePreSharedKey, parsePreSharedKey } from "../../../shared/keys/pre-shared-key.ts";
import { ConfigError } from "../../../shared/runtime/errors.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { Done } from "./done.ts";
import type { PrivateFiles } from "./private-files.ts";

export const TUNNEL_ACTS = ["make-key", "use-stored"] as const;
export type TunnelAct = (typeof TUNNEL_ACTS)[number];

/** `random` gives so many bytes that nobody can foresee. Throws `ConfigError` with what to do. */
export async function actOnTunnel(
  act: TunnelAct,
  tunnel: string,
  files: PrivateFiles,
  random: (bytes: number) => Uint8Array,
): Promise<Done> {
  await refuseAnother(files);
  switch (act) {
    case "make-key":
      return await writeKey("A new key of 263 random bits", makePreSharedKey(random), files);
    case "use-stored":
      return await writeKey("The stored key", await readStored(tunnel, files), files);
  }
}

/** One end may have it already: with a second one, nobody would know which. */
async function refuseAnother(files: PrivateFiles): Promise<void> {
  if ((await files.read("key")) === null) return;
  throw new ConfigError(
    `${files.nameOf("key")} is there already: go on with it, or begin anew by removing the folder, if neither end was given it`,
  );
}

async function readStored(tunnel: string, files: PrivateFiles): Promise<Secret> {
  const text = await files.read("stored.json");
  const stored = parsePreSharedKey(tunnel, text === null ? null : new Secret(text.trim()));
  if (stored !== null) return stored.key;
  throw new ConfigError(
    `${files.nameOf("stored.json")} is missing, or holds no key for ${tunnel} that both clouds take: fetch it again, or make a new key with make-key`,
  );
}

async function writeKey(what: string, made: Secret, files: PrivateFiles): Promise<Done> {
  const key = made.unwrap();
  await files.write("azure.json", JSON.stringify({ value: key }));
  await files.write("aws.json", JSON.stringify({ PreSharedKey: key }));
  // Last: whoever finds it finds the others.
  await files.write("key", `${key}\n`);
  const names = ["azure.json", "aws.json", "key"].map((name) => files.nameOf(name));
  const lines = [`${what} is in ${names.join(", ")}, for you alone to read. Remove them once it is set.`];
  return { lines, json: { files: names } };
}
