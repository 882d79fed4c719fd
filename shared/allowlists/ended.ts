/** Exceptions that were closed at their end: told once, for a minute. Pure. */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";
import { type GroupReport, RuleText, ToldException } from "./group-report.ts";
import { TOGETHER_SECONDS } from "./together.ts";

export const Ended = z.object({
  group: z.string(),
  /** Of the exception; the same whenever the same one is told again. */
  digest: z.string().regex(/^[0-9a-f]{16}$/),
  rule: RuleText,
  exception: ToldException,
  /** When it was closed. */
  at: z.int().nonnegative(),
  heardAt: z.int().nonnegative(),
});
export type Ended = z.infer<typeof Ended>;

export function takeEnded(
  standing: readonly Ended[],
  reports: readonly GroupReport[],
  now: Instant,
): Ended[] {
  const fresh = reports.flatMap((report) => endedOf(report, now));
  const keyOf = ({ group, digest }: Ended): string => `${group} ${digest}`;
  // What stands was told with what it says.
  const byKey = new Map([...fresh, ...standing].map((one) => [keyOf(one), one]));
  return [...byKey.values()].filter(({ heardAt }) => now - heardAt < TOGETHER_SECONDS).sort(byTime);
}

const byTime = (one: Ended, other: Ended): number =>
  one.at - other.at || (`${one.group} ${one.digest}` < `${other.group} ${other.digest}` ? -1 : 1);

function endedOf({ group, at, drift }: GroupReport, heardAt: Instant): Ended[] {
  return drift.flatMap(({ reason, certainty, isHealed, rule, exception }) =>
    reason === "exception-over" && certainty === "link" && isHealed && exception !== undefined
      ? [{ group, digest: digestOf(rule, exception), rule, exception, at, heardAt }]
      : [],
  );
}

const digestOf = (rule: string, { until, author }: ToldException): string =>
  createHash("sha256").update([rule, until, author].join("\n")).digest("hex").slice(0, 16);
