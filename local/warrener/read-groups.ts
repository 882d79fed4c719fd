/** What the deployed heal-allowlists would do in the link's groups, and whether it has the same link. */
import { allowlistsOf } from "../../shared/allowlists/desired.ts";
import type { AllowlistGroup } from "../../shared/allowlists/schema.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { AllowlistsPlan } from "./allowlists-answer.ts";
import { askFunction } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import { differenceOf } from "./read-plans.ts";
import { type GroupStanding, standGroup } from "./stand-group.ts";
import { orUnanswered, type Unanswered, unansweredIn } from "./unanswered.ts";

export interface GroupPlans {
  readonly groups: readonly GroupStanding[];
  /** Who gave no answer; then there is nothing in `groups`. */
  readonly unanswered: readonly Unanswered[];
  readonly frozen: boolean;
  /** What is wrong with the deployment, as far as the answer shows it. */
  readonly problem: string | null;
}

export const NO_GROUPS: GroupPlans = { groups: [], unanswered: [], frozen: false, problem: null };

/**
 * Of every group, or of one; none of a link that has no allowlists, and nobody is asked. Throws `ConfigError`, for want
 * of an answer only where one is asked about.
 */
export async function readGroups(
  { link, lambda, functions }: Pick<Deployment, "link" | "lambda" | "functions">,
  name?: string,
): Promise<GroupPlans> {
  const wanted = groupsOf(link).filter((group) => name === undefined || group.name === name);
  if (wanted.length === 0) return NO_GROUPS;
  const asked = { event: { run: "plan" }, answer: AllowlistsPlan, act: "plan" };
  const names = wanted.map((group) => group.name);
  const asking = () => askFunction(lambda, functions.allowlists, asked);
  const given = await orUnanswered(functions.allowlists, names, asking);
  const unanswered = unansweredIn([given], name !== undefined);
  const { answer } = given;
  if (answer === null) return { ...NO_GROUPS, unanswered };
  return {
    unanswered,
    groups: wanted.map((group) => standGroup(group, answer)),
    frozen: answer.frozen,
    problem: differenceOf([answer], linkDigest(link)),
  };
}

export const groupsOf = (link: Link): readonly AllowlistGroup[] => allowlistsOf(link).groups;
