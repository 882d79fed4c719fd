/** What a person is asked to accept in a group of rules, and what came of it. */
import type { GroupReport } from "../../shared/allowlists/group-report.ts";
import type { AllowlistGroup } from "../../shared/allowlists/schema.ts";
import type { AcceptAnswer } from "./allowlists-answer.ts";
import { andMore, counted, sayDid, sayTrouble, sayWill } from "./group-words.ts";
import { changesOf, heldOf, SWEEP, sayKind } from "./say-group.ts";
import { waitsFor } from "./stand-group.ts";

const indented = (lines: readonly string[]): string[] => lines.map((line) => `    ${line}`);

/** Why it waits, and everything that is done once it is accepted. */
export function sayAsked(group: AllowlistGroup, report: GroupReport): string[] {
  const isFirst = waitsFor(report) === "first-met";
  const why = isFirst
    ? `Warrener meets it for the first time, and has touched nothing in it. Its rules are then kept as the link declares them, those of others ${group.own === "all" ? "closed" : "left alone"}.`
    : "The link that is deployed wants less of it than the one before. What it does not want any more was left open.";
  const changes = changesOf(report);
  return [
    `${group.name}: ${sayKind(group)}. ${why}`,
    ...(changes.length === 0 ? [] : [isFirst ? "Accepting it" : "Without being accepted, the next run"]),
    ...indented(changes),
    ...(report.awaitingCount === 0 ? [] : ["Accepting it closes"]),
    ...indented(heldOf(report)),
    ...(changes.length + report.awaitingCount === 0
      ? ["As it stands, accepting it changes nothing."]
      : [LIVES_ON]),
    ...report.troubles.flatMap((trouble) => {
      const { sentence, details } = sayTrouble(trouble);
      return [sentence, ...indented(details)];
    }),
  ];
}

const LIVES_ON = "Connections that are open through a rule live on when it is closed.";

type Said = { readonly lines: string[]; readonly problem: string | null };

export function sayAccepted(
  name: string,
  { report, problem }: Extract<AcceptAnswer, { outcome: "accepted" }>,
): Said {
  const accepted = `Accepted for ${name}.`;
  if (report === null) {
    const why = `${name} is accepted, and could not be healed now: ${problem?.code ?? "no reason was given"}. The next run, ${SWEEP}, does it`;
    return { lines: [accepted], problem: why };
  }
  const { done, opened, closed, isMore } = report;
  const nothing = done.length === 0 ? ["Nothing was left to change."] : [];
  const did =
    done.length === 0 ? [] : [`Opened ${counted(opened, "rule")}, closed ${counted(closed, "rule")}:`];
  const more = isMore ? [`There is more to do: the next run, ${SWEEP}, goes on.`] : [];
  return {
    lines: [accepted, ...nothing, ...did, ...indented([...done.map(sayDid), ...moreDone(report)]), ...more],
    problem: sayProblem(name, report),
  };
}

const moreDone = ({ done, opened, closed }: GroupReport): string[] => {
  // A rewrite opens one and closes another.
  const rewritten = done.filter(({ kind }) => kind === "rewrite").length;
  return andMore(done, opened + closed - rewritten);
};

function sayProblem(name: string, { failures, failureCount, troubles }: GroupReport): string | null {
  const [first] = failures;
  const failed =
    first === undefined
      ? []
      : [
          `${counted(failureCount, "change")} failed (${first.code}, of: ${sayWill(first.change)}); the next run, ${SWEEP}, tries again`,
        ];
  const wrong = troubles.map((trouble) => {
    const { sentence, details } = sayTrouble(trouble);
    return [sentence, ...details].join(" ");
  });
  const all = [...failed, ...wrong];
  return all.length === 0 ? null : `${name} is accepted, and not in order: ${all.join("; ")}`;
}
