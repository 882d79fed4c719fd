/** Asks the function that looks after a certificate for another one, in the place of the one that there is now. */
import { relayCertificates } from "../../shared/certificates/desired.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { askFunction } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import type { PlannedOrNot } from "./plan-answer.ts";
import { readPlans } from "./read-plans.ts";
import { RenewAnswer, sayRefused } from "./rotate-answer.ts";
import { type PlanContext, sayNext } from "./say-plan.ts";
import { sayInstantAndDistance } from "./times.ts";

export interface Renewed {
  /** For the person. */
  readonly lines: readonly string[];
  /** How it stands after the run; null when the answer does not speak of it. */
  readonly certificate: PlannedOrNot | null;
}

type Asked = Pick<Deployment, "link" | "lambda" | "functions" | "readPerson">;

/** Throws `ConfigError`, before anything is asked for, when nothing could come of it. */
export async function rotateCertificate(
  deployment: Asked,
  name: string,
  context: PlanContext,
): Promise<Renewed> {
  const { link, lambda, functions } = deployment;
  const { certificates, problem } = await readPlans(deployment, name);
  // What is asked for is asked of what the deployed functions look after.
  if (problem !== null) throw new ConfigError(problem);
  const serial = serialOf(name, certificates[0], context);
  const isRelays = relayCertificates(link).some((one) => one.name === name);
  const answer = await askFunction(lambda, isRelays ? functions.relay : functions.bunnies, {
    // By its serial: however often the call is made, one is replaced.
    event: { run: "rotate", name, serial, actor: await deployment.readPerson() },
    answer: RenewAnswer,
    act: "rotate",
    afterFailure: `It may be asked for all the same: \`explain ${name}\` says what comes of it`,
  });
  const refused = sayRefused(answer);
  if (refused !== null) throw new ConfigError(`${name} was not asked for: ${refused}`);
  const certificate = answer.certificates.find((one) => one.certificate === name) ?? null;
  const asked = `Asked for a new certificate: ${name}, in the place of ${serial}.`;
  return { lines: [asked, ...sayThen(certificate, serial, answer.frozen, context)], certificate };
}

function serialOf(name: string, one: PlannedOrNot | undefined, context: PlanContext): string {
  if (one?.outcome !== "planned")
    throw new ConfigError(
      `${name} cannot be rotated now: ${one === undefined ? "nothing was answered for it" : sayNext(one, context)}`,
    );
  if (one.current === null)
    throw new ConfigError(`${name} has no certificate yet: a run requests one anyway`);
  return one.current.serial;
}

function sayThen(
  one: PlannedOrNot | null,
  serial: string,
  frozen: boolean,
  context: PlanContext,
): readonly string[] {
  if (one === null) return [];
  const isMet = one.outcome === "planned" && one.current !== null && one.current.serial !== serial;
  if (isMet && one.current !== null)
    return [
      `Done: ${one.current.serial} is there, until ${sayInstantAndDistance(one.current.notAfter, context)}.`,
      ...(one.promotion?.kind === "hold" ? ["relay serves the other one until it may take its place."] : []),
    ];
  return frozen
    ? ["The link is frozen: nothing is done before it is thawed."]
    : [`Next: ${sayNext(one, context)}`];
}
