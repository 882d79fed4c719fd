/** When something becomes of the tunnels by itself: time is never leapt over that. */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { TunnelClouds } from "./clouds/tunnel-clouds.ts";
import { KEY_POLICY } from "./tunnels.ts";

/** After it is due: who looks hours later would find it late. */
const LOOK_SECONDS = 60;

export function tunnelTurns({ model, secrets }: TunnelClouds, now: Instant): Instant[] {
  const due = [...secrets.values()].map(({ labels, versions }) => {
    const current = versions.get(labels.get("AWSCURRENT") ?? "");
    return (current?.createdAt ?? now) + (KEY_POLICY.rotateEverySeconds ?? 0) + LOOK_SECONDS;
  });
  return [...model.turnsAfter(now), ...due.filter((at) => at > now)];
}

/** A rotation is under way, and not late: whoever looks in hours would find it so. */
export const isAtWork = ({ tables: { memory } }: TunnelClouds, now: Instant): boolean =>
  memory.work !== null && now <= memory.work.dueAt;
