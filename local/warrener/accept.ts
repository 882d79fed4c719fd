/**
 * `npm run warrener -- accept GROUP`: shows what waits for a person in a group of rules, asks, and has the function
 * that looks after it remember the answer. What is accepted is what was shown: the wish of the link for this group, by
 * its digest.
 */
import type { GroupReport } from "../../shared/allowlists/group-report.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import { changeId } from "../../shared/journal/change.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import type { AcceptAnswer } from "./allowlists-answer.ts";
import { type GroupPlans, groupsOf } from "./read-groups.ts";
import { sayAccepted, sayAsked } from "./say-accept.ts";
import { type GroupStanding, waitsFor } from "./stand-group.ts";

export interface AcceptParts {
  readonly link: Link;
  readonly audit: Pick<Audit, "record">;
  /** The ARN of whoever accepts. */
  readonly person: string;
  /** What a run would do now, of this one group. */
  readonly plan: () => Promise<Omit<GroupPlans, "unanswered">>;
  readonly accept: (wish: string) => Promise<AcceptAnswer>;
  /** Shows what is about to be accepted, and says what the person answers; "nobody" when there is none to ask. */
  readonly ask: (lines: readonly string[]) => Promise<"yes" | "no" | "nobody">;
}

export interface Accepted {
  readonly outcome: "accepted" | "nothing-waits" | "not-accepted" | "refused";
  /** For the person. */
  readonly lines: readonly string[];
  readonly problem: string | null;
  /** What was done at once, or what was shown. */
  readonly report: GroupReport | null;
}

/** Throws `ConfigError`, before anything is accepted, when there is nothing that could be. */
export async function acceptGroup(parts: AcceptParts, name: string): Promise<Accepted> {
  const shown = await readWaiting(parts, name);
  const { report } = shown;
  if (waitsFor(report) === null) {
    const lines = [`${name}: nothing waits to be accepted.`];
    return { outcome: "nothing-waits", lines, problem: null, report };
  }
  const answer = await parts.ask(sayAsked(shown.group, report));
  if (answer !== "yes") return { outcome: "not-accepted", ...NOT_ACCEPTED[answer], report };
  return await send(parts, name, report);
}

type Waiting = GroupStanding & { readonly report: GroupReport };

async function readWaiting({ link, plan }: AcceptParts, name: string): Promise<Waiting> {
  const names = groupsOf(link).map((group) => group.name);
  if (names.length === 0) throw new ConfigError("the link has no allowlists, so there is nothing to accept");
  if (!names.includes(name))
    throw new ConfigError(`the link has no group ${name}: it has ${names.toSorted().join(", ")}`);
  const { groups, frozen, problem } = await plan();
  // What is accepted is the wish of the link that was deployed.
  if (problem !== null) throw new ConfigError(problem);
  if (frozen) throw new ConfigError("the link is frozen: nothing is accepted before `thaw`");
  const [one] = groups;
  if (one === undefined || one.report === null)
    throw new ConfigError(`${name} could not be read (${one?.code ?? "nothing was answered"}): try again`);
  if (waitsFor(one.report) === "report-mode")
    throw new ConfigError(
      `the link keeps ${name} in report mode, where nothing is touched whatever is accepted: write mode: "heal", deploy, and accept it then`,
    );
  return { ...one, report: one.report };
}

const NOBODY =
  "nothing was accepted, as there is nobody to ask here: look at what is shown, and say it with --yes";
const NOT_ACCEPTED = {
  no: { lines: ["Nothing was accepted."], problem: null },
  nobody: { lines: [], problem: NOBODY },
} as const;

async function send(parts: AcceptParts, name: string, shown: GroupReport): Promise<Accepted> {
  try {
    const answer = await parts.accept(shown.wish);
    if (answer.outcome === "refused") return await sayRefused(parts, name, answer.reason);
    await record(parts, name, shown, answer.at);
    return { outcome: "accepted", ...sayAccepted(name, answer), report: answer.report };
  } catch (error) {
    // A run that ends in trouble fails as a whole, and has kept what was accepted before.
    if (!(error instanceof ConfigError)) throw error;
    const kept = await readKept(parts, shown);
    if (kept === null) throw error;
    await record(parts, name, shown, kept.at);
    const lines = [`Accepted for ${name}. It is not in order yet: \`plan ${name}\` says more.`];
    return { outcome: "accepted", lines, problem: error.message, report: kept };
  }
}

/** How the group stands now, when it does not wait any more for what was shown; null when that cannot be said. */
async function readKept({ plan }: AcceptParts, shown: GroupReport): Promise<GroupReport | null> {
  const again = await plan().catch(() => null);
  const report = again?.groups[0]?.report ?? null;
  return report !== null && report.wish === shown.wish && waitsFor(report) === null ? report : null;
}

async function record(
  { link, audit, person }: AcceptParts,
  name: string,
  { wish }: GroupReport,
  at: Instant,
): Promise<void> {
  await audit.record({
    id: changeId(link.name, name, "accept", `${wish} ${at}`),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "allowlists",
    target: name,
    kind: "accept",
    before: null,
    after: { wish },
    reasons: [],
    actor: person,
    requestIds: {},
  });
}

async function sayRefused(parts: AcceptParts, name: string, reason: string): Promise<Accepted> {
  const refused = (problem: string, lines: readonly string[] = [], report: GroupReport | null = null) => ({
    outcome: "refused" as const,
    ...{ lines, problem, report },
  });
  switch (reason) {
    case "other-wish": {
      const { group, report } = await readWaiting(parts, name);
      const problem = `nothing was accepted: the deployed link wants something else of ${name} now than was shown. Above is what it wants now; accept that`;
      return refused(problem, sayAsked(group, report), report);
    }
    case "unknown-group":
      return refused(`nothing was accepted: the deployed link has no group ${name}. Deploy, and try again`);
    case "frozen":
      return refused("nothing was accepted: the link is frozen. `thaw` it first");
    default:
      return refused(`nothing was accepted: ${reason}. Try again`);
  }
}
