/** UpdateSecretVersionStage: whether a label may go where the caller wants it, and where all labels are then. */
import type { MoveInput } from "./inputs.ts";
import { attach, current, detach, type Labels } from "./labels.ts";
import { withinLimit } from "./limits.ts";
import {
  currentMustMove,
  moveNothing,
  mustRemoveFrom,
  removesFromAnother,
  valueNotFound,
} from "./refusals.ts";
import type { Contents } from "./secret-store.ts";

/** Throws `Refusal`. */
export function moveLabel({ versions, labels }: Contents, request: MoveInput): Labels {
  const { VersionStage: label, MoveToVersionId: to, RemoveFromVersionId: from } = request;
  if (to === undefined && from === undefined) throw moveNothing();
  for (const id of [from, to]) {
    if (id !== undefined && !versions.has(id)) throw valueNotFound(`VersionId: ${id}`);
  }
  const holder = labels.get(label);
  if (from === undefined && holder !== undefined && holder !== to) throw mustRemoveFrom(label, holder);
  if (from !== undefined && from !== holder) throw removesFromAnother(label);
  if (to === undefined) {
    if (label === current) throw currentMustMove();
    return detach(labels, label);
  }
  return withinLimit(attach(labels, label, to));
}
