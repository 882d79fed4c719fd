/**
 * What is told of the allowlists: which conditions hold now. Pure, and of the memory alone, so that a run that has
 * looked at one group, or at none, tells the same of all others as the run before.
 */
import type { Condition } from "../alerts/condition.ts";
import type { Report } from "../alerts/plan.ts";
import { formatDuration } from "../link/duration.ts";
import { type Instant, toIso } from "../runtime/instant.ts";
import type { Ended } from "./ended.ts";
import { healedCondition } from "./healed-condition.ts";
import { type AllowlistMemory, isGivenUp, type Look, lookOf } from "./memory.ts";
import { findRevertWars } from "./revert-war.ts";
import { warConditions } from "./war-condition.ts";
import { CONCERN, counted, LIVE_ON } from "./words.ts";

/** As long as the sweep takes to come again: what it does not see, nobody heals. */
const UNREAD_SECONDS = 900;
const UNREAD_TOLD_MAX = 9;

/** `groups`: the names of the link's. */
export function allowlistsReport(memory: AllowlistMemory, groups: readonly string[], now: Instant): Report {
  const looks = groups.map((group) => lookOf(memory, group));
  const wars = findRevertWars(memory.heals, now);
  return {
    concern: CONCERN,
    conditions: [
      ...memory.standing.map(({ condition }) => ({ ...condition, since: condition.since ?? undefined })),
      ...memory.healed.map((healed) => healedCondition(healed, wars)),
      ...warConditions(wars),
      ...memory.ended.map(endedCondition),
      ...unreadCondition(looks, now),
    ],
    observedAt: now,
    complete: memory.cutAt === null && looks.every((look) => isKnown(look, now)),
  };
}

const isKnown = (look: Look, now: Instant): boolean => look.lookedAt !== null || isGivenUp(look, now);

function endedCondition({ group, digest, rule, exception, at }: Ended): Condition {
  const { author, reason, until } = exception;
  return {
    key: `allowlist:${group}:exception:${digest}`,
    concern: CONCERN,
    severity: "notice",
    title: `${group}: an exception is over, and what it opened is closed`,
    facts: [
      { label: "Closed", value: rule },
      { label: "Ended", value: toIso(until) },
      { label: "Closed at", value: toIso(at) },
      { label: "Author", value: author },
      { label: "Reason", value: reason },
      { label: "Connections", value: LIVE_ON },
    ],
    since: until,
    actions: [],
    links: [],
    runbook: "allowlist-exception-over",
  };
}

function unreadCondition(looks: readonly Look[], now: Instant): Condition[] {
  const unread = looks.filter(
    ({ unreadSince }) => unreadSince !== null && now - unreadSince >= UNREAD_SECONDS,
  );
  if (unread.length === 0) return [];
  const groups = unread.map(({ group, unreadCode }) => ({ label: group, value: unreadCode ?? "unknown" }));
  const more = groups.length - UNREAD_TOLD_MAX;
  return [
    {
      key: "allowlists:unread",
      concern: CONCERN,
      severity: "warning",
      title: `${counted(unread.length, "allowlist")} could not be read for ${formatDuration(UNREAD_SECONDS)} or more, and nothing is put right there`,
      facts: [
        ...groups.slice(0, UNREAD_TOLD_MAX),
        ...(more > 0 ? [{ label: "Besides", value: counted(more, "other group") }] : []),
      ],
      since: Math.min(...unread.flatMap(({ unreadSince }) => unreadSince ?? [])),
      actions: [],
      links: [],
      runbook: "allowlists-unread",
    },
  ];
}
