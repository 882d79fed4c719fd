/** The hand's notes, which outlive the run whose changes they are about: a case begins with those that it is about. */
import { handAs } from "../stack/hand-as.ts";
import type { Scene } from "./scene.ts";

const handOf = ({ stack, renew }: Scene) => handAs(stack, renew.deployed.role.arn);

export async function forgetNotes(scene: Scene): Promise<void> {
  const hand = handOf(scene);
  for (;;) {
    const answer = await hand("notes.collect", { after: null });
    if (answer.outcome === "refused") throw new Error(`the hand's notes are refused: ${answer.reason}`);
    if (answer.notes.length === 0) return;
    await hand("notes.forget", { ids: answer.notes.map(({ id }) => id) });
  }
}

/** Two: a request that the hand made, and dropped again. */
export async function leaveNotes(scene: Scene, expectedVersion: string): Promise<void> {
  const { name } = scene.certificate;
  const hand = handOf(scene);
  const made = await hand("certificates.request", { name, expectedVersion });
  if (made.outcome === "refused") throw new Error(`the hand makes no request: ${made.reason}`);
  await hand("certificates.drop-request", { name, requestId: made.pending.requestId });
}
