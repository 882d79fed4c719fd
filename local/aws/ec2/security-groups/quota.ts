/**
 * How many rules a group may have: for each direction, and there for IPv4 and IPv6 apart. A group counts in both, and
 * a prefix list with the most entries that it may have.
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
 */
import { tooManyRules } from "./refusals.ts";
import type { Direction, Source } from "./rule.ts";

export const rulesMaxDefault = 60;

interface Counted {
  readonly direction: Direction;
  readonly value: { readonly source: Source };
}

/** Throws `Refusal`. `weightOf`: of a prefix list. */
export function checkQuota(
  rules: readonly Counted[],
  rulesMax: number,
  weightOf: (prefixListId: string) => number,
): void {
  const counts = new Map<string, number>();
  for (const { direction, value } of rules) {
    for (const family of familiesOf(value.source)) {
      const name = `${direction} ${family}`;
      const weight = value.source.kind === "prefix-list" ? weightOf(value.source.prefixListId) : 1;
      counts.set(name, (counts.get(name) ?? 0) + weight);
    }
  }
  if ([...counts.values()].some((count) => count > rulesMax)) throw tooManyRules();
}

const familiesOf = ({ kind }: Source): readonly string[] =>
  kind === "ipv4" || kind === "ipv6" ? [kind] : ["ipv4", "ipv6"];
