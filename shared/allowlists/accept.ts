/**
 * A person agrees to what the link wants of one group: that is remembered, and the group is healed at once. Only the
 * wish that was shown is agreed to; when the link wants something else by now, it is to be planned again.
 */
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { wishDigest } from "./consent.ts";
import { type GroupReport, TOLD_MAX } from "./group-report.ts";
import type { GroupProblem } from "./half-report.ts";
import { type Healer, healAllowlists } from "./heal.ts";
import type { AllowlistGroup, AwsGroup } from "./schema.ts";
import { keptOf, type Standing } from "./standing.ts";

export interface AcceptRequest {
  /** By the link's name. */
  readonly group: string;
  /** The digest that was shown (consent.ts). */
  readonly wish: string;
}

export type AcceptReport =
  | {
      readonly outcome: "accepted";
      /** How the group stands now; null when it could not be looked at. */
      readonly report: GroupReport | null;
      readonly problem: GroupProblem | null;
      readonly trouble: readonly string[];
    }
  /** Nothing was agreed to. The reason is one of ours, the hand's, or a cloud's code. */
  | { readonly outcome: "refused"; readonly reason: string; readonly trouble: readonly [] };

export interface Acceptor extends Omit<Healer, "hand"> {
  readonly hand: HandOf<EndpointOf<"allowlists">>;
}

/** Throws `CloudError` when what stands could not be read. */
export async function acceptWish(acceptor: Acceptor, { group, wish }: AcceptRequest): Promise<AcceptReport> {
  const desired = acceptor.allowlists.groups.find(({ name }) => name === group);
  if (desired === undefined) return refused("unknown-group");
  const reason = await refusalOf(acceptor, desired, wish);
  if (reason !== null) return refused(reason);
  acceptor.log.info("allowlist.accepted", { group, wish });
  const standing = await acceptor.store.read([group]);
  const { reports, problems, report } = await healAllowlists(acceptor, standing, {
    groups: [desired],
    changes: [],
  });
  return {
    outcome: "accepted",
    report: inAll(reports),
    problem: problems.at(-1) ?? null,
    trouble: report.trouble,
  };
}

/** What the hand has done in several answers, and what the last one says of the rest; null when there is none. */
function inAll(reports: readonly GroupReport[]): GroupReport | null {
  const last = reports.at(-1);
  if (last === undefined) return null;
  const sum = (of: (report: GroupReport) => number) => reports.reduce((total, one) => total + of(one), 0);
  return {
    ...last,
    done: reports.flatMap(({ done }) => done).slice(0, TOLD_MAX),
    opened: sum(({ opened }) => opened),
    closed: sum(({ closed }) => closed),
  };
}

const refused = (reason: string): AcceptReport => ({ outcome: "refused", reason, trouble: [] });

/** Null when the wish is agreed to. */
async function refusalOf(acceptor: Acceptor, desired: AllowlistGroup, wish: string): Promise<string | null> {
  const standing = await acceptor.store.read([desired.name]);
  if (standing.freeze.frozen) return "frozen";
  if (wish !== wishDigest(desired)) return "other-wish";
  return desired.cloud === "aws"
    ? await keepAcceptance(acceptor, desired, standing, wish)
    : await askAcceptance(acceptor, desired.name, wish);
}

/** Each time a run has written what it applied; with a few at once, one is enough. */
const TRIES_MAX = 5;

async function keepAcceptance(
  { store }: Acceptor,
  { name }: AwsGroup,
  before: Standing,
  wish: string,
): Promise<string | null> {
  let standing = before;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kept = keptOf(standing, name);
    if (kept === "unreadable") return "unreadable-consent";
    const written = await orCloudError(() => store.keep(name, { ...kept, accepted: wish }));
    if (written instanceof CloudError) return written.code;
    if (written !== null) return null;
    standing = await store.read([name]);
    if (standing.freeze.frozen) return "frozen";
  }
  return "contended";
}

async function askAcceptance({ hand }: Acceptor, group: string, wish: string): Promise<string | null> {
  const answer = await orCloudError(() => hand("allowlists.accept", { group, wish }));
  if (answer instanceof CloudError) return answer.code;
  return answer.outcome === "refused" ? answer.reason : null;
}
