/**
 * Publishes what is planned: relay's store first, and the bunnies' once it is there. Each step can be lost: the next
 * look finds which stores are behind.
 */

import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import { publishThroughHand } from "./ask-hand.ts";
import type { PublishStep } from "./publish.ts";
import type { Publisher } from "./publisher.ts";
import { recordPublication } from "./record.ts";

export interface CarriedOut {
  /** Whose stores have taken it. */
  readonly published: readonly string[];
  /** Those of them that the journal has a record of. */
  readonly recorded: readonly PublishStep[];
  readonly refused: ReadonlyMap<string, string>;
  readonly trouble: readonly string[];
}

const AT_ONCE_MAX = 4;
/** A call of the hand, and what is written and told after it. */
const RESERVE_MS = 45_000;
/** Another run was there first, or the clouds differ for a moment: the next look decides anew. */
const PASSING: readonly string[] = ["elsewhere", "observation-stale", "frozen", "other-link", "no-time-left"];

export async function carryOut(publisher: Publisher, steps: readonly PublishStep[]): Promise<CarriedOut> {
  const published: string[] = [];
  const recorded: PublishStep[] = [];
  const refused = new Map<string, string>();
  const trouble: string[] = [];
  const take = async (step: PublishStep): Promise<boolean> => {
    const code = await publishStep(publisher, step);
    if (code === null) {
      published.push(step.party);
      if (await recordPublication(publisher, step)) recorded.push(step);
    } else {
      refused.set(step.party, code);
      if (!PASSING.includes(code)) trouble.push(`${step.party}: its trust bundle was not published, ${code}`);
    }
    return code === null;
  };
  const [head] = steps.filter(({ kind }) => kind === "publish");
  if (head !== undefined && !(await take(head))) return { published, recorded, refused, trouble };
  const copies = steps.filter(({ kind }) => kind === "copy");
  await inParallel(AT_ONCE_MAX, copies, async (step) => void (await take(step)));
  return { published, recorded, refused, trouble };
}

/** Null when it stands there. */
async function publishStep(publisher: Publisher, step: PublishStep): Promise<string | null> {
  const { log, remainingMs } = publisher;
  const { party, bundle } = step;
  const code = remainingMs() < RESERVE_MS ? "no-time-left" : await write(publisher, step);
  const fields = { party, version: bundle.version, replaces: step.replaces };
  if (code === null) log.info("trust.published", fields);
  else log.warn("trust.not-published", { ...fields, code });
  return code;
}

async function write(publisher: Publisher, step: PublishStep): Promise<string | null> {
  if (step.kind === "copy") {
    const answer = await orCloudError(() => publishThroughHand(publisher, step));
    if (answer instanceof CloudError) return answer.code;
    return answer === "published" ? null : answer.reason;
  }
  const answer = await orCloudError(() => publisher.head.publish(step.bundle, step.replaces));
  if (answer instanceof CloudError) return answer.code;
  return answer === "published" ? null : answer;
}
