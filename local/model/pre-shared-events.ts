/** What happens to a link's tunnels and keys without any doing of ours: drawn from a seed, and over by itself. */

import { NO_PRE_SHARED_MEMORY } from "../../shared/keys/pre-shared-schema.ts";
import type { KeyTunnel } from "./pre-shared-tunnels.ts";
import { changeAzure, replaceEnd } from "./pre-shared-tunnels.ts";
import type { KeysWorld, ModelSecret, Service } from "./pre-shared-world.ts";

const MINUTE = 60;
const HOUR = 3_600;

export interface Happening {
  readonly at: number;
  readonly what: string;
  readonly run: (world: KeysWorld) => void;
}

type Random = () => number;
const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from));
const oneOf = <T>(random: Random, all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];

const SERVICES: readonly Service[] = ["ec2", "hand", "secrets", "table"];

type Kind = (random: Random, at: number, name: string) => readonly Happening[];

const KINDS: Readonly<Record<string, Kind>> = {
  "somebody sets another key in Azure": (_, at, name) => [
    on(at, "key in Azure", name, (world, tunnel) =>
      changeAzure(world.physics, tunnel, handMade(world), "others", world.now),
    ),
  ],
  "somebody sets another key in AWS": (_, at, name) => [
    on(at, "key in AWS", name, (world, tunnel) => {
      if (!isModifying(world, tunnel))
        replaceEnd(world.physics, tunnel, handMade(world), "others", world.now);
    }),
  ],
  "somebody sets one other key at both ends": (_, at, name) => [
    on(at, "key at both ends", name, (world, tunnel) => {
      if (isModifying(world, tunnel)) return;
      const key = handMade(world);
      changeAzure(world.physics, tunnel, key, "others", world.now);
      replaceEnd(world.physics, tunnel, key, "others", world.now);
    }),
  ],
  "a tunnel breaks": (random, at, name) => [
    on(at, "broken", name, (world, tunnel) => {
      tunnel.brokenUntil = world.now + between(random, MINUTE, 2 * HOUR);
    }),
  ],
  "AWS announces maintenance and does it": (random, at, name) => {
    const appliedAt = at + between(random, 3 * HOUR, 9 * HOUR);
    return [
      on(at, "maintenance announced", name, (world) => {
        world.maintenance.set(name, { pending: true, autoAppliedAt: appliedAt });
      }),
      on(appliedAt, "maintenance", name, (world, tunnel) => {
        if (tunnel.replaced === null) replaceEnd(world.physics, tunnel, null, "others", world.now);
        world.maintenance.set(name, { pending: false, autoAppliedAt: null });
      }),
    ];
  },
  "AWS replaces an endpoint without a word": (_, at, name) => [
    on(at, "sudden replacement", name, (world, tunnel) => {
      if (tunnel.replaced === null) replaceEnd(world.physics, tunnel, null, "others", world.now);
    }),
  ],
  "a service is away": (random, at) => {
    const service = oneOf(random, SERVICES) ?? "ec2";
    const until = at + between(random, 5 * MINUTE, 3 * HOUR);
    return [{ at, what: `${service} away`, run: ({ away }) => void away.set(service, until) }];
  },
  "a cloud is away": (random, at) => {
    const services: readonly Service[] = random() < 0.5 ? ["hand"] : ["ec2", "secrets", "table"];
    const until = at + between(random, 5 * MINUTE, 3 * HOUR);
    const run = ({ away }: KeysWorld) => {
      for (const service of services) away.set(service, until);
    };
    return [{ at, what: `${services.join()} away`, run }];
  },
  "the link is frozen for a while": (random, at) => [
    { at, what: "frozen", run: (world) => setFrozen(world, true) },
    { at: at + between(random, MINUTE, HOUR), what: "thawed", run: (world) => setFrozen(world, false) },
  ],
  "another incident is open for a while": (random, at) => [
    {
      at,
      what: "incident",
      run: (world) => {
        world.incidents = [{ key: "certificate:bunny-client:late", severity: "warning" }];
      },
    },
    {
      at: at + between(random, MINUTE, HOUR),
      what: "incident over",
      run: noIncident,
    },
  ],
  "somebody moves AWSCURRENT back": (_, at, name) => [
    onSecret(at, "AWSCURRENT moved back", name, ({ labels }) => move(labels, "AWSPREVIOUS", "AWSCURRENT")),
  ],
  "somebody makes the pending key current": (_, at, name) => [
    onSecret(at, "AWSPENDING made current", name, ({ labels }) => move(labels, "AWSPENDING", "AWSCURRENT")),
  ],
  "somebody drops AWSPENDING": (_, at, name) => [
    onSecret(at, "AWSPENDING dropped", name, ({ labels }) => void labels.delete("AWSPENDING")),
  ],
  "somebody writes something else as the current key": (_, at, name) => [writeJunk(at, name, "AWSCURRENT")],
  "somebody writes something else as the pending key": (_, at, name) => [writeJunk(at, name, "AWSPENDING")],
  "somebody deletes a secret, and restores it": (random, at, name) => [
    onSecret(at, "secret deleted", name, (secret) => {
      secret.isDeleted = true;
    }),
    onSecret(at + between(random, MINUTE, HOUR), "secret restored", name, (secret) => {
      secret.isDeleted = false;
    }),
  ],
  "what is remembered is lost": (_, at) => [{ at, what: "memory lost", run: forget }],
};

function setFrozen(world: KeysWorld, frozen: boolean): void {
  world.frozen = frozen;
}

function noIncident(world: KeysWorld): void {
  world.incidents = [];
}

function forget(world: KeysWorld): void {
  world.memory = { ...NO_PRE_SHARED_MEMORY, version: world.memory.version + 1 };
}

export const KIND_NAMES: readonly string[] = Object.keys(KINDS);

/** `count` of them within so many seconds; in order. */
export function drawHappenings(
  random: Random,
  names: readonly string[],
  { count, from, seconds }: { readonly count: number; readonly from: number; readonly seconds: number },
): Happening[] {
  return Array.from({ length: count }, () => {
    const kind = KINDS[oneOf(random, KIND_NAMES) ?? ""];
    const at = from + between(random, 0, seconds);
    return kind?.(random, at, oneOf(random, names) ?? "") ?? [];
  })
    .flat()
    .toSorted((one, other) => one.at - other.at);
}

const on = (
  at: number,
  what: string,
  name: string,
  run: (world: KeysWorld, tunnel: KeyTunnel) => void,
): Happening => ({
  at,
  what: `${what}: ${name}`,
  run: (world) => {
    const tunnel = world.tunnels.find((one) => one.name === name);
    if (tunnel !== undefined) run(world, tunnel);
  },
});

const onSecret = (
  at: number,
  what: string,
  name: string,
  run: (secret: ModelSecret, world: KeysWorld) => void,
): Happening => ({
  at,
  what: `${what}: ${name}`,
  run: (world) => {
    const secret = world.secrets.get(name);
    if (secret !== undefined) run(secret, world);
  },
});

const writeJunk = (at: number, name: string, label: string): Happening =>
  onSecret(at, `junk as ${label}`, name, ({ versions, labels }, { now }) => {
    versions.set(`junk-${now}`, { createdAt: now, value: "changeme" });
    if (label === "AWSCURRENT") move(labels, "AWSCURRENT", "AWSPREVIOUS");
    labels.set(label, `junk-${now}`);
  });

function move(labels: Map<string, string>, from: string, to: string): void {
  const version = labels.get(from);
  if (version !== undefined) labels.set(to, version);
}

const isModifying = ({ tunnels }: KeysWorld, { connection }: KeyTunnel): boolean =>
  tunnels.some((tunnel) => tunnel.connection === connection && tunnel.replaced !== null);

const handMade = ({ physics }: KeysWorld): string => `by.hand.${Math.floor(physics.random() * 1e9)}`;
