/** What the deployed read-auth-failures tells of refused callers now, and whether it has the same link. */
import * as z from "zod";
import { InstantSchema } from "../../shared/certificates/schema.ts";
import { linkDigest } from "../../shared/link/load.ts";
import { askFunction } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import { andMore, counted } from "./group-words.ts";
import { differenceOf } from "./read-plans.ts";
import type { Row, Standing } from "./standing.ts";
import { orUnanswered, type Unanswered } from "./unanswered.ts";

/** Its answer (functions/read-auth-failures.ts), parsed: it may be of another version. */
export const CallersPlan = z.looseObject({
  linkDigest: z.string(),
  at: InstantSchema,
  /** Lines of strangers in what is counted now, and from how many addresses. */
  refused: z.int().nonnegative(),
  sources: z.int().nonnegative(),
  unread: z.int().nonnegative(),
  conditions: z.array(z.looseObject({ severity: z.string(), title: z.string() })),
});
export type CallersPlan = z.infer<typeof CallersPlan>;

export interface Callers {
  /** Null where the link has nobody look for them, and where there was no answer. */
  readonly callers: { readonly standing: Standing; readonly report: CallersPlan } | null;
  readonly unanswered: readonly Unanswered[];
  /** What is wrong with the deployment, as far as the answer shows it. */
  readonly problem: string | null;
}

const NO_CALLERS: Callers = { callers: null, unanswered: [], problem: null };

/** Of no certificate, key, group or tunnel. */
export const CALLERS_ROW = "refused-callers";

/** Who looks for nobody is not asked. */
export async function readCallers({
  link,
  lambda,
  functions,
}: Pick<Deployment, "link" | "lambda" | "functions">): Promise<Callers> {
  if (link.authFailures === undefined) return NO_CALLERS;
  const asked = { event: { run: "plan" }, answer: CallersPlan, act: "plan" };
  const asking = () => askFunction(lambda, functions.callers, asked);
  const { answer, unanswered } = await orUnanswered(functions.callers, [CALLERS_ROW], asking);
  if (answer === null) return { ...NO_CALLERS, unanswered: unanswered === null ? [] : [unanswered] };
  return {
    callers: { standing: answer.conditions.length > 0 ? "trouble" : "ok", report: answer },
    unanswered: [],
    problem: differenceOf([answer], linkDigest(link)),
  };
}

const TITLES_MAX = 10;

export function callersRow({ standing, report }: NonNullable<Callers["callers"]>): Row {
  const { refused, sources, unread, conditions } = report;
  const titles = conditions.slice(0, TITLES_MAX).map(({ severity, title }) => `${severity}: ${title}.`);
  const strangers = `strangers lately: ${counted(refused, "refusal")} from ${counted(sources, "source")}`;
  const lines = [
    unread === 0 ? strangers : `${strangers}; ${counted(unread, "line")} not understood`,
    ...titles,
    ...andMore(titles, conditions.length),
  ];
  return { standing, name: CALLERS_ROW, lines };
}
