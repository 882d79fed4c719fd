/** The identity of a rule, as text: two rules with one key let the same pass, whatever their descriptions. */
import { compareText } from "../runtime/compare-text.ts";
import { EVERY, icmpOf, isIcmp } from "./protocol.ts";
import type { Peer, Rule } from "./schema.ts";

/** Also what a person reads of a rule: "in tcp 443 10.10.1.0/24". */
export const ruleKey = (rule: Rule): string =>
  `${rule.direction} ${rule.protocol}${portsText(rule)} ${peerKey(rule.peer)}`;

export function peerKey(peer: Peer): string {
  switch (peer.kind) {
    case "cidr":
      return peer.cidr;
    case "prefix-list":
    case "security-group":
      return peer.id;
    case "service-tag":
      // Azure takes a tag in any case.
      return peer.tag.toLowerCase();
  }
}

function portsText({ protocol, ports }: Rule): string {
  if (ports === null) return "";
  if (isIcmp(protocol)) {
    const { type, code } = icmpOf(ports);
    return code === EVERY ? ` type ${type}` : ` type ${type} code ${code}`;
  }
  return ports.from === ports.to ? ` ${ports.from}` : ` ${ports.from}-${ports.to}`;
}

/** Rules of one key, which only their descriptions tell apart, have an order too: whatever is made of them is the same. */
export const byKey = (one: Rule, other: Rule): number =>
  compareText(ruleKey(one), ruleKey(other)) || compareText(one.description, other.description);

/** Each rule once, in the order of their keys; of those with one key the first by its description. */
export function distinctRules(rules: Iterable<Rule>): Rule[] {
  const found = new Map<string, Rule>();
  for (const rule of rules) {
    const key = ruleKey(rule);
    const earlier = found.get(key);
    if (earlier === undefined || rule.description < earlier.description) found.set(key, rule);
  }
  return [...found.entries()].sort(([one], [other]) => compareText(one, other)).map(([, rule]) => rule);
}
