/** Which bunny a name in relay's log is. */
import type { Link } from "../link/schema.ts";

/** relay logs the name that let a caller in: the common name, or a DNS name, of one of a bunny's certificates. */
export function bunnyOf({ bunnies }: Link): (identity: string) => string | null {
  const names = new Map(
    bunnies.flatMap(({ name, certificates }) =>
      certificates.flatMap(({ identity: { commonName, dnsNames } }) =>
        [commonName, ...dnsNames].map((known): [string, string] => [known, name]),
      ),
    ),
  );
  return (identity) => names.get(identity) ?? null;
}
