/** Why one group of rules is as it is, and what happens next, in sentences. */

import { whyWords } from "../../shared/allowlists/reason-words.ts";
import { ruleKey } from "../../shared/allowlists/rule-key.ts";
import type { AllowlistGroup, Exception } from "../../shared/allowlists/schema.ts";
import type { ChangeRecord } from "../../shared/journal/change.ts";
import { type Line, toLines } from "./line.ts";
import { saySituation } from "./say-group.ts";
import { sayChange } from "./say-history.ts";
import type { GroupStanding } from "./stand-group.ts";
import { type Moment, sayInstant, sayInstantAndDistance, toInstant } from "./times.ts";

const SINCE_MAX = 10;

/** `history`: of this group, the newest first. */
export function sayGroupExplained(
  one: GroupStanding,
  history: readonly ChangeRecord[],
  moment: Moment,
): Line[] {
  const { group, report } = one;
  return toLines([
    sayWhat(group),
    ...(group.rules.length === 0 ? ["The link wants nothing open in it."] : ["The link wants open in it:"]),
    ...group.rules.map(
      (rule) => `    ${ruleKey(rule)}${rule.description === "" ? "" : `, ${rule.description}`}`,
    ),
    ...group.exceptions.map((exception) => sayException(exception, moment)),
    ...(report?.drift ?? []).map((drift) => `It differs: ${drift.rule}, ${whyWords(drift.reason)}.`),
    ...history.slice(0, SINCE_MAX).toReversed().map(sayThen(moment)),
    ...saySituation(one, moment).flatMap(({ sentence, details }) => [
      `Now: ${sentence}`,
      ...details.map((detail) => `    ${detail}`),
    ]),
  ]);
}

function sayWhat({ name, cloud, group, own, mode, directions }: AllowlistGroup): string {
  const what =
    cloud === "aws"
      ? `the security group ${group}`
      : `the network security group ${group.nsg} in ${group.resourceGroup}`;
  const whose = own === "all" ? "Every rule" : "Each rule with Warrener's mark, and no other,";
  const ways = directions.map((direction) => (direction === "in" ? "into it" : "out of it")).join(" and ");
  const kept =
    mode === "report" ? "is told when it differs from the link, and not touched" : "is kept as the link says";
  return `${name}: ${what}. ${whose} ${ways} ${kept}.`;
}

function sayException({ rule, author, reason, from, until }: Exception, moment: Moment): string {
  const { now } = moment;
  if (until <= now)
    return `An exception of ${author} (${reason}) was over ${sayInstantAndDistance(until, moment)}: ${ruleKey(rule)}. Take it out of the link: the next deployment refuses it.`;
  const since = from !== undefined && from > now ? `from ${sayInstantAndDistance(from, moment)} ` : "";
  return `Also, ${since}until ${sayInstantAndDistance(until, moment)}, for ${author} (${reason}): ${ruleKey(rule)}.`;
}

const sayThen =
  (moment: Moment) =>
  (change: ChangeRecord): string => {
    const who = change.after?.["who"];
    const against = who === undefined ? "" : `, after a change by ${who}`;
    return `At ${sayInstant(toInstant(change.at), moment)}: ${sayChange(change)}${against}, by ${change.actor}.`;
  };
