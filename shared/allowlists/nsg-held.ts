/** Which rules of the last applied link stay open in an NSG until somebody accepts their end. */
import { isAccepted } from "./consent.ts";
import { boxOf, leftOf } from "./nsg-box.ts";
import type { Lane } from "./nsg-lane.ts";
import type { AzureGroup, Consent, Exception, Rule } from "./schema.ts";

/**
 * All that this link would close of what the last one wanted, when that is more than `shrinkMax`. What it wanted for a
 * time that is over (`over`) says itself when it ends.
 */
export function heldNsgRules(
  desired: AzureGroup,
  consent: Consent,
  lanes: readonly Lane[],
  over: readonly Exception[],
): Rule[] {
  if (consent.lastApplied === null || isAccepted(desired, consent)) return [];
  const shrinking = consent.lastApplied.filter((rule) => {
    const lane = lanes.find(({ direction }) => direction === rule.direction);
    const box = boxOf(rule);
    if (lane === undefined || box === null) return false;
    const ended = over.filter(({ rule: { direction } }) => direction === rule.direction);
    const unwanted = lane.wishes.unwantedOf(box);
    const closing =
      leftOf(
        unwanted,
        ended.flatMap((one) => boxOf(one.rule) ?? []),
      ) ?? unwanted;
    return lane.mayClose(closing, desired.own === "all");
  });
  return shrinking.length > consent.shrinkMax ? shrinking : [];
}
