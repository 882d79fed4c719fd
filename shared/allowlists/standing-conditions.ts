/**
 * What holds of one group as it was last looked at: what is not put right, and why. Pure; it stands until the next
 * look at the group says otherwise.
 */
import type { Condition, Fact, Severity } from "../alerts/condition.ts";
import { attributionFacts, doingOf } from "./attribution-facts.ts";
import type { GroupReport, ToldTrouble } from "./group-report.ts";
import { lastingAt, type Unhealed, unhealedAfter } from "./unhealed.ts";
import { acceptWords, CONCERN, changeWords, counted, foundWords, listed } from "./words.ts";

/** `unhealed`: what is not put right, with what earlier looks knew of it. */
export function standingConditions(
  report: GroupReport,
  unhealed: readonly Unhealed[] = unhealedAfter([], report),
): Condition[] {
  return [
    ...withheldCondition(report, unhealed),
    ...consentCondition(report),
    ...report.troubles.map((trouble) => troubleCondition(report, trouble, unhealed)),
    ...failureCondition(report, unhealed),
    ...unhealedCondition(report, unhealed),
  ];
}

type Words = Pick<Condition, "severity" | "title" | "facts" | "runbook"> & Partial<Pick<Condition, "since">>;

const conditionOf = ({ group }: GroupReport, what: string, words: Words): Condition => ({
  key: `allowlist:${group}:${what}`,
  concern: CONCERN,
  actions: [],
  links: [],
  ...words,
});

function withheldCondition(report: GroupReport, unhealed: readonly Unhealed[]): Condition[] {
  const { group, withheld, driftCount } = report;
  if (withheld === null) return [];
  const { because, changes, count } = withheld;
  const found = counted(driftCount, "difference");
  const facts = [
    { label: "Found", value: listed(report.drift.map(foundWords), driftCount) },
    // Somebody's own doing is named although it is not put right.
    ...whoFacts(unhealed),
    { label: "Would be done", value: listed(changes.map(changeWords), count) },
  ];
  switch (because) {
    case "plan-only":
      return [];
    case "first-met": {
      const severity: Severity = driftCount > 0 ? "warning" : "notice";
      const title = `${group}: met for the first time, and not touched until it is accepted`;
      const accept = { label: "To accept", value: acceptWords(group) };
      return [
        conditionOf(report, "report", {
          severity,
          title,
          facts: [...facts, accept],
          runbook: "allowlist-not-accepted",
        }),
      ];
    }
    case "report-mode": {
      const title = `${group}: ${found}, and nothing is put right in report mode`;
      const runbook = "allowlist-in-report-mode";
      return driftCount === 0
        ? []
        : [conditionOf(report, "report", { severity: "warning", title, facts, runbook })];
    }
    case "frozen": {
      const title = `${group}: ${found}, and nothing is put right while the link is frozen`;
      const runbook = "allowlist-frozen";
      return driftCount === 0
        ? []
        : [conditionOf(report, "frozen", { severity: "warning", title, facts, runbook })];
    }
  }
}

const whoFacts = (unhealed: readonly Unhealed[]): Fact[] => {
  const doings = unhealed.flatMap(({ doing }) => doing ?? []);
  return doings.length === 0 ? [] : attributionFacts(doings);
};

function consentCondition(report: GroupReport): Condition[] {
  const { group, awaitingConsent, awaitingCount } = report;
  if (awaitingCount === 0) return [];
  return [
    conditionOf(report, "consent", {
      severity: "warning",
      title: `${group}: the link wants ${counted(awaitingCount, "rule")} less, and waits for consent to close`,
      facts: [
        { label: "Stays open", value: listed(awaitingConsent, awaitingCount) },
        { label: "To accept", value: acceptWords(group) },
      ],
      runbook: "allowlist-awaiting-consent",
    }),
  ];
}

interface TroubleWords {
  readonly what: string;
  readonly title: string;
  readonly label: string;
  readonly runbook: string;
}

const TROUBLES: Readonly<Record<ToldTrouble["kind"], TroubleWords>> = {
  "no-such-group": {
    what: "missing-group",
    title: "its cloud has no such group",
    label: "Wanted in it",
    runbook: "allowlist-group-missing",
  },
  "group-full": {
    what: "full",
    title: "it is full, and no rule of it may give way",
    label: "Not put right",
    runbook: "allowlist-full",
  },
  blocked: {
    what: "blocked",
    title: "wanted traffic is closed by a rule that may not be touched",
    label: "Closed",
    runbook: "allowlist-blocked",
  },
  "cannot-close": {
    what: "open",
    title: "what nobody wants stays open, as closing it would close what is wanted",
    label: "Stays open",
    runbook: "allowlist-not-closed",
  },
  "open-by-others": {
    what: "open-by-others",
    title: "an exception is over, and a rule that is not Warrener's keeps it open",
    label: "Stays open",
    runbook: "allowlist-open-by-others",
  },
  "unreadable-rule": {
    what: "unreadable",
    title: "a rule of it cannot be read, and is left as it is",
    label: "Left as they are",
    runbook: "allowlist-rule-unreadable",
  },
  "prefix-list-changed": {
    what: "prefix-list",
    title: "somebody has changed a prefix list, and so what wanted rules let pass",
    label: "Rules",
    runbook: "allowlist-prefix-list-changed",
  },
  "not-expressible": {
    what: "not-expressible",
    title: "its cloud cannot say what the link wants",
    label: "Not put right",
    runbook: "allowlist-not-expressible",
  },
};

function troubleCondition(
  report: GroupReport,
  { kind, rules }: ToldTrouble,
  unhealed: readonly Unhealed[],
): Condition {
  const { what, title, label, runbook } = TROUBLES[kind];
  const made = unhealed.filter(({ rule }) =>
    rule === null ? kind === "no-such-group" : kind !== "no-such-group" && rules.includes(rule),
  );
  const facts = [
    ...(rules.length === 0 ? [] : [{ label, value: listed(rules, rules.length) }]),
    ...whoFacts(made),
    ...(kind === "prefix-list-changed" ? listChangerFacts(report) : []),
  ];
  return conditionOf(report, what, {
    severity: "critical",
    title: `${report.group}: ${title}`,
    facts,
    runbook,
  });
}

/** No rule differs for it: what was heard of the list is all that there is. */
function listChangerFacts({ seen }: GroupReport): Fact[] {
  const made = seen.filter(({ touched }) => touched.some((id) => id.startsWith("pl-")));
  return made.length === 0 ? [] : attributionFacts(made.map((one) => doingOf("named", one)));
}

function failureCondition(report: GroupReport, unhealed: readonly Unhealed[]): Condition[] {
  const { group, failures, failureCount } = report;
  if (failureCount === 0) return [];
  const rules = failures.map(({ change }) => change.rule);
  const isLasting = failures.some((failure) => failure.isLasting);
  const codes = [...new Set(failures.map(({ code }) => code))].toSorted();
  const notDone = failures.map(({ change }) => changeWords(change));
  const again = isLasting ? "it needs a person" : "the next look tries again";
  return [
    conditionOf(report, "failed", {
      severity: isLasting ? "critical" : "warning",
      title: `${group}: ${counted(failureCount, "write")} failed, ${again}`,
      facts: [
        { label: "Codes", value: listed(codes, codes.length) },
        { label: "Not done", value: listed(notDone, failureCount) },
        ...whoFacts(unhealed.filter(({ rule }) => rule !== null && rules.includes(rule))),
      ],
      runbook: "allowlist-failed",
    }),
  ];
}

/** Whatever keeps it from being put right, run after run: a group that is always busy has no failures. */
function unhealedCondition(report: GroupReport, unhealed: readonly Unhealed[]): Condition[] {
  const { group, at, withheld, failures, troubles } = report;
  if (withheld !== null) return [];
  const told = new Set([
    ...troubles.flatMap(({ rules }) => rules),
    ...failures.filter(({ isLasting }) => isLasting).map(({ change }) => change.rule),
  ]);
  const lasting = lastingAt(unhealed, at).filter(({ rule }) => rule !== null && !told.has(rule));
  if (lasting.length === 0) return [];
  const found = lasting.map(({ effect, rule }) => `${effect === "added" ? "open" : "closed"}: ${rule}`);
  return [
    conditionOf(report, "unhealed", {
      severity: "critical",
      title: `${group}: ${counted(lasting.length, "difference")} could not be put right for 15 minutes or more`,
      facts: [{ label: "Still", value: listed(found, found.length) }, ...whoFacts(lasting)],
      since: Math.min(...lasting.map(({ since }) => since)),
      runbook: "allowlist-not-put-right",
    }),
  ];
}
