/** What the functions that renew certificates need of the link's CAs: one, or as many as its trust has. */
import { togetherAs } from "../certificates/authorities.ts";
import type { Authority } from "../certificates/authority.ts";
import type { Issuers } from "../certificates/issuers.ts";
import type { Link } from "../link/schema.ts";
import { ConfigError } from "../runtime/errors.ts";
import { trustIssuers } from "./issuers.ts";
import { type CaEnvironment, deployedCas, desiredTrust } from "./linked.ts";

/** Without a pin where the link publishes no trust: then nothing has to be told apart. */
export type RenewingEnvironment = Omit<CaEnvironment, "PINNED_CA"> & {
  readonly PINNED_CA?: string | undefined;
};

export interface RenewingCas {
  readonly authority: Authority;
  readonly issuers?: Issuers;
}

/** `mergesItself`: the function's own pins are those by which is merged. Throws `ConfigError`. */
export function renewingCas(
  link: Link,
  environment: RenewingEnvironment,
  authorityOf: (arn: string) => Authority,
  { mergesItself }: { readonly mergesItself: boolean },
): RenewingCas {
  const { PINNED_CA } = environment;
  const issuing = authorityOf(environment.CA_ARN);
  if (link.trust === undefined) return { authority: issuing };
  if (PINNED_CA === undefined) throw new ConfigError("PINNED_CA is missing: deploy again");
  const cas = deployedCas(link, { ...environment, PINNED_CA });
  const authorities = new Map(cas.map(({ arn }) => [arn, arn === issuing.arn ? issuing : authorityOf(arn)]));
  const others = [...authorities.values()].filter(({ arn }) => arn !== issuing.arn);
  return {
    authority: togetherAs(issuing, others),
    issuers: trustIssuers({
      desired: desiredTrust(link, link.trust, cas),
      cas,
      authorityOf: ({ arn }) => authorities.get(arn) ?? authorityOf(arn),
      ownPins: mergesItself ? cas.map(({ facts }) => facts.id) : null,
    }),
  };
}
