/**
 * `npm run warrener -- VERB`: what happened to certificates, why they are as they are, and what comes next; and what a
 * person may order: a revocation, a freeze, a thaw. Against the local stack, or with `--stage` against a deployment of
 * yours. The exit code is 0 when the answer is there and nothing is wrong.
 */
import { ConfigError } from "../shared/runtime/errors.ts";
import { parseCommand } from "./warrener/command.ts";
import { findDeployment } from "./warrener/deployment.ts";
import { toLines } from "./warrener/line.ts";
import { actOnTunnel } from "./warrener/local-act.ts";
import { type DeploymentCommand, runCommand } from "./warrener/run-command.ts";

try {
  const command = parseCommand(process.argv.slice(2));
  if (command.verb === "local") {
    const said = await actOnTunnel(command.act, command.name);
    print(process.stdout, command.json ? JSON.stringify({ message: said }) : said);
  } else await askDeployment(command);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  fail(error.message);
}

async function askDeployment(command: DeploymentCommand): Promise<void> {
  const deployment = await findDeployment(command);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const now = Math.floor(Date.now() / 1_000);
  const { lines, json, problem } = await runCommand(deployment, command, { now, timeZone });
  print(process.stdout, command.json ? JSON.stringify(json, null, 2) : lines.join("\n"));
  if (problem !== null) fail(problem);
}

function fail(message: string): void {
  print(process.stderr, `warrener: ${message}`);
  process.exitCode = 1;
}

/** Whatever it says, a terminal obeys none of it. */
function print(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${toLines(text.split("\n")).join("\n")}\n`);
}
