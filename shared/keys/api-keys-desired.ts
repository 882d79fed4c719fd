/** The API keys of a link, each with the bunny whose vault has it. */
import { identityOf, keyNames, type LinkApiKey } from "../link/api-keys.ts";
import type { Link, LinkBunny } from "../link/schema.ts";
import { InvariantError } from "../runtime/errors.ts";
import type { DesiredApiKey } from "./api-key-schema.ts";

export interface BunnysKey {
  readonly bunny: string;
  readonly desired: DesiredApiKey;
}

/** In the order of the link. */
export const apiKeysOf = ({ bunnies }: Pick<Link, "bunnies">): BunnysKey[] =>
  bunnies.flatMap((bunny) =>
    bunny.apiKeys.map((key) => ({ bunny: bunny.name, desired: desiredOf(bunny, key) })),
  );

/** One that no certificate bears is refused at load (link/api-keys.ts). */
function desiredOf({ name, certificates }: LinkBunny, key: LinkApiKey): DesiredApiKey {
  const identity = identityOf(certificates, key);
  if (identity === undefined) throw new InvariantError(`the link lets ${name} have a key of no identity`);
  return { ...key, identity, ...keyNames(certificates, identity) };
}
