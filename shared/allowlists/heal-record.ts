/** The record of what one run has written into one group: counted, and a few rules of it named, however many there are. */
import { changeId, type Facts, type NewChange, type RequestIds } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import { attributionFacts, doingOfDrift, inShort } from "./attribution-facts.ts";
import type { GroupReport, ToldChange } from "./group-report.ts";

export interface Maker {
  readonly link: Link;
  /** The function's name; of the other half's changes, its. */
  readonly actor: string;
  readonly requestIds: RequestIds;
}

/** A fact holds 2,048 characters; so many rules of their longest texts fit into it. */
const RULES_MAX = 6;
const REASONS_MAX = 32;

/** Null when nothing was written, nor tried. The same report has the same record, however often it is recorded. */
export function healRecord({ link, actor, requestIds }: Maker, report: GroupReport): NewChange | null {
  const { id, group, at, begunUntil, wish, drift, done, driftCount, opened, closed, failureCount, failures } =
    report;
  const isSettled = begunUntil !== undefined;
  if (opened + closed + failureCount === 0 && !isSettled) return null;
  const codes = [...new Set(failures.map(({ code }) => code))].toSorted();
  return {
    id: changeId(link.name, group, "heal", id),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "allowlists",
    target: group,
    kind: "heal",
    before: { drift: driftCount },
    after: {
      // Of a run that died nobody knows what it wrote, only what is in order since.
      ...(isSettled ? { inOrderSince: report.healedCount } : { opened, closed }),
      ...(failureCount === 0 ? {} : { failed: failureCount, codes: codes.slice(0, 10).join(", ") }),
      ...rulesOf(
        "openedRules",
        done.filter(({ kind }) => kind !== "close"),
        opened,
      ),
      ...rulesOf(
        "closedRules",
        done.filter(({ kind }) => kind === "close"),
        closed,
      ),
      ...doersOf(report),
      observedAt: at,
      wish,
    },
    reasons: [...new Set([...drift, ...done].map(({ reason }) => reason))].toSorted().slice(0, REASONS_MAX),
    actor,
    requestIds,
  };
}

function rulesOf(name: string, changes: readonly ToldChange[], count: number): Facts {
  const told = inShort(
    changes.map(({ rule }) => rule),
    RULES_MAX,
    Math.max(count, changes.length),
  );
  return told === null ? {} : { [name]: told };
}

/** As they are told: `who`, `when`, `from`, `with`, `did`. */
function doersOf({ drift, seen }: GroupReport): Facts {
  const doings = drift.flatMap((one) => doingOfDrift(one, seen) ?? []);
  if (doings.length === 0) return {};
  return Object.fromEntries(attributionFacts(doings).map(({ label, value }) => [label.toLowerCase(), value]));
}
