/** Groups and rules in the form of REST, as recorded answers show them. */
import { guid } from "../../../graph/identifiers.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import type { NamedRule } from "./rule-body.ts";
import type { Nsg } from "./world.ts";
import type { ProvisioningState, StoredRule } from "./write.ts";

type Json = Readonly<Record<string, unknown>>;

export function nsgJson(group: Nsg): Json {
  return {
    name: group.id.split("/").at(-1),
    id: group.id,
    etag: group.etag,
    type: "Microsoft.Network/networkSecurityGroups",
    location: group.location,
    ...(group.tags === undefined ? {} : { tags: group.tags }),
    properties: {
      provisioningState: group.state,
      resourceGuid: guid(group.id.toLowerCase()),
      securityRules: group.rules.map((rule) => ruleJson(group, rule)),
      defaultSecurityRules: DEFAULT_RULES.map((rule) =>
        json(group, "defaultSecurityRules", rule, group.state),
      ),
    },
  };
}

/** It has no etag of its own: it shows its group's. */
export const ruleJson = (group: Nsg, rule: StoredRule): Json =>
  json(group, "securityRules", rule, rule.state);

const json = (group: Nsg, kind: string, { name, properties }: NamedRule, state: ProvisioningState): Json => ({
  name,
  id: `${group.id}/${kind}/${name}`,
  etag: group.etag,
  type: `Microsoft.Network/networkSecurityGroups/${kind}`,
  properties: { provisioningState: state, ...properties },
});
