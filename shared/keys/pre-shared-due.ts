/** When a tunnel's key is to be replaced: by its age, because others may know it, or because a person asks for it. Pure. */
import type { Instant } from "../runtime/instant.ts";
import { isRead } from "./pre-shared-memory.ts";
import type { StageReason } from "./pre-shared-steps.ts";
import type { KeysView, TunnelKey } from "./pre-shared-view.ts";

export interface Due {
  readonly at: Instant;
  readonly reason: StageReason;
}

/** Null: never by itself, or nothing is stored that could grow old. */
export function dueOf(
  { policy, askedFor }: Pick<KeysView, "policy" | "askedFor">,
  { name, key: { stored } }: Pick<TunnelKey, "name" | "key">,
): Due | null {
  const current = isRead(stored) ? stored.current : null;
  if (current === null || current.origin === null) return null;
  const { createdAt, origin } = current;
  const asked = askedFor.get(name);
  if (asked !== undefined && asked > createdAt) return { at: asked, reason: "asked-for" };
  if (policy.rotateEverySeconds === null) return null;
  return origin === "adopted"
    ? { at: createdAt, reason: "adopted" }
    : { at: createdAt + policy.rotateEverySeconds, reason: "rotation-due" };
}
