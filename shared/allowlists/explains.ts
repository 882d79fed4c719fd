/**
 * Whether a change that was heard of has made a difference: surely, perhaps, or not. Pure, and one for what is found
 * together with its event as well as for an event that comes later. A wrong name is worse than none.
 */
import { type GroupReport, TOLD_MAX, type ToldDrift } from "./group-report.ts";
import type { Direction } from "./schema.ts";

/** What somebody did to a group. */
export type Effect = "added" | "removed";

export interface Made {
  /** As it is told: `in tcp 22 0.0.0.0/0`. */
  readonly rule: string;
  /** A rule's id on AWS, its name on Azure. */
  readonly id?: string | undefined;
  readonly effect: Effect;
}

type Said = Pick<GroupReport["seen"][number], "call" | "added" | "removed" | "touched" | "isComplete">;

/** `named`: the event says so. `likely`: it does not say what was changed, and may have been this. */
export function explains(seen: Said, made: Made): "named" | "likely" | null {
  const { touched, isComplete } = seen;
  const { rule, id, effect } = made;
  if (seen[effect].some((text) => isSameRule(text, rule))) return "named";
  if (!mayHave(seen.call, made)) return null;
  if (id !== undefined && touched.some((one) => one.toLowerCase() === id.toLowerCase())) return "named";
  const isAnother = id !== undefined && touched.length > 0 && touched.length < TOLD_MAX;
  return isComplete || isAnother ? null : "likely";
}

/** Whoever is to be named for what was put right has done this; of what the link itself changed it says nothing. */
export const effectOf = (reason: ToldDrift["reason"]): Effect =>
  reason === "missing" || reason === "open-by-default" ? "removed" : "added";

/** Where an event does not say the direction, it may be the rule's. */
const isSameRule = (text: string, rule: string): boolean =>
  text === rule || text === rule.slice(rule.indexOf(" ") + 1);

interface Power {
  readonly call: RegExp;
  readonly effects: readonly Effect[];
}

/** Any other call may have done anything. */
const POWERS: readonly Power[] = [
  { call: /^UpdateSecurityGroupRuleDescriptions/, effects: [] },
  { call: /^AuthorizeSecurityGroup/, effects: ["added"] },
  { call: /^(RevokeSecurityGroup|DeleteSecurityGroup)/, effects: ["removed"] },
  { call: /\/networkSecurityGroups\/(securityRules\/)?delete$/i, effects: ["removed"] },
];
const DIRECTIONS: readonly { readonly call: RegExp; readonly direction: Direction }[] = [
  { call: /^[A-Z]\w+Ingress$/, direction: "in" },
  { call: /^[A-Z]\w+Egress$/, direction: "out" },
];

function mayHave(call: string, { rule, effect }: Made): boolean {
  const power = POWERS.find((one) => one.call.test(call));
  const side = DIRECTIONS.find((one) => one.call.test(call));
  const isThatWay = side === undefined || rule.startsWith(`${side.direction} `);
  return isThatWay && (power === undefined || power.effects.includes(effect));
}
