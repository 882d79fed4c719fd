/**
 * Closes rules of one direction in as few calls as it takes. EC2 closes all that a call names or none: one that is gone,
 * or that nobody may close, must not keep the others open, so a call that is refused is made again in halves.
 */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Direction } from "./schema.ts";
import type { SecurityGroups } from "./security-groups.ts";

export interface Closing {
  readonly group: string;
  readonly direction: Direction;
  /** At most `CLOSES_MAX`. */
  readonly ids: readonly string[];
}

/**
 * What became of a rule: closed by this; not there, and not by this; a failure, after which nobody knows; or not tried,
 * as time or calls ran out.
 */
export type Closed = "done" | "gone" | "untried" | CloudError;

/** For as many halves as one rule among a hundred takes, three times over. */
const CALLS_MAX = 45;

/** Never throws for a cloud's failure. `mayCall`: whether there is time for another call. */
export async function closeRules(
  port: Pick<SecurityGroups, "close">,
  { group, direction, ids }: Closing,
  mayCall: () => boolean,
): Promise<ReadonlyMap<string, Closed>> {
  const closed = new Map<string, Closed>();
  const left: Part[] = [{ ids, isMaybeDone: false }];
  for (let part = left.shift(), calls = 0; part !== undefined; part = left.shift(), calls += 1) {
    const { ids: some } = part;
    const answer: Answer =
      calls < CALLS_MAX && mayCall()
        ? await orCloudError(() => port.close(group, direction, some))
        : "untried";
    const isMaybeDone = part.isMaybeDone || answer === "maybe-done";
    if (isRefusal(answer) && some.length > 1) left.unshift(...halvesOf(some, isMaybeDone));
    else for (const id of some) closed.set(id, toClosed(answer, isMaybeDone));
  }
  return closed;
}

interface Part {
  readonly ids: readonly string[];
  /** An attempt whose answer was lost may have closed them. */
  readonly isMaybeDone: boolean;
}

type Answer = Awaited<ReturnType<SecurityGroups["close"]>> | "untried" | CloudError;

/** Nothing was closed, because of one of them at least. After what may be tried again, nobody knows. */
const isRefusal = (answer: Answer): boolean =>
  answer instanceof CloudError ? !answer.retryable : answer === "gone" || answer === "maybe-done";

function toClosed(answer: Answer, isMaybeDone: boolean): Closed {
  if (answer === "gone" || answer === "maybe-done") return isMaybeDone ? "done" : "gone";
  return answer;
}

const halvesOf = (ids: readonly string[], isMaybeDone: boolean): Part[] => {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)].map((half) => ({ ids: half, isMaybeDone }));
};
