/** How long things take between the clouds. The defaults are real ones; a local run lets them pass faster. */
export interface Durations {
  /** IKE and IPsec, once both ends can and one of them begins. */
  readonly negotiationMs: number;
  /** From one attempt that fails for the key to the next. */
  readonly handshakeMs: number;
  /** From IPsec to an established BGP session. */
  readonly bgpMs: number;
  /** Until AWS takes a silent peer for dead: 30 s after the first failed keep-alive, with a DPD timeout of 40 s. */
  readonly deadPeerMs: number;
  /** A new tunnel endpoint at AWS: "up to several minutes", the least and the most. */
  readonly replacementMs: number;
  readonly replacementMaxMs: number;
  /** Until a connection that is being changed reads `modifying`; right after the call it may read `available`. */
  readonly modifyingLagMs: number;
  /** A reset of one connection at Azure. */
  readonly resetMs: number;
  /** A new shared key at Azure: so long the connection reads `Updating`, and shows the old one. */
  readonly keyChangeMs: number;
  /** How far Azure's status of a connection is behind. */
  readonly azureLagMs: number;
}

export const realDurations: Durations = {
  negotiationMs: 5_000,
  handshakeMs: 30_000,
  bgpMs: 10_000,
  deadPeerMs: 30_000,
  replacementMs: 180_000,
  replacementMaxMs: 1_200_000,
  modifyingLagMs: 3_000,
  resetMs: 30_000,
  keyChangeMs: 45_000,
  azureLagMs: 60_000,
};

/** Everything `speed` times as fast. */
export function quickened(speed: number, durations: Durations = realDurations): Durations {
  if (!(speed > 0)) throw new Error(`the speed must be a number over 0, not ${speed}`);
  return {
    negotiationMs: durations.negotiationMs / speed,
    handshakeMs: durations.handshakeMs / speed,
    bgpMs: durations.bgpMs / speed,
    deadPeerMs: durations.deadPeerMs / speed,
    replacementMs: durations.replacementMs / speed,
    replacementMaxMs: durations.replacementMaxMs / speed,
    modifyingLagMs: durations.modifyingLagMs / speed,
    resetMs: durations.resetMs / speed,
    keyChangeMs: durations.keyChangeMs / speed,
    azureLagMs: durations.azureLagMs / speed,
  };
}
