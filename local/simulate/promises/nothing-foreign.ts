/** 7. Nothing outside the link's own resources is ever touched. */
import { NSG_ID } from "../groups.ts";
import { RELAY_GROUP } from "../groups-input.ts";
import { API_KEY, CERTIFICATE } from "../link.ts";
import type { ProductPromise } from "./promise.ts";

/** Calls that change something in a cloud, whose target is a name of the link's. */
const CHANGES =
  /^(vault\.(create-request|drop-request|merge)|secret\.(write|move)|hand\.(key-set|request|drop-request|merge))$/;
const OWN: readonly string[] = [CERTIFICATE.name, API_KEY.desired.name];
/** Those whose target begins with the id of a group. */
const RULE_CHANGES = /^(groups\.(open|rewrite|close)|nsg\.(put|remove))$/;
const OWN_GROUPS: readonly string[] = [RELAY_GROUP, NSG_ID];

export const nothingForeign: ProductPromise = {
  name: "7: nothing outside the link's own resources is ever touched",
  watch: ({ vault, authority }) => ({
    after: ({ name, target }) => {
      if (CHANGES.test(name) && !OWN.includes(target)) return `${name} changes ${target}`;
      if (RULE_CHANGES.test(name) && !OWN_GROUPS.includes(target.split(" ", 1).join()))
        return `${name} changes ${target}`;
      if ([...vault.entries.keys()].some((entry) => !OWN.includes(entry)))
        return "the vault has a certificate that the link does not name";
      return authority.revoked.size > 0 ? "a certificate was revoked that nobody wanted revoked" : null;
    },
  }),
};
