/** Carries out one command: reads what it needs, and answers for people and for machines. */
import { linkCertificates } from "../../shared/certificates/desired.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { type Answered, CUT } from "./answered.ts";
import type { Command } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import { sayWord } from "./freeze.ts";
import { toLines } from "./line.ts";
import { readName } from "./named.ts";
import { contextOf, readAll, table } from "./read-all.ts";
import { readPlans, targetOf } from "./read-plans.ts";
import { orderRevocation, type RevokeArguments } from "./revoke.ts";
import { plan, status } from "./run-all.ts";
import { type Ask, accept, explainGroup } from "./run-groups.ts";
import { explainKey, rotateNamed } from "./run-keys.ts";
import { sayExplained } from "./say-explain.ts";
import { sayHistory } from "./say-history.ts";
import type { Moment } from "./times.ts";

/** What is asked of a deployment. */
export type DeploymentCommand = Exclude<Command, { verb: "local" | "break-glass" }>;
type CommandOf<V extends Command["verb"]> = Extract<Command, { verb: V }>;

const NOBODY: Ask = () => Promise.resolve("nobody");

/** `ask`: how a person confirms what waits for one. Throws `ConfigError` with what to do. */
export async function runCommand(
  deployment: Deployment,
  command: DeploymentCommand,
  moment: Moment,
  ask: Ask = NOBODY,
): Promise<Answered> {
  switch (command.verb) {
    case "history":
      return await history(deployment, command, moment);
    case "plan":
      return await plan(deployment, command.name, moment);
    case "status":
      return await status(deployment, moment);
    case "explain":
      return await explain(deployment, command, moment);
    case "accept":
      return await table(deployment, () => accept(deployment, command.name, ask));
    case "revoke":
      return await revoke(deployment, command, moment);
    case "rotate":
      return await rotateNamed(deployment, command.name, contextOf(deployment, moment));
    case "freeze":
      return await word(deployment, command.reason, moment);
    case "thaw":
      return await word(deployment, null, moment);
  }
}

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

const EXPLAINED_CHANGES = 50;

async function explain(
  deployment: Deployment,
  { name }: CommandOf<"explain">,
  moment: Moment,
): Promise<Answered> {
  const named = readName(deployment.link, name);
  if (named.groups && !named.certificates)
    return await table(deployment, () => explainGroup(deployment, name, moment));
  if (named.keys) return await table(deployment, () => explainKey(deployment, name, moment));
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
