/** What the deployed functions would do, of every certificate or of one, and whether they have the same link. */
import { linkCertificates, relayCertificates } from "../../shared/certificates/desired.ts";
import type { Proof } from "../../shared/certificates/proof.ts";
import type { RevocationStep, RevocationTarget } from "../../shared/certificates/revocation.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { askPlan } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import type { PlanAnswer, PlannedOrNot } from "./plan-answer.ts";
import { orUnanswered, type Unanswered, unansweredIn } from "./unanswered.ts";

export interface Plans {
  readonly certificates: readonly PlannedOrNot[];
  /** What becomes of orders to revoke: those for what was asked about, and those for what has left the link. */
  readonly revocations: readonly RevocationStep[];
  /** Who gave no answer; of what they look after there is nothing in the others. */
  readonly unanswered: readonly Unanswered[];
  /** Then nothing of it is done before a thaw. */
  readonly frozen: boolean;
  /** What is wrong with the deployment, as far as the answers show it. */
  readonly problem: string | null;
}

export const NO_PLANS: Plans = {
  ...{ certificates: [], revocations: [], unanswered: [] },
  ...{ frozen: false, problem: null },
};

/**
 * Each by the function that looks after it. Throws `ConfigError`: for a name that the link has not, and, where one is
 * asked about, when there is no answer.
 */
export async function readPlans(
  { link, lambda, functions }: Pick<Deployment, "link" | "lambda" | "functions">,
  name: string | undefined,
): Promise<Plans> {
  const wanted = namesOf(link, name);
  const relays = relayCertificates(link).map((one) => one.name);
  const questions = [
    { functionName: functions.bunnies, names: wanted.filter((one) => !relays.includes(one)) },
    { functionName: functions.relay, names: wanted.filter((one) => relays.includes(one)) },
  ];
  const given = await Promise.all(
    questions.map((question) =>
      orUnanswered(question.functionName, question.names, () => askPlan(lambda, question)),
    ),
  );
  const answers = given.flatMap(({ answer }) => answer ?? []);
  return {
    certificates: answers.flatMap((answer) => answer.certificates),
    revocations: [...bySerial(answers.flatMap(({ revocations }) => revocations)).values()],
    unanswered: unansweredIn(given, name !== undefined),
    frozen: answers.some((answer) => answer.frozen),
    problem: differenceOf(answers, linkDigest(link)),
  };
}

/** Each function answers for what has left the link. */
const bySerial = (steps: readonly RevocationStep[]) =>
  new Map(steps.map((step) => [step.order.serial, step]));

function namesOf(link: Link, name: string | undefined): string[] {
  const all = linkCertificates(link).map((one) => one.name);
  if (name === undefined) return all;
  if (all.includes(name)) return [name];
  throw new ConfigError(`the link has no certificate ${name}: it has ${all.toSorted().join(", ")}`);
}

const DIGITS = 12;

/** Null when all of them are of the link that is asked about. */
export function differenceOf(answers: readonly Pick<PlanAnswer, "linkDigest">[], own: string): string | null {
  const other = answers.find((answer) => answer.linkDigest !== own);
  if (other === undefined) return null;
  const short = (digest: string) => digest.slice(0, DIGITS);
  return `the function was deployed from another link (${short(other.linkDigest)}…) than this one (${short(own)}…): deploy, or name the file that was deployed with --link`;
}

const PROOFS: readonly Proof[] = ["not-needed", "seen", "awaited", "overdue", "manual"];

/** What an order to revoke depends on; null when the certificate could not be read. */
export function targetOf(one: PlannedOrNot | undefined): RevocationTarget | null {
  if (one?.outcome !== "planned") return null;
  const proof = PROOFS.find((known) => known === one.proof) ?? "unknown";
  return { current: one.current, proof, served: one.served?.serial ?? null };
}
