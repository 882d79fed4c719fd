/**
 * Filter patterns of CloudWatch Logs, put together from what the readers of a log group ask for: what is filtered and
 * what is understood cannot drift apart. Whatever goes into one comes from this code or from the link, and is held
 * there to characters that mean nothing in a pattern.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import type { LineForm, Reader } from "./reader.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html */
export const PATTERN_LENGTH_MAX = 1_024;

/** A JSON line's fields stand in the message itself, or where Container Insights puts them. */
export const bothPlaces = (condition: (root: string) => string): string[] => [
  condition("$"),
  condition("$.log_processed"),
];

export const anyOf = (conditions: readonly string[]): string => `(${conditions.join(" || ")})`;

/** The pods whose lines are read; everybody else in the cluster can write whatever he likes into the same log group. */
export interface Pods {
  readonly namespace: string;
  readonly container?: string | undefined;
}

/**
 * One pattern for all readers of a group; null where none of them reads lines of this form. Its length is the
 * caller's to check: only who wrote the link can do something about it.
 */
export function filterPattern(
  readers: readonly Pick<Reader, "filters">[],
  form: LineForm,
  pods?: Pods,
): string | null {
  const filters = readers.flatMap((reader) => reader.filters[form]);
  if (filters.length === 0) return null;
  // Optional terms: any of them is enough, as long as no other term stands beside them.
  if (form === "text") return filters.map((term) => `?${term}`).join(" ");
  return `{ ${[...podConditions(pods), anyOf(filters)].join(" && ")} }`;
}

function podConditions(pods: Pods | undefined): string[] {
  if (pods === undefined) return [];
  const { namespace, container } = pods;
  const conditions = [`$.kubernetes.namespace_name = "${namespace}"`];
  if (container !== undefined) conditions.push(`$.kubernetes.container_name = "${container}"`);
  return conditions;
}
