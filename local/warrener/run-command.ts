/** Carries out one command: reads what it needs, and answers for people and for machines. */
import { linkCertificates, relayCertificates } from "../../shared/certificates/desired.ts";
import type { Proof } from "../../shared/certificates/proof.ts";
import { linkDigest } from "../../shared/link/load.ts";
import { CloudError, ConfigError } from "../../shared/runtime/errors.ts";
import { askPlan } from "./ask-function.ts";
import { sayAwsError } from "./aws-errors.ts";
import type { Command } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import { readOpenMatters } from "./open-matters.ts";
import type { PlanAnswer, PlannedOrNot } from "./plan-answer.ts";
import { orderRevocation, type RevokeArguments } from "./revoke.ts";
import { sayExplained } from "./say-explain.ts";
import { sayHistory } from "./say-history.ts";
import { sayPlan } from "./say-plan.ts";
import { sayStatus, standingOf } from "./say-status.ts";
import type { Moment } from "./times.ts";

export interface Answered {
  readonly lines: readonly string[];
  readonly json: unknown;
  /** The answer is as good as it can be, and yet something is wrong. */
  readonly problem: string | null;
}

type CommandOf<V extends Command["verb"]> = Extract<Command, { verb: V }>;

/** Throws `ConfigError` with what to do. */
export async function runCommand(
  deployment: Deployment,
  command: Command,
  moment: Moment,
): Promise<Answered> {
  switch (command.verb) {
    case "history":
      return await history(deployment, command, moment);
    case "plan":
      return await plan(deployment, command, moment);
    case "status":
      return await status(deployment, moment);
    case "explain":
      return await explain(deployment, command, moment);
    case "revoke":
      return await revoke(deployment, command, moment);
  }
}

async function history(
  deployment: Deployment,
  { name, limit }: CommandOf<"history">,
  moment: Moment,
): Promise<Answered> {
  // Also of a certificate that has left the link: the record outlives it.
  const changes = await table(deployment, () => deployment.audit.history({ target: name ?? null, limit }));
  return { lines: sayHistory(changes, moment), json: changes, problem: null };
}

async function plan(deployment: Deployment, { name }: CommandOf<"plan">, moment: Moment): Promise<Answered> {
  const { certificates, problem } = await planned(deployment, name);
  return { lines: sayPlan(certificates, contextOf(deployment, moment)), json: { certificates }, problem };
}

async function status(deployment: Deployment, moment: Moment): Promise<Answered> {
  const [{ certificates, problem }, open] = await Promise.all([
    planned(deployment, undefined),
    table(deployment, () => readOpenMatters(deployment.journal, deployment.audit, moment.now)),
  ]);
  const standing = certificates.map((one) => ({ ...one, standing: standingOf(one, moment.now) }));
  return {
    lines: sayStatus(certificates, open, contextOf(deployment, moment)),
    json: { certificates: standing, ...open },
    problem,
  };
}

const EXPLAINED_CHANGES = 50;

async function explain(
  deployment: Deployment,
  { name }: CommandOf<"explain">,
  moment: Moment,
): Promise<Answered> {
  const [{ certificates, problem }, open, changes] = await Promise.all([
    planned(deployment, name),
    table(deployment, () => readOpenMatters(deployment.journal, deployment.audit, moment.now)),
    table(deployment, () => deployment.audit.history({ target: name, limit: EXPLAINED_CHANGES })),
  ]);
  const desired = linkCertificates(deployment.link).find((one) => one.name === name);
  const [one] = certificates;
  if (desired === undefined || one === undefined) throw new ConfigError(`nothing was answered for ${name}`);
  const explained = { desired, planned: one, history: changes, open };
  const lines = sayExplained(explained, contextOf(deployment, moment));
  return { lines, json: { planned: one, history: changes, sentences: lines }, problem };
}

async function revoke(
  deployment: Deployment,
  { name, reason, serial }: CommandOf<"revoke">,
  moment: Moment,
): Promise<Answered> {
  const { link, journal, audit } = deployment;
  const person = await deployment.readPerson();
  const asked: RevokeArguments = { name, reason, ...(serial === undefined ? {} : { serial }) };
  const observe = async () => {
    const { certificates, problem } = await planned(deployment, name);
    // An order is about what the deployed functions look after.
    if (problem !== null) throw new ConfigError(problem);
    const [one] = certificates;
    if (one?.outcome !== "planned") return null;
    const { current, proof } = one;
    return { current, proof: parseProof(proof) };
  };
  const clock = () => moment.now;
  const { outcome, order, lines } = await table(deployment, () =>
    orderRevocation({ link, journal, audit, person, clock, observe }, asked),
  );
  return { lines, json: { outcome, order }, problem: null };
}

const PROOFS: readonly Proof[] = ["not-needed", "seen", "awaited", "overdue", "manual"];
const parseProof = (text: string): Proof | "unknown" => PROOFS.find((proof) => proof === text) ?? "unknown";

const contextOf = ({ link }: Deployment, moment: Moment) => ({
  ...moment,
  checkEverySeconds: link.certificates.checkEverySeconds,
});

/** By the functions that look after them; `name` picks one, which the link must have. */
async function planned(deployment: Deployment, name: string | undefined) {
  const { link, lambda, functions } = deployment;
  const all = linkCertificates(link).map((one) => one.name);
  if (name !== undefined && !all.includes(name))
    throw new ConfigError(`the link has no certificate ${name}: it has ${all.toSorted().join(", ")}`);
  const relays = relayCertificates(link).map((one) => one.name);
  const wanted = all.filter((one) => name === undefined || one === name);
  const questions = [
    { functionName: functions.bunnies, names: wanted.filter((one) => !relays.includes(one)) },
    { functionName: functions.relay, names: wanted.filter((one) => relays.includes(one)) },
  ];
  const answers = await Promise.all(questions.map((question) => askPlan(lambda, question)));
  const certificates: PlannedOrNot[] = answers.flat().flatMap((answer) => answer.certificates);
  return { certificates, problem: differenceOf(answers.flat(), linkDigest(link)) };
}

const DIGITS = 12;

function differenceOf(answers: readonly PlanAnswer[], own: string): string | null {
  const other = answers.find((answer) => answer.linkDigest !== own);
  if (other === undefined) return null;
  const short = (digest: string) => digest.slice(0, DIGITS);
  return `the function was deployed from another link (${short(other.linkDigest)}…) than this one (${short(own)}…): deploy, or name the file that was deployed with --link`;
}

async function table<T>(deployment: Deployment, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw sayAwsError(error, {
      action: "dynamodb:Query, GetItem and PutItem",
      target: `the table ${deployment.table}`,
    });
  }
}
