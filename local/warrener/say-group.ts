/** How a group of rules stands, and what the next run does in it, for `status`, `plan` and `explain`. */
import type { GroupReport } from "../../shared/allowlists/group-report.ts";
import type { AllowlistGroup } from "../../shared/allowlists/schema.ts";
import { andMore, counted, type Said, sayTrouble, sayWill } from "./group-words.ts";
import { type Line, toLines } from "./line.ts";
import { type GroupStanding, isDue, NOT_LOOKED_AFTER, waitsFor } from "./stand-group.ts";
import { type Moment, sayInstantAndDistance } from "./times.ts";

/** Each with what is below it, indented. */
export function sayGroupPlans(groups: readonly GroupStanding[], moment: Moment): Line[] {
  return toLines(
    groups.flatMap((one) => [
      `${one.group.name}: ${sayKind(one.group)}.`,
      ...saySituation(one, moment).flatMap(({ sentence, details }) => [
        `    ${sentence}`,
        ...details.map((detail) => `      ${detail}`),
      ]),
    ]),
  );
}

/** The sentences alone. */
export function sayGroupStatus(one: GroupStanding, moment: Moment): string[] {
  const [first = "", ...more] = saySituation(one, moment).map(({ sentence }) => sentence);
  return [`${sayKind(one.group)}. ${first}`, ...more];
}

export function sayKind({ cloud, own, mode }: AllowlistGroup): string {
  const kind = cloud === "aws" ? "security group" : "network security group";
  return [
    kind,
    ...(own === "marked" ? ["Warrener's own rules alone"] : []),
    ...(mode === "report" ? ["report mode"] : []),
  ].join(", ");
}

/** What is wrong, what a person is waited for, what the next run does, and when that changes by itself. */
export function saySituation({ group, report, code }: GroupStanding, moment: Moment): Said[] {
  if (report === null) return [{ sentence: sayUnread(code), details: [] }];
  const said = [...report.troubles.map(sayTrouble), ...sayWaits(group, report), ...sayDue(report)];
  const inOrder = said.length === 0 ? [{ sentence: "In order.", details: [] }] : [];
  return [...inOrder, ...said, ...sayTurn(group, report, moment)];
}

const sayUnread = (code: string | null): string =>
  code === NOT_LOOKED_AFTER
    ? "The deployed function does not look after it: was it deployed from this link?"
    : `It could not be read: ${code}. The next run tries again.`;

/** What was not done, or is yet to be. */
export const changesOf = ({ withheld }: GroupReport): string[] =>
  withheld === null ? [] : [...withheld.changes.map(sayWill), ...andMore(withheld.changes, withheld.count)];

export const heldOf = ({ awaitingConsent, awaitingCount }: GroupReport): string[] => [
  ...awaitingConsent,
  ...andMore(awaitingConsent, awaitingCount),
];

function sayWaits({ name }: AllowlistGroup, report: GroupReport): Said[] {
  const count = report.withheld?.count ?? 0;
  switch (waitsFor(report)) {
    case null:
      return [];
    case "first-met": {
      const then = count === 0 ? "would change nothing now" : `makes ${counted(count, "change")}`;
      const sentence = `Met for the first time: nothing in it is touched before \`accept ${name}\`, which ${then}.`;
      return [{ sentence, details: changesOf(report) }];
    }
    case "report-mode": {
      const sentence = `${counted(report.driftCount, "difference")}, told and not touched: the link keeps it in report mode. It would take ${counted(count, "change")}.`;
      return [{ sentence, details: changesOf(report) }];
    }
    case "shrinking": {
      const sentence = `${counted(report.awaitingCount, "rule")} that the last link wanted and this one does not: open until \`accept ${name}\`.`;
      return [{ sentence, details: heldOf(report) }];
    }
  }
}

/** The schedule that every group is looked at by, whatever else is heard of it. */
export const SWEEP = "within 15 minutes";

function sayDue(report: GroupReport): Said[] {
  const { withheld } = report;
  if (withheld === null || !isDue(report)) return [];
  if (withheld.because === "first-met" || withheld.because === "report-mode") return [];
  const run = withheld.because === "frozen" ? "The first run after the thaw" : `The next run, ${SWEEP},`;
  const sentence = `${run} makes ${counted(withheld.count, "change")}.`;
  return [{ sentence, details: changesOf(report) }];
}

/** When an exception begins or ends next. */
function sayTurn({ exceptions }: AllowlistGroup, { nextAt }: GroupReport, moment: Moment): Said[] {
  if (nextAt === null) return [];
  const turn = exceptions.some(({ until }) => until === nextAt) ? "ends" : "begins";
  return [{ sentence: `An exception ${turn} ${sayInstantAndDistance(nextAt, moment)}.`, details: [] }];
}
