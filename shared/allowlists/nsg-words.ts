/** The rules and changes of an NSG in the words of a report. */
import { cut } from "../alerts/condition.ts";
import type { ToldChange, ToldFailure } from "./group-report.ts";
import type { NsgPlan } from "./nsg-plan.ts";
import type { NsgTrouble } from "./nsg-plan-steps.ts";
import type { NsgEnd, NsgRule } from "./nsg-rule.ts";
import type { NsgFailure, NsgWrite } from "./nsg-run.ts";
import { type ReportDraft, toldRule } from "./report-draft.ts";
import { ruleKey } from "./rule-key.ts";
import type { Direction } from "./schema.ts";

const RULE_MAX = 300;
const ID_MAX = 128;

/** As a rule of the link has it. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ["*", "all"],
  ["esp", "50"],
  ["ah", "51"],
]);

/** Of a rule that the link could have, the same text as the link's: `in tcp 443 10.10.1.0/24`. */
export function nsgRuleText(rule: NsgRule): string {
  const [far, near] =
    rule.direction === "in" ? [rule.source, rule.destination] : [rule.destination, rule.source];
  const ports = rule.destination.ports.join();
  const words = [
    rule.direction,
    PROTOCOLS.get(rule.protocol) ?? rule.protocol,
    ...(ports === "*" ? [] : [ports]),
    peersText(far),
    ...(isWhole(near) ? [] : [`for ${peersText(near)}`]),
    ...(rule.source.ports.join() === "*" ? [] : [`from ports ${rule.source.ports.join()}`]),
  ];
  return cut(words.join(" "), RULE_MAX);
}

/** Azure takes a tag in any case. */
const peersText = ({ prefixes, groups }: NsgEnd): string =>
  [...prefixes, ...groups.map((id) => id.split("/").at(-1) ?? id)].join().toLowerCase();
const isWhole = ({ prefixes }: NsgEnd): boolean => prefixes.includes("*");

/** What a direction lets pass that nothing of ours ends. */
export const everythingOf = (direction: Direction): string => `${direction} all *`;

/** A Deny is told by what it does: one that goes opens, one that comes closes. */
export function toldNsgChange({ change, before }: NsgWrite): ToldChange {
  const { kind, name, reason } = change;
  const id = cut(name, ID_MAX);
  if (kind === "put") {
    const isAllow = change.rule.access === "allow";
    const as = before === null ? (isAllow ? "open" : "close") : "rewrite";
    return { kind: as, rule: nsgRuleText(change.rule), id, reason };
  }
  // It was there when this was planned.
  const rule = before === null ? id : nsgRuleText(before);
  return { kind: before?.access === "deny" ? "open" : "close", rule, id, reason };
}

export const toldNsgFailure = ({ change, before, code, isLasting }: NsgFailure): ToldFailure => ({
  change: toldNsgChange({ change, before }),
  code,
  isLasting,
});

export function toldNsgTroubles({ refused, troubles }: NsgPlan): ReportDraft["troubles"] {
  if (refused?.reason === "no-such-group") return [{ kind: "no-such-group", rules: [] }];
  if (refused !== null) return [{ kind: "not-expressible", rules: refused.rules.map(toldRule) }];
  return troubles.map((trouble) => ({ kind: trouble.kind, rules: troubleTexts(trouble) }));
}

function troubleTexts(trouble: NsgTrouble): string[] {
  switch (trouble.kind) {
    case "blocked":
      return [cut(`${ruleKey(trouble.rule)} by ${trouble.by}`, RULE_MAX)];
    case "group-full":
      return trouble.rule === null ? [] : [toldRule(trouble.rule)];
    case "cannot-close":
      return [cut(`${trouble.name}, which ${trouble.needs.map(ruleKey).join(" and ")} need`, RULE_MAX)];
  }
}
