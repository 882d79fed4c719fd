/** What a name means that a person writes. */
import { linkCertificates } from "../../shared/certificates/desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { groupsOf } from "./read-groups.ts";
import { keysOf } from "./read-keys.ts";

export interface Named {
  readonly certificates: boolean;
  readonly groups: boolean;
  readonly keys: boolean;
}

/** Everything where no name is said; both where, say, a certificate and a group have the same. Throws `ConfigError`. */
export function readName(link: Link, name: string | undefined): Named {
  if (name === undefined) return { certificates: true, groups: true, keys: true };
  const certificates = linkCertificates(link).map((one) => one.name);
  const groups = groupsOf(link).map((one) => one.name);
  const keys = keysOf(link).map((one) => one.name);
  const named = {
    certificates: certificates.includes(name),
    groups: groups.includes(name),
    keys: keys.includes(name),
  };
  if (named.certificates || named.groups || named.keys) return named;
  const kinds = [
    "certificate",
    ...(groups.length === 0 ? [] : ["group"]),
    ...(keys.length === 0 ? [] : ["key"]),
  ].join(" and no ");
  throw new ConfigError(
    `the link has no ${kinds} ${name}: it has ${[...certificates, ...groups, ...keys].toSorted().join(", ")}`,
  );
}
