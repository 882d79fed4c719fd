/**
 * What is remembered of the allowlists from one run to the next, so that a run that has looked at one group can still
 * tell how all of them are. Pure. When it is lost, the next sweep knows again what holds; forgotten are only what was
 * healed within the last minutes, and revert wars of the last hour.
 */
import * as z from "zod";
import { ConditionSchema } from "../alerts/condition.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { Actor } from "./actor.ts";
import { isBegun, settleBegun } from "./begun.ts";
import { Ended, takeEnded } from "./ended.ts";
import { GroupReport } from "./group-report.ts";
import { isOver, takeHealed } from "./healed.ts";
import { HealedHit } from "./healed-hit.ts";
import { takeHeals } from "./heals.ts";
import { fitMemory } from "./memory-size.ts";
import { Heal } from "./revert-war.ts";
import { standingAfter } from "./standing-memory.ts";
import { Unhealed } from "./unhealed.ts";

const At = z.int().nonnegative();

/** When a group was looked at, as far as it ever was. */
const Look = z.object({
  group: z.string(),
  lookedAt: At.nullable(),
  /** When it was last seen as it should be: what was changed before explains nothing. */
  inOrderAt: At.nullable(),
  /** When an exception of it begins or ends next. */
  nextAt: At.nullable(),
  /** Since when it could not be read, and why. */
  unreadSince: At.nullable(),
  unreadCode: z.string().nullable(),
});
export type Look = z.infer<typeof Look>;

export const AllowlistMemory = z.object({
  /** Counts the writes: two runs at once cannot both build on the same one. 0: never written. */
  version: z.int().nonnegative(),
  looks: z.array(Look),
  /** What holds of each group as it was last looked at. */
  standing: z.array(z.object({ group: z.string(), condition: ConditionSchema })),
  /** What of it was not put right, for the next look. */
  unhealed: z.array(Unhealed).default([]),
  /** What runs were about to put right that have not told yet. */
  begun: z.array(GroupReport).default([]),
  /** What was put right and is told now. */
  healed: z.array(z.object({ key: z.string(), actor: Actor, hits: z.array(HealedHit) })),
  ended: z.array(Ended),
  heals: z.array(Heal),
  /** The ids of the reports in which something was put right, so that none counts twice; the latest last. */
  known: z.array(z.string()),
  /** When there was more than fits: of what is missing since nobody knows whether it still holds. */
  cutAt: At.nullable().default(null),
});
export type AllowlistMemory = z.infer<typeof AllowlistMemory>;

export const NO_MEMORY: AllowlistMemory = {
  version: 0,
  looks: [],
  standing: [],
  unhealed: [],
  begun: [],
  healed: [],
  ended: [],
  heals: [],
  known: [],
  cutAt: null,
};

const NEVER: Omit<Look, "group"> = {
  lookedAt: null,
  inOrderAt: null,
  nextAt: null,
  unreadSince: null,
  unreadCode: null,
};

export const lookOf = ({ looks }: Pick<AllowlistMemory, "looks">, group: string): Look =>
  looks.find((look) => look.group === group) ?? { group, ...NEVER };

export interface Unread {
  readonly group: string;
  readonly code: string;
}

export interface Looked {
  /** Of this run, or noted by the other half; in any order, and each as often as it comes. */
  readonly reports: readonly GroupReport[];
  /** Groups that could not be read. */
  readonly unread: readonly Unread[];
  readonly now: Instant;
}

/** So many reports are known again. */
const KNOWN_MAX = 500;

/** `groups`: the names of the link's; what is remembered of others is forgotten. */
export function rememberLooked(
  memory: AllowlistMemory,
  groups: readonly string[],
  { reports, unread, now }: Looked,
): AllowlistMemory {
  const known = new Set(memory.known);
  const all = distinct(reports).filter(({ group }) => groups.includes(group));
  const ordered = all.filter((report) => !isBegun(report)).map((report) => reopened(memory, report));
  const { begun, settled } = settleBegun(memory, groups, all);
  const fresh = [...settled, ...ordered.filter(({ id }) => !known.has(id))];
  const healed = takeHealed(memory.healed, fresh, now);
  const looks = looksAfter(memory, groups, { reports: ordered, unread, now });
  const after = {
    ...memory,
    looks,
    ...standingAfter(memory, groups, ordered, looks),
    begun: [...begun],
    healed: healed.filter((one) => !isOver(one, now)).map((one) => ({ ...one, hits: [...one.hits] })),
    ended: takeEnded(memory.ended, fresh, now),
    heals: takeHeals(memory.heals, fresh, healed, now).filter(({ group }) => groups.includes(group)),
    known: [...memory.known, ...fresh.filter(isTold).map(({ id }) => id)].slice(-KNOWN_MAX),
    cutAt: memory.cutAt !== null && isWholeSince(looks, memory.cutAt, now) ? null : memory.cutAt,
  };
  return fitMemory(after, now);
}

/** Of looks that find nothing, at many events at once, not each is worth a write. */
const LOOK_AGAIN_SECONDS = 60;

/** Is there anything to be written? What is read and what is made have their fields in the same order. */
export function isNews(before: AllowlistMemory, after: AllowlistMemory): boolean {
  const textOf = (memory: AllowlistMemory): string =>
    JSON.stringify(AllowlistMemory.parse({ ...memory, looks: [] }));
  return textOf(before) !== textOf(after) || after.looks.some((look) => isNewLook(before, look));
}

function isNewLook(memory: AllowlistMemory, look: Look): boolean {
  const before = lookOf(memory, look.group);
  const isLater = (one: Instant | null, other: Instant | null): boolean =>
    (other ?? 0) - (one ?? 0) >= LOOK_AGAIN_SECONDS;
  const restOf = ({ nextAt, unreadSince, unreadCode }: Look) => [nextAt, unreadSince, unreadCode].join();
  return (
    isLater(before.lookedAt, look.lookedAt) ||
    isLater(before.inOrderAt, look.inOrderAt) ||
    restOf(before) !== restOf(look)
  );
}

/** In the order of their looks, each once; of looks within a second the order counts in which they are given. */
const distinct = (reports: readonly GroupReport[]): GroupReport[] =>
  [...new Map(reports.map((report) => [report.id, report])).values()].sort(
    (one, other) => one.at - other.at || compareText(one.group, other.group),
  );

/**
 * Whoever put it right may not know when the group was last seen as it should be. If that was after an exception had
 * ended, somebody has opened it again.
 */
function reopened(memory: AllowlistMemory, report: GroupReport): GroupReport {
  const { inOrderAt } = lookOf(memory, report.group);
  if (inOrderAt === null || inOrderAt >= report.at) return report;
  const drift = report.drift.map((one) =>
    one.certainty === "link" &&
    one.reason === "exception-over" &&
    one.exception !== undefined &&
    one.exception.until <= inOrderAt
      ? { ...one, certainty: "unknown" as const }
      : one,
  );
  return { ...report, drift };
}

/** What was forgotten is known again when every group was looked at since, or is given up. */
const isWholeSince = (looks: readonly Look[], cutAt: Instant, now: Instant): boolean =>
  looks.every((look) => (look.lookedAt ?? 0) > cutAt || isGivenUp(look, now));

/** What a group was like that could not be read for so long is not waited for. */
const GIVEN_UP_SECONDS = 3_600;
export const isGivenUp = ({ unreadSince }: Look, now: Instant): boolean =>
  unreadSince !== null && now - unreadSince >= GIVEN_UP_SECONDS;

const isTold = ({ healedCount, opened, closed }: GroupReport): boolean => healedCount + opened + closed > 0;

function looksAfter(
  memory: AllowlistMemory,
  groups: readonly string[],
  { reports, unread, now }: Looked,
): Look[] {
  const byGroup = Map.groupBy(reports, ({ group }) => group);
  const known = new Map(memory.looks.map((look) => [look.group, look]));
  const codes = new Map(unread.map(({ group, code }) => [group, code]));
  return groups.toSorted().map((group) => {
    const before = known.get(group) ?? { group, ...NEVER };
    const look = (byGroup.get(group) ?? []).reduce(looked, before);
    const code = codes.get(group);
    return code === undefined ? look : { ...look, unreadSince: look.unreadSince ?? now, unreadCode: code };
  });
}

function looked(before: Look, { at, nextAt, driftCount, withheld, troubles }: GroupReport): Look {
  if (before.lookedAt !== null && at < before.lookedAt) return before;
  // A note may tell of a look before the one that failed.
  const isRead = before.unreadSince === null || at >= before.unreadSince;
  const isInOrder = driftCount === 0 && troubles.length === 0 && withheld?.because !== "first-met";
  return {
    ...before,
    lookedAt: at,
    inOrderAt: isInOrder ? at : before.inOrderAt,
    nextAt,
    ...(isRead ? { unreadSince: null, unreadCode: null } : {}),
  };
}
