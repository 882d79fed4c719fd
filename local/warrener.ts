/**
 * `npm run warrener -- VERB`: what happened to certificates, why they are as they are, and what comes next; and what a
 * person may order: a revocation, a freeze, a thaw, what waits for consent. Against the local stack, or with `--stage`
 * against a deployment of yours. The exit code is 0 when the answer is there and nothing is wrong, 2 when the arguments
 * are wrong, and else 1.
 */
import { randomBytes } from "node:crypto";
import { ConfigError } from "../shared/runtime/errors.ts";
import { MISUSED } from "./command-line.ts";
import type { Answered } from "./warrener/answered.ts";
import { askPerson } from "./warrener/ask-person.ts";
import { breakGlass } from "./warrener/break-glass/break-glass.ts";
import { type Command, parseCommand } from "./warrener/command.ts";
import { findDeployment, findStage } from "./warrener/deployment.ts";
import { toLines } from "./warrener/line.ts";
import { actOnTunnel } from "./warrener/local-act.ts";
import { type DeploymentCommand, runCommand } from "./warrener/run-command.ts";
import type { Moment } from "./warrener/times.ts";

const command = readCommand();
if (command !== null) {
  try {
    await carryOut(command);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    fail(error.message);
  }
}

/** Null when the arguments are wrong, which is said. */
function readCommand(): Command | null {
  try {
    return parseCommand(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    fail(error.message, MISUSED);
    return null;
  }
}

async function carryOut(command: Command): Promise<void> {
  if (command.verb === "break-glass") return await doByHand(command);
  if (command.verb !== "local") return await askDeployment(command);
  const said = await actOnTunnel(command.act, command.name);
  print(process.stdout, command.json ? JSON.stringify({ message: said }) : said);
}

async function askDeployment(command: DeploymentCommand): Promise<void> {
  const deployment = await findDeployment(command);
  const yes = command.verb === "accept" && command.yes;
  const ask = askPerson({ input: process.stdin, output: process.stderr, yes });
  answer(command.json, await runCommand(deployment, command, readMoment(), ask));
}

async function doByHand(command: Extract<Command, { verb: "break-glass" }>): Promise<void> {
  const { stage, link, linkFile } = await findStage(command);
  const { name, act, dir } = command;
  const asked = { stage, link, linkFile: linkFile ?? undefined, name, act, dir };
  answer(command.json, await breakGlass(asked, { moment: readMoment(), random: randomBytes }));
}

function readMoment(): Moment {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { now: Math.floor(Date.now() / 1_000), timeZone };
}

function answer(asJson: boolean, { lines, json, problem }: Answered): void {
  if (asJson) print(process.stdout, JSON.stringify(json, null, 2));
  else if (lines.length > 0) print(process.stdout, lines.join("\n"));
  if (problem !== null) fail(problem);
}

function fail(message: string, code = 1): void {
  print(process.stderr, `warrener: ${message}`);
  process.exitCode = code;
}

/** Whatever it says, a terminal obeys none of it. */
function print(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${toLines(text.split("\n")).join("\n")}\n`);
}
