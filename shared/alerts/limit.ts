/**
 * A flood becomes one alert: of one concern only so many conditions are incidents of their own, and the rest is one
 * more that counts them. Pure.
 */
import { type CanonicalCondition, severityRank } from "./condition.ts";

/** Each is a message, of which a channel takes one a second (https://docs.slack.dev/apis/web-api/rate-limits). */
export const INCIDENTS_MAX = 30;

export const restKey = (concern: string): string => `${concern}:more`;

/** What is an incident already stays one; then the most severe come first. */
export function withinLimit(
  concern: string,
  conditions: readonly CanonicalCondition[],
  isOpen: (key: string) => boolean,
): CanonicalCondition[] {
  const rank = ({ key, severity }: CanonicalCondition) =>
    `${isOpen(key) ? 0 : 1} ${severityRank(severity)} ${key}`;
  const sorted = conditions.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
  if (sorted.length <= INCIDENTS_MAX) return sorted;
  const rest = sorted.slice(INCIDENTS_MAX);
  return [...sorted.slice(0, INCIDENTS_MAX), restOf(concern, rest)];
}

function restOf(concern: string, rest: readonly CanonicalCondition[]): CanonicalCondition {
  const [worst] = rest.map(({ severity }) => severity).sort((a, b) => severityRank(a) - severityRank(b));
  return {
    key: restKey(concern),
    concern,
    severity: worst ?? "warning",
    title: `${rest.length} more incidents of ${concern}`,
    facts: rest.slice(0, 5).map(({ key, title }) => ({ label: key.slice(0, 60), value: title })),
    since: null,
    actions: [],
    links: [],
    runbook: "alerts",
  };
}
