/**
 * `npm run warrener -- VERB`: what happened to certificates, why they are as they are, and what comes next; and the
 * one order that a person may give. Against the local stack, or with `--stage` against a deployment of yours.
 */
import { ConfigError } from "../shared/runtime/errors.ts";
import { parseCommand } from "./warrener/command.ts";
import { findDeployment } from "./warrener/deployment.ts";
import { runCommand } from "./warrener/run-command.ts";

try {
  const command = parseCommand(process.argv.slice(2));
  const deployment = await findDeployment(command);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const now = Math.floor(Date.now() / 1_000);
  const { lines, json, problem } = await runCommand(deployment, command, { now, timeZone });
  process.stdout.write(command.json ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join("\n")}\n`);
  if (problem !== null) fail(problem);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  fail(error.message);
}

function fail(message: string): void {
  process.stderr.write(`warrener: ${message}\n`);
  process.exitCode = 1;
}
