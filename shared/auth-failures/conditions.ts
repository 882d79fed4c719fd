/** What is told of refused callers: which conditions hold now. Pure, and of the memory alone. */
import type { Condition, Fact } from "../alerts/condition.ts";
import type { Report } from "../alerts/plan.ts";
import { formatDuration } from "../link/duration.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Facts } from "./cause.ts";
import { CLASSES } from "./classes.ts";
import { callersConditions } from "./conditions-callers.ts";
import { ownConditions } from "./conditions-own.ts";
import { base, CONCERN, callerWords, roughly, sourceSlug, sourceWords } from "./conditions-words.ts";
import type { AuthMemory, Flood, LineCount, Scan } from "./memory.ts";
import type { Limits } from "./verdict.ts";

export interface AuthView {
  /** As it was judged (verdict.ts). */
  readonly memory: AuthMemory;
  readonly limits: Limits;
  readonly facts: Facts;
  readonly now: Instant;
}

export function authReport(view: AuthView): Report {
  const { memory, limits, now } = view;
  return {
    concern: CONCERN,
    conditions: [
      ...ownConditions(view),
      ...callersConditions(view),
      ...memory.floods.map(floodCondition),
      ...(memory.scan === null ? [] : [scanCondition(memory.scan, limits)]),
      ...(memory.unread === null ? [] : [unreadCondition(memory.unread, limits)]),
      ...(memory.late === null ? [] : [lateCondition(memory.late, limits)]),
    ],
    observedAt: now,
    complete: true,
  };
}

const NEVER_BLOCKED =
  "Nothing: Warrener blocks no address. See whether the allowlists should let it come this far";

function floodCondition(flood: Flood): Condition {
  const { source, class: failure, since, total } = flood;
  return {
    ...base(`auth-failure:${failure}:${sourceSlug(source)}`, "warning", "auth-failure"),
    title: `A caller is refused again and again: ${CLASSES[failure].why}`,
    facts: [
      { label: "From", value: sourceWords(source) },
      { label: "Failures", value: roughly(total) },
      { label: "What is done", value: NEVER_BLOCKED },
    ],
    since,
  };
}

function scanCondition({ since, sources, total, top }: Scan, { windowSeconds }: Limits): Condition {
  return {
    ...base("auth-scan", "warning", "auth-scan"),
    title: "Callers from many addresses are refused",
    facts: [
      { label: `Addresses within ${formatDuration(windowSeconds)}`, value: roughly(sources) },
      { label: "Failures", value: roughly(total) },
      ...top.map((caller) => ({ label: "Among them", value: callerWords(caller) })),
      { label: "What is done", value: NEVER_BLOCKED },
    ],
    since,
  };
}

function unreadCondition({ since, total }: LineCount, limits: Limits): Condition {
  return {
    ...base("auth-unread", "warning", "auth-unread"),
    title: "Lines of the logs are not understood, so failures may go unseen",
    facts: linesFacts(total, limits),
    since,
  };
}

function lateCondition({ since, total }: LineCount, limits: Limits): Condition {
  return {
    ...base("auth-late", "warning", "auth-late"),
    title: "Lines of the logs come too late to be counted, so failures may go unseen",
    facts: [
      ...linesFacts(total, limits),
      { label: "Counted are those that come within", value: formatDuration(limits.lateSeconds) },
    ],
    since,
  };
}

const linesFacts = (total: number, { unreadCount, windowSeconds }: Limits): Fact[] => [
  { label: "Lines", value: roughly(total) },
  { label: "Told from", value: `${unreadCount} within ${formatDuration(windowSeconds)}` },
];
