/**
 * `npm run warrener -- rotate NAME`, of a key: asks the function that looks after it for a new one, by the same plan and
 * within the same limits as on its day. It may well have to wait: for relay, for the other tunnels, for a thaw.
 */
import { linkCertificates } from "../../shared/certificates/desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { askFunction } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import type { KeyReport } from "./keys-answer.ts";
import { keysOf, type LinkKey, readKeys } from "./read-keys.ts";
import { RotateAnswer, sayRefused } from "./rotate-answer.ts";

export interface Rotated {
  /** For the person. */
  readonly lines: readonly string[];
  /** How it stands after the look; null when the answer does not speak of it. */
  readonly report: KeyReport | null;
}

type Asked = Pick<Deployment, "link" | "lambda" | "functions" | "readPerson">;

/** Throws `ConfigError`, before anything is asked for, when nothing could come of it. */
export async function rotate(deployment: Asked, name: string): Promise<Rotated> {
  const { link, lambda, functions } = deployment;
  const key = findKey(link, name);
  const { problem, frozen } = await readKeys(deployment, name);
  // What is asked for is asked of what the deployed functions look after.
  if (problem !== null) throw new ConfigError(problem);
  const functionName = key.kind === "api-key" ? functions.apiKeys : functions.preSharedKeys;
  const answer = await askFunction(lambda, functionName, {
    event: { run: "rotate", name, actor: await deployment.readPerson() },
    answer: RotateAnswer,
    act: "rotate",
    afterFailure: `It may be asked for all the same: \`explain ${name}\` says what comes of it`,
  });
  const refused = sayRefused(answer);
  if (refused !== null) throw new ConfigError(`${name} was not asked for: ${refused}`);
  const report = [...answer.keys, ...answer.tunnels].find((one) => one.name === name) ?? null;
  return { lines: [`Asked for a new key: ${name}.`, ...sayThen(report, frozen)], report };
}

function findKey(link: Link, name: string): LinkKey {
  const keys = keysOf(link);
  const key = keys.find((one) => one.name === name);
  if (key !== undefined) return key;
  const has = [...linkCertificates(link), ...keys].map((one) => one.name).toSorted();
  throw new ConfigError(`the link has no certificate and no key ${name}: it has ${has.join(", ")}`);
}

function sayThen(report: KeyReport | null, frozen: boolean): string[] {
  if (frozen) return ["The link is frozen: nothing is done before it is thawed."];
  if (report === null) return [];
  if (report.waiting !== null) return [`It waits: ${report.waiting}.`];
  if (report.step !== null) return [`Next, within a minute: ${report.step}.`];
  return ["It is under way: `status` says how far."];
}
