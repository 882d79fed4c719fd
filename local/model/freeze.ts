/** The word about the freeze in memory. */
import { type Freeze, freezeOf, NEVER_FROZEN } from "../../shared/freeze/schema.ts";
import type { FreezeStore } from "../../shared/freeze/store.ts";
import type { Calls } from "./calls.ts";

export interface ModelFreeze extends FreezeStore {
  /** As it stands; a test may put anything there. */
  stands: Freeze;
  /** A person's word. */
  freeze(at: number, reason?: string): void;
  thaw(at: number): void;
}

const ALICE = "arn:aws:sts::111122223333:assumed-role/operator/alice";

export function modelFreeze(calls: Calls): ModelFreeze {
  const word = ({ stands }: ModelFreeze) => (stands.word === "unreadable" ? null : stands.word);
  const model: ModelFreeze = {
    stands: NEVER_FROZEN,
    freeze(at, reason = "a move of the gateway") {
      model.stands = freezeOf({ frozen: true, reason, by: ALICE, at, settled: false });
    },
    thaw(at) {
      model.stands = freezeOf({ frozen: false, reason: "", by: ALICE, at, settled: false });
    },
    read: () => calls.perform("freeze.read", "", () => model.stands),
    say: (next) =>
      calls.perform("freeze.say", "", () => {
        const before = word(model);
        if (before !== null && before.at >= next.at) return false;
        model.stands = freezeOf(next);
        return true;
      }),
    settle: ({ at }) =>
      calls.perform("freeze.settle", "", () => {
        const stands = word(model);
        if (stands?.at === at) model.stands = freezeOf({ ...stands, settled: true });
      }),
  };
  return model;
}
