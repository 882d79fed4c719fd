/**
 * Observes the link's security groups. What is not known of one says nothing about the others, and "no rules" is only
 * believed of a group that exists.
 */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import type { Log } from "../runtime/log.ts";
import type { AwsGroup, Rule } from "./schema.ts";
import type { ObservedSecurityGroup } from "./security-group.ts";
import { GROUPS_MAX, type RulesOfGroup, type SecurityGroups } from "./security-groups.ts";

export interface GroupObserver {
  readonly groups: Pick<SecurityGroups, "rules" | "existing" | "prefixListSizes">;
  readonly log: Log;
}

export interface Looking {
  /** Whether to ask for the sizes of prefix lists where a rule names one: only a full group needs them. */
  readonly withSizes: boolean;
  /** They were seen a moment ago: whoever comes back without rules has none. */
  readonly exist: boolean;
}

export interface Looked {
  /** By id. */
  readonly groups: ReadonlyMap<string, ObservedSecurityGroup | CloudError>;
  /** How many questions that took. */
  readonly calls: number;
}

type Rules = RulesOfGroup | CloudError | null;

const NO_RULES: RulesOfGroup = { rules: [], unreadable: [] };

/** Never throws for a cloud's failure. */
export async function observeSecurityGroups(
  { groups: port, log }: GroupObserver,
  desired: readonly AwsGroup[],
  { withSizes, exist }: Looking,
): Promise<Looked> {
  const ids = [...new Set(desired.map(({ group }) => group))].sort();
  const answers = await inChunks(ids, (chunk) => port.rules(chunk));
  const rules = new Map<string, Rules>(ids.map((id) => [id, answers.of(id)?.get(id) ?? answers.error(id)]));
  const bare = exist ? [] : ids.filter((id) => rules.get(id) === null);
  const existing = await inChunks(bare, (chunk) => port.existing(chunk));
  for (const id of ids) {
    if (rules.get(id) !== null) continue;
    if (exist || existing.of(id)?.has(id) === true) rules.set(id, NO_RULES);
    else rules.set(id, existing.error(id));
  }
  const sizes = await sizesOf(port, log, withSizes ? prefixListsIn(desired, rules) : []);
  const groups = new Map(
    [...rules].map(([id, of]) => [
      id,
      of instanceof CloudError ? of : { rules: null, ...of, prefixListSizes: sizes.known },
    ]),
  );
  return { groups, calls: answers.calls + existing.calls + sizes.calls };
}

interface Chunks<T> {
  readonly calls: number;
  /** The answer about this id; undefined when there was none. */
  readonly of: (id: string) => T | undefined;
  /** Why there was none; null when there was one. */
  readonly error: (id: string) => CloudError | null;
}

/** So many of their pages are read at the same time: far below EC2's rate of questions. */
const CHUNKS_AT_ONCE = 3;

/** A question that fails takes the groups that it names with it, and no others. */
async function inChunks<T>(
  ids: readonly string[],
  ask: (chunk: readonly string[]) => Promise<T>,
): Promise<Chunks<T>> {
  const answers = new Map<string, T>();
  const errors = new Map<string, CloudError>();
  const chunks = Array.from({ length: Math.ceil(ids.length / GROUPS_MAX) }, (_, index) =>
    ids.slice(index * GROUPS_MAX, (index + 1) * GROUPS_MAX),
  );
  await inParallel(CHUNKS_AT_ONCE, chunks, async (chunk) => {
    const answer = await orCloudError(() => ask(chunk));
    for (const id of chunk) {
      if (answer instanceof CloudError) errors.set(id, answer);
      else answers.set(id, answer);
    }
  });
  return { calls: chunks.length, of: (id) => answers.get(id), error: (id) => errors.get(id) ?? null };
}

const namesPrefixList = ({ peer }: Rule): string[] => (peer.kind === "prefix-list" ? [peer.id] : []);

function prefixListsIn(desired: readonly AwsGroup[], observed: ReadonlyMap<string, Rules>): string[] {
  const wanted = desired.flatMap(({ rules, exceptions }) => [
    ...rules,
    ...exceptions.map(({ rule }) => rule),
  ]);
  const there = [...observed.values()].flatMap((rules) =>
    rules === null || rules instanceof CloudError ? [] : rules.rules.map(({ rule }) => rule),
  );
  return [...new Set([...wanted, ...there].flatMap(namesPrefixList))].sort();
}

/** Without them a list counts for one rule: EC2 then refuses what is too much, and that is told. */
async function sizesOf(
  port: GroupObserver["groups"],
  log: Log,
  lists: readonly string[],
): Promise<{ readonly known: ReadonlyMap<string, number>; readonly calls: number }> {
  const answers = await inChunks(lists, (chunk) => port.prefixListSizes(chunk));
  const unknown = lists.flatMap((id) => answers.error(id) ?? []);
  for (const { operation, code } of new Set(unknown))
    log.warn("allowlist.sizes-unknown", { operation, code });
  const known = new Map<string, number>();
  for (const id of lists) {
    const size = answers.of(id)?.get(id);
    if (size !== undefined) known.set(id, size);
  }
  return { known, calls: answers.calls };
}
