/**
 * The tunnels of a life as they really are, whatever either cloud says of them: up or down, with a key at each end, what
 * is being done to each, and what is wrong with it that time or a repair mends.
 */

import { makePreSharedKey } from "../../shared/keys/pre-shared-key.ts";
import { InvariantError } from "../../shared/runtime/errors.ts";
import type { Clock, Instant } from "../../shared/runtime/instant.ts";
import type { Maintenance, RepairKind } from "../../shared/tunnels/schema.ts";
import {
  type Actor,
  advance,
  changeAzure,
  type KeyTunnel,
  newTunnel,
  type Physics,
  replaceEnd,
  resetAzure,
} from "../model/pre-shared-tunnels.ts";
import type { Draw } from "./draw.ts";
import { randomBytesFrom } from "./random-bytes.ts";
import { TUNNELS } from "./tunnels.ts";

const AZURE_LAG_SECONDS_MAX = 240;
const AWS_LAG_SECONDS_MAX = 60;

export const NO_MAINTENANCE: Maintenance = { pending: false, autoAppliedAt: null };

export interface LivingTunnel extends KeyTunnel {
  /** The repair that alone brings it back; null when none is needed. */
  mendedBy: RepairKind | null;
  maintenance: Maintenance;
}

export class TunnelModel {
  readonly all: readonly LivingTunnel[];
  /** Azure's word on whether a tunnel is up comes so late, */
  readonly azureLagSeconds: number;
  /** and so late AWS says that it works on a connection. */
  readonly awsLagSeconds: number;
  /** Every key that either end ever had. */
  readonly keys = new Set<string>();
  readonly #physics: Physics;
  readonly #draw: Draw;
  readonly #clock: Clock;

  constructor(draw: Draw, clock: Clock) {
    this.#draw = draw;
    this.#clock = clock;
    this.azureLagSeconds = draw.whole(0, AZURE_LAG_SECONDS_MAX);
    this.awsLagSeconds = draw.whole(0, AWS_LAG_SECONDS_MAX);
    this.#physics = {
      azureNegotiatesAtOnce: draw.chance(0.5),
      awsShowsKeyAtOnce: draw.chance(0.5),
      random: draw.next,
    };
    this.all = TUNNELS.map(({ name, vpnConnectionId }) => ({
      ...newTunnel(name, vpnConnectionId, this.newKey(), clock()),
      mendedBy: null,
      maintenance: NO_MAINTENANCE,
    }));
  }

  /** When an event of it comes, in seconds. */
  drawSeconds({ min, max }: { readonly min: number; readonly max: number }): number {
    return this.#draw.whole(min, max);
  }

  get isAnyUp(): boolean {
    return this.all.some(({ isUp }) => isUp);
  }

  named(name: string): LivingTunnel {
    const tunnel = this.all.find((one) => one.name === name);
    if (tunnel === undefined) throw new InvariantError(`there is no tunnel ${name}`);
    return tunnel;
  }

  /** As a person makes one. */
  newKey(): string {
    return this.#known(makePreSharedKey((count) => randomBytesFrom(this.#draw, count)).unwrap());
  }

  /** Those that went up or down until now. */
  pass(now: Instant): LivingTunnel[] {
    return this.all.filter((tunnel) => {
      const wasUp = tunnel.isUp;
      advance(this.#physics, tunnel, now);
      return tunnel.isUp !== wasUp;
    });
  }

  /** AWS changes one tunnel of a connection at a time. */
  isModified({ connection }: Pick<KeyTunnel, "connection">): boolean {
    return this.all.some((other) => other.connection === connection && other.replaced !== null);
  }

  /** A gateway takes one change at a time, whichever connection it is about. */
  get isGatewayBusy(): boolean {
    return this.all.some(({ azureChange }) => azureChange !== null);
  }

  /** Null: its key stays. */
  replace(tunnel: LivingTunnel, key: string | null, by: Actor): void {
    replaceEnd(this.#physics, tunnel, key === null ? null : this.#known(key), by, this.#clock());
    this.#mend(tunnel, "replace-aws");
  }

  /** Null: it is accepted, and ignored. */
  setAzure(tunnel: LivingTunnel, key: string | null, by: Actor): void {
    changeAzure(this.#physics, tunnel, key === null ? null : this.#known(key), by, this.#clock());
  }

  reset(tunnel: LivingTunnel): void {
    resetAzure(this.#physics, tunnel, "us", this.#clock());
    this.#mend(tunnel, "reset-azure");
  }

  /** When something becomes of what has begun, whoever began it. */
  turnsAfter(now: Instant): Instant[] {
    return this.all
      .flatMap(({ replaced, azureChange, brokenUntil, comesUpAt, negotiatesAt, awsKey, azureKey }) => [
        replaced?.until ?? now,
        azureChange?.until ?? now,
        brokenUntil,
        comesUpAt ?? now,
        awsKey === azureKey ? now : negotiatesAt,
      ])
      .filter((at) => at > now);
  }

  #mend(tunnel: LivingTunnel, kind: RepairKind): void {
    if (tunnel.mendedBy !== kind) return;
    tunnel.mendedBy = null;
    tunnel.brokenUntil = this.#clock();
  }

  #known(key: string): string {
    this.keys.add(key);
    return key;
  }
}
