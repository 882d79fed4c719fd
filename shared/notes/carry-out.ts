/**
 * Every change that the hand is asked for goes through here: none is made while the link is frozen, and of each that
 * was made, or may have been, there is a note.
 */
import type { Refused } from "../azure-api/contract.ts";
import { refuseWhileFrozen } from "../freeze/hand.ts";
import { CloudError } from "../runtime/errors.ts";
import { leaveNote, type NoteKeeper } from "./hand.ts";
import type { HandNote } from "./schema.ts";

export async function carryOut<O extends { readonly outcome: string }>(
  keeper: NoteKeeper,
  wanted: Pick<HandNote, "act" | "target" | "function">,
  change: () => Promise<O>,
): Promise<O | Refused> {
  const frozen = await refuseWhileFrozen(keeper.rows);
  if (frozen !== null) return frozen;
  const answer = await noteFailure(keeper, wanted, change);
  if (answer.outcome !== "refused") await leaveNote(keeper, { ...wanted, outcome: answer.outcome });
  return answer;
}

/** A call that was not taken has changed nothing. Of any other that failed nobody knows. */
async function noteFailure<O>(
  keeper: NoteKeeper,
  wanted: Pick<HandNote, "act" | "target" | "function">,
  change: () => Promise<O>,
): Promise<O> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof CloudError && !error.throttled) {
      await leaveNote(keeper, { ...wanted, outcome: "unknown", code: error.code });
    }
    throw error;
  }
}
