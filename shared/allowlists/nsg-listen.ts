/**
 * What the hand does about an event of Azure: it looks at the groups that the event may be about, and puts right what
 * it finds. Many events of one group are one look more. Event Grid sends an event again when this throws, so it does
 * so only where that helps.
 *
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { createSharedRuns } from "../runtime/shared-runs.ts";
import { hearEventGrid } from "./event-grid.ts";
import type { GroupReport } from "./group-report.ts";
import type { HeardOf } from "./nsg-group-report.ts";
import { healGroup, type NsgCall, type NsgHand } from "./nsg-heal-group.ts";
import type { SeenChange } from "./seen.ts";

/** What was heard lately explains what is found a little later. */
const HEARD_SECONDS = 600;
const HEARD_MAX = 1_000;

export interface NsgListener {
  readonly hand: NsgHand;
  /** Object ids under which this half changes NSGs; none when they are not known: then its own changes are looked into. */
  readonly ownIdentities: () => Promise<readonly string[]>;
}

interface Given {
  readonly call: NsgCall;
  readonly change: SeenChange | null;
}
interface Memory {
  changes: readonly { readonly change: SeenChange; readonly heardAt: Instant }[];
  inOrderAt: Instant | null;
}

/** Keeps in mind what it heard. Throws `CloudError` when the event should come again. */
export function createNsgListener({ hand, ownIdentities }: NsgListener) {
  const memories = new Map<string, Memory>();
  const memoryOf = (group: string): Memory => memories.get(group) ?? { changes: [], inOrderAt: null };
  const hear = (group: string, change: SeenChange, heardAt: Instant) => {
    const { changes, inOrderAt } = memoryOf(group);
    const recent = changes.filter(
      (one) => one.heardAt > heardAt - HEARD_SECONDS && one.change.id !== change.id,
    );
    memories.set(group, { changes: [...recent, { change, heardAt }].slice(-HEARD_MAX), inOrderAt });
  };

  /** As it was heard when this is asked: events come in while a group is put right. */
  const heardOf = (group: string, given: readonly Given[]): HeardOf => {
    const { changes, inOrderAt } = memoryOf(group);
    const fresh = given.flatMap(({ change }) => (change === null ? [] : [change.id]));
    return { changes: changes.map(({ change }) => change), fresh, inOrderAt };
  };

  const look = createSharedRuns<Given, GroupReport | null>(async (group, given) => {
    const [first] = given;
    const place = hand.places.get(group);
    if (first === undefined || place === undefined) return null;
    const report = await healGroup(hand, first.call, place, () => heardOf(group, given));
    if (isInOrder(report)) memories.set(group, { ...memoryOf(group), inOrderAt: report.at });
    return report;
  });

  return async (call: NsgCall, event: unknown): Promise<void> => {
    const { log, clock } = call.keeper;
    const groups = [...hand.places].map(([name, { id }]) => ({ name, id }));
    const heard = hearEventGrid({ groups, ownIdentities: await ownIdentities() }, event);
    if (!heard.look) {
      log.info("allowlist.passed-over", { reason: heard.reason });
      return;
    }
    const { reason, change } = heard;
    const wanted = change === null || change.groups === "all" ? [...hand.places.keys()] : change.groups;
    log.info("allowlist.heard", { reason, groups: wanted, change: change?.id ?? null });
    if (change !== null) for (const group of wanted) hear(group, change, clock());
    const answers = await Promise.all(
      wanted.map(async (group) => ({
        group,
        answer: await orCloudError(() => look(group, { call, change })),
      })),
    );
    for (const { group, answer } of answers) {
      if (answer instanceof CloudError) log.error("allowlist.unread", { group, code: answer.code });
    }
    const again = answers.find(({ answer }) => helpsAgain(answer));
    if (again !== undefined) throw comeAgain(again.group, again.answer);
  };
}

const isInOrder = ({ withheld, failureCount, troubles, isMore }: GroupReport): boolean =>
  withheld === null && failureCount === 0 && troubles.length === 0 && !isMore;

function helpsAgain(answer: GroupReport | CloudError | null): boolean {
  if (answer === null) return false;
  if (answer instanceof CloudError) return answer.retryable;
  return answer.isMore || answer.failures.some(({ isLasting }) => !isLasting);
}

function comeAgain(target: string, answer: GroupReport | CloudError | null): CloudError {
  if (answer instanceof CloudError) return answer;
  const [operation, code] = ["HealNetworkSecurityGroup", "unfinished"];
  return new CloudError({ provider: "azure", operation, target, code, retryable: true });
}
