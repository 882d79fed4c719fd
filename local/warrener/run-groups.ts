/** Carries out what is asked of one group of rules. */
import type { Audit } from "../../shared/journal/audit.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { acceptGroup } from "./accept.ts";
import { AcceptAnswer } from "./allowlists-answer.ts";
import type { Answered } from "./answered.ts";
import { askFunction } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import { type Line, toLines } from "./line.ts";
import { readGroups } from "./read-groups.ts";
import { sayGroupExplained } from "./say-explain-group.ts";
import type { Moment } from "./times.ts";

export type Ask = (lines: readonly Line[]) => Promise<"yes" | "no" | "nobody">;

const HISTORY_MAX = 50;

export async function explainGroup(deployment: Deployment, name: string, moment: Moment): Promise<Answered> {
  const [{ groups, problem }, history] = await Promise.all([
    readGroups(deployment, name),
    deployment.audit.history({ target: name, limit: HISTORY_MAX }),
  ]);
  const [one] = groups;
  if (one === undefined) throw new ConfigError(`nothing was answered for ${name}`);
  // The hand's notes say again what the brain has recorded already.
  const own = history.changes.filter(({ kind }) => kind !== "hand-note");
  const lines = sayGroupExplained(one, own, moment);
  const json = { group: one, history: history.changes, sentences: lines };
  return { lines, json, problem };
}

export interface AcceptDeployment extends Pick<Deployment, "lambda" | "functions" | "readPerson"> {
  readonly link: Link;
  readonly audit: Pick<Audit, "record">;
}

export async function accept(deployment: AcceptDeployment, name: string, ask: Ask): Promise<Answered> {
  const { link, audit, lambda, functions } = deployment;
  const { lines, problem, ...json } = await acceptGroup(
    {
      link,
      audit,
      person: await deployment.readPerson(),
      plan: () => readGroups(deployment, name),
      accept: (wish) =>
        askFunction(lambda, functions.allowlists, {
          event: { run: "accept", group: name, wish },
          answer: AcceptAnswer,
          act: "accept",
          afterFailure: `What was accepted may be kept all the same: \`plan ${name}\` says what still waits`,
        }),
      ask: (asked) => ask(toLines(asked)),
    },
    name,
  );
  return { lines: toLines(lines), json, problem };
}
