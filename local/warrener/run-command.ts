/** Carries out one command: reads what it needs, and answers for people and for machines. */
import { linkCertificates } from "../../shared/certificates/desired.ts";
import { planRevocations } from "../../shared/certificates/revocation.ts";
import { CloudError, ConfigError } from "../../shared/runtime/errors.ts";
import { sayAwsError } from "./aws-errors.ts";
import type { Command } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import { sayFreeze, sayWord } from "./freeze.ts";
import { type Line, toLines } from "./line.ts";
import { type OpenMatters, readOpenMatters, sayOrder } from "./open-matters.ts";
import { type Plans, readPlans, targetOf } from "./read-plans.ts";
import { sayStep } from "./revocation-prospect.ts";
import { orderRevocation, type RevokeArguments } from "./revoke.ts";
import { sayExplained } from "./say-explain.ts";
import { sayHistory } from "./say-history.ts";
import { sayPlan } from "./say-plan.ts";
import { sayStatus, standingOf } from "./say-status.ts";
import { type Moment, sayInstant } from "./times.ts";

export interface Answered {
  readonly lines: readonly Line[];
  readonly json: unknown;
  /** The answer is as good as it can be, and yet something is wrong. */
  readonly problem: string | null;
}

/** What is asked of a deployment. */
export type DeploymentCommand = Exclude<Command, { verb: "local" }>;
type CommandOf<V extends Command["verb"]> = Extract<Command, { verb: V }>;

/** Throws `ConfigError` with what to do. */
export async function runCommand(
  deployment: Deployment,
  command: DeploymentCommand,
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
    case "freeze":
      return await word(deployment, command.reason, moment);
    case "thaw":
      return await word(deployment, null, moment);
  }
}

const CUT =
  "so many changes wait to be told on the bus that not all of them were looked through: older ones may be missing. docs/operating.md, `changes.untold`, says what to do";

async function history(
  deployment: Deployment,
  { name, limit }: CommandOf<"history">,
  moment: Moment,
): Promise<Answered> {
  // Also of a certificate that has left the link: the record outlives it.
  const query = { target: name ?? null, limit };
  const { changes, cut } = await table(deployment, () => deployment.audit.history(query));
  return { lines: sayHistory(changes, moment), json: changes, problem: cut ? CUT : null };
}

async function plan(deployment: Deployment, { name }: CommandOf<"plan">, moment: Moment): Promise<Answered> {
  const { certificates, revocations, frozen, problem } = await readPlans(deployment, name);
  const asked = revocations.filter(({ order }) => name === undefined || order.certificate === name);
  const orders = asked.map((step) => {
    const order = { ...step.order, prospect: sayStep(deployment.link, step) };
    return `${order.certificate}: ${sayOrder(order, moment)}`;
  });
  const first = frozen ? ["The link is frozen: nothing of this is done before it is thawed."] : [];
  const plans = sayPlan(certificates, contextOf(deployment, moment));
  const lines = [...toLines(first), ...plans, ...toLines(orders)];
  return { lines, json: { frozen, certificates, revocations: asked }, problem };
}

async function status(deployment: Deployment, moment: Moment): Promise<Answered> {
  const { link, stage } = deployment;
  const freeze = await table(deployment, () => deployment.freezes.read());
  const [plans, open] = await readAll(deployment, undefined, moment);
  const certificates = plans.certificates.map((one) => ({ ...one, standing: standingOf(one, moment.now) }));
  const heading = toLines([
    `${link.name}, stage ${stage}, ${sayInstant(moment.now, moment)}`,
    ...sayFreeze(freeze, moment),
  ]);
  return {
    lines: [...heading, ...sayStatus(plans.certificates, open, contextOf(deployment, moment))],
    json: { link: link.name, stage, at: moment.now, freeze, certificates, ...open },
    problem: plans.problem ?? sayTrouble(certificates) ?? (open.cut ? CUT : null),
  };
}

function sayTrouble(certificates: readonly { readonly certificate: string; readonly standing: string }[]) {
  const names = certificates.filter(({ standing }) => standing === "trouble").map((one) => one.certificate);
  if (names.length === 0) return null;
  return `in trouble: ${names.toSorted().join(", ")}. \`explain NAME\` says more, docs/operating.md what to do`;
}

const EXPLAINED_CHANGES = 50;

async function explain(
  deployment: Deployment,
  { name }: CommandOf<"explain">,
  moment: Moment,
): Promise<Answered> {
  const [[{ certificates, problem }, open], { changes, cut }] = await Promise.all([
    readAll(deployment, name, moment),
    table(deployment, () => deployment.audit.history({ target: name, limit: EXPLAINED_CHANGES })),
  ]);
  const desired = linkCertificates(deployment.link).find((one) => one.name === name);
  const [one] = certificates;
  if (desired === undefined || one === undefined) throw new ConfigError(`nothing was answered for ${name}`);
  // The hand's notes say again what the brain has recorded already.
  const own = changes.filter(({ kind }) => kind !== "hand-note");
  const explained = { desired, planned: one, history: own, open };
  const lines = sayExplained(explained, contextOf(deployment, moment));
  const json = { planned: one, history: changes, sentences: lines };
  return { lines, json, problem: problem ?? (cut ? CUT : null) };
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
    const { certificates, problem } = await readPlans(deployment, name);
    // An order is about what the deployed functions look after.
    if (problem !== null) throw new ConfigError(problem);
    return targetOf(certificates[0]);
  };
  const clock = () => moment.now;
  const { outcome, order, lines } = await table(deployment, () =>
    orderRevocation({ link, journal, audit, person, clock, observe }, asked),
  );
  return { lines: toLines(lines), json: { outcome, order }, problem: null };
}

async function word(deployment: Deployment, reason: string | null, { now }: Moment): Promise<Answered> {
  const { link, audit, freezes } = deployment;
  const person = await deployment.readPerson();
  const said = await table(deployment, () => sayWord({ link, freezes, audit, person, now }, reason));
  return { lines: toLines(said.lines), json: said.word, problem: null };
}

const contextOf = ({ link }: Deployment, moment: Moment) => ({
  ...moment,
  checkEverySeconds: link.certificates.checkEverySeconds,
});

async function readAll(
  deployment: Deployment,
  name: string | undefined,
  { now }: Moment,
): Promise<[Plans, OpenMatters]> {
  const { link, journal, audit } = deployment;
  const [plans, open] = await Promise.all([
    readPlans(deployment, name),
    table(deployment, () => readOpenMatters(journal, audit, now)),
  ]);
  const standing = (certificate: string) => {
    const one = plans.certificates.find((planned) => planned.certificate === certificate);
    if (one !== undefined) return targetOf(one) ?? "unsettled";
    // Not asked about, or nobody's any more.
    const isOurs = linkCertificates(link).some((desired) => desired.name === certificate);
    return isOurs ? "elsewhere" : "not-in-link";
  };
  const steps = planRevocations(open.orders, standing, link.certificateAuthority.mode, now);
  const answered = new Map(plans.revocations.map((step) => [step.order.serial, step]));
  const orders = steps.map((step) => {
    const { order } = step;
    return { ...order, prospect: sayStep(link, answered.get(order.serial) ?? step) };
  });
  return [plans, { ...open, orders }];
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
