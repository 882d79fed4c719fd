/**
 * Which function of a link brings the hand the word about the freeze and collects its notes: whoever of those that the
 * link has runs most often, and only that one. Both halves ask here, so that the one who comes is the one who may.
 */

export type SweepingFunction = "heal-allowlists" | "watch-tunnels" | "renew-certificates";

interface Concerns {
  readonly allowlists?: unknown;
  readonly vpn?: unknown;
}

export function sweepingFunction({ allowlists, vpn }: Concerns): SweepingFunction {
  if (allowlists !== undefined) return "heal-allowlists";
  return vpn === undefined ? "renew-certificates" : "watch-tunnels";
}
