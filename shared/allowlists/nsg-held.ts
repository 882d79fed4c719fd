/** Which rules of the last applied link stay open in an NSG until somebody accepts their end. */
import { wishDigest } from "./consent.ts";
import { boxOf } from "./nsg-box.ts";
import type { Lane } from "./nsg-lane.ts";
import type { AzureGroup, Consent, Rule } from "./schema.ts";

/** All that this link would close of what the last one wanted, when that is more than `shrinkMax`. */
export function heldNsgRules(desired: AzureGroup, consent: Consent, lanes: readonly Lane[]): Rule[] {
  if (consent.lastApplied === null || consent.accepted === wishDigest(desired)) return [];
  const shrinking = consent.lastApplied.filter((rule) => {
    const lane = lanes.find(({ direction }) => direction === rule.direction);
    const box = boxOf(rule);
    if (lane === undefined || box === null) return false;
    return lane.mayClose(lane.wishes.unwantedOf(box), desired.own === "all");
  });
  return shrinking.length > consent.shrinkMax ? shrinking : [];
}
