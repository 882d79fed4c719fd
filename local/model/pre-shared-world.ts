/**
 * Both clouds, the secrets and the table of a link in virtual time, for rotations of pre-shared keys: what is true, and
 * the one place where calls are lost, refused, or the last that a process makes.
 */

import { NO_PRE_SHARED_MEMORY, type PreSharedMemory } from "../../shared/keys/pre-shared-schema.ts";
import type { OpenIncident } from "../../shared/keys/pre-shared-view.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import type { DesiredTunnel, Maintenance, Memory as TunnelsMemory } from "../../shared/tunnels/schema.ts";
import { NO_MEMORY } from "../../shared/tunnels/schema.ts";
import { advance, type KeyTunnel, newTunnel, type Physics } from "./pre-shared-tunnels.ts";

export type Service = "ec2" | "hand" | "secrets" | "table";

export interface SecretVersion {
  readonly createdAt: Instant;
  readonly value: string;
}

export interface ModelSecret {
  readonly versions: Map<string, SecretVersion>;
  readonly labels: Map<string, string>;
  isDeleted: boolean;
}

export interface KeysWorld {
  now: Instant;
  readonly physics: Physics & {
    /** Of all changes of Azure's end, so many are accepted and ignored. */
    readonly ignoredShare: number;
    /** Of all calls, so many fail: half of them after they have had their effect. */
    readonly failShare: number;
    /** Azure's word on whether a tunnel is up comes so late. */
    readonly azureLagSeconds: number;
    /** AWS says so late that it works on a connection. */
    readonly awsLagSeconds: number;
  };
  readonly desired: readonly DesiredTunnel[];
  readonly tunnels: readonly KeyTunnel[];
  readonly secrets: ReadonlyMap<string, ModelSecret>;
  /** Services that answer no call, until when. */
  readonly away: Map<Service, Instant>;
  readonly maintenance: Map<string, Maintenance>;
  memory: PreSharedMemory;
  work: TunnelsMemory["work"];
  losses: { readonly tunnel: string; readonly at: Instant }[];
  incidents: OpenIncident[];
  frozen: boolean;
  lease: { fence: number; until: Instant };
  /** The process ends at the how many-th call from now; null: at none. */
  diesIn: { calls: number; readonly when: "before" | "after" } | null;
  isDead: boolean;
  /** Checked whenever time goes on. */
  onTick: () => void;
  /** Checked right before an end is changed by us. */
  onSet: (tunnel: KeyTunnel, end: "aws" | "azure", key: string) => void;
}

/** What a dead process would have thrown; nothing that it did after its death has an effect. */
export class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

const TICK_SECONDS = 20;

export function pass(world: KeysWorld, seconds: number): void {
  const end = world.now + seconds;
  while (world.now < end) {
    world.now = Math.min(end, world.now + TICK_SECONDS);
    for (const tunnel of world.tunnels) {
      const wasUp = tunnel.isUp;
      advance(world.physics, tunnel, world.now);
      if (wasUp && !tunnel.isUp) noteLoss(world, tunnel);
    }
    world.onTick();
  }
}

/** As the tunnels concern does: what is planned is no loss. */
function noteLoss(world: KeysWorld, { name }: KeyTunnel): void {
  const isPlanned =
    world.work?.reason === "planned" && world.work.tunnel === name && world.now <= world.work.dueAt;
  if (!isPlanned) world.losses = [...world.losses.slice(-9), { tunnel: name, at: world.now }];
}

export const tunnelsMemoryOf = (world: KeysWorld): TunnelsMemory => ({
  ...NO_MEMORY,
  version: 1,
  work: world.work,
  tunnels: world.tunnels.map(({ name }) => ({
    name,
    lostSince: null,
    hurtSince: null,
    doubtSince: null,
    unknownSince: null,
    losses: world.losses.filter(({ tunnel }) => tunnel === name).map(({ at }) => at),
    repairs: [],
    maintenance: world.maintenance.get(name) ?? { pending: false, autoAppliedAt: null },
    maintenanceUnseen: null,
    maintenanceDueAt: 0,
  })),
});

/** A call that fails is made again by its client, and so may take long. */
const SLOW_SHARE = 0.05;
const SLOW_SECONDS = 25;
const QUICK_SECONDS = 3;

/** One call of a process: it takes time, and may fail before or after its effect, or be the process's last. */
export async function call<T>(
  world: KeysWorld,
  service: Service,
  operation: string,
  run: () => T,
): Promise<T> {
  live(world);
  const { random, failShare } = world.physics;
  pass(world, Math.floor(random() * (random() < SLOW_SHARE ? SLOW_SECONDS : QUICK_SECONDS)));
  const dies = world.diesIn !== null && world.diesIn.calls-- === 0 ? world.diesIn.when : null;
  if (dies === "before") end(world);
  const drawn = random();
  if (world.now < (world.away.get(service) ?? 0) || drawn < failShare / 2) throw failed(service, operation);
  const result = run();
  if (dies === "after") end(world);
  if (drawn < failShare) throw failed(service, operation);
  return result;
}

function live({ isDead }: KeysWorld): void {
  if (isDead) throw new ProcessEnded("a process that has ended made a call");
}

function end(world: KeysWorld): never {
  world.isDead = true;
  throw new ProcessEnded("the process ends here");
}

const failed = (service: Service, operation: string) =>
  new CloudError({
    provider: service === "hand" ? "azure" : "aws",
    operation,
    target: "",
    code: "unreachable",
    retryable: true,
  });

export const START = 1_795_248_000;

/** A link whose tunnels are up, with keys that AWS has made; two of each connection. Nothing is stored. */
export function newLink(count: number, physics: KeysWorld["physics"]): KeysWorld {
  const desired = Array.from({ length: count }, (_, index) => ({
    name: `tunnel-${index + 1}`,
    connection: `connection-${Math.floor(index / 2) + 1}`,
    vpnConnectionId: `vpn-${Math.floor(index / 2) + 1}`,
    outsideIp: "198.51.100.10",
    routing: "bgp" as const,
  }));
  return {
    physics,
    desired,
    tunnels: desired.map(({ name, connection }) =>
      newTunnel(name, connection, `made.by.aws.${name.replace("-", ".")}`, START),
    ),
    now: START,
    secrets: new Map(desired.map(({ name }) => [name, newSecret()])),
    away: new Map(),
    maintenance: new Map(),
    memory: NO_PRE_SHARED_MEMORY,
    work: null,
    losses: [],
    incidents: [],
    frozen: false,
    lease: { fence: 0, until: 0 },
    diesIn: null,
    isDead: false,
    onTick: () => {},
    onSet: () => {},
  };
}

const newSecret = (): ModelSecret => ({ versions: new Map(), labels: new Map(), isDeleted: false });
