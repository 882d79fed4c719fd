/** The ports of a rotation over the model: what the clouds say of their tunnels, and what they refuse. */
import type { LabelledVersion } from "../../shared/certificates/staged-secret.ts";
import { fingerprintOf } from "../../shared/keys/pre-shared-fingerprint.ts";
import type { AwsKeys, AzureKeys, PreSharedStore, TunnelSecret } from "../../shared/keys/pre-shared-ports.ts";
import type { Rotator } from "../../shared/keys/pre-shared-rotate.ts";
import type { PreSharedPolicy } from "../../shared/keys/pre-shared-schema.ts";
import type { Lease } from "../../shared/lease/lease.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import type { AwsEnd, AzureEnd, ObservedTunnel } from "../../shared/tunnels/schema.ts";
import { changeAzure, type KeyTunnel, replaceEnd } from "./pre-shared-tunnels.ts";
import { call, type KeysWorld, type ModelSecret, tunnelsMemoryOf } from "./pre-shared-world.ts";

/** What one invocation is given. */
export function modelRotator(world: KeysWorld, policy: PreSharedPolicy): Rotator {
  return {
    policy,
    desired: world.desired,
    secrets: new Map([...world.secrets].map(([name, secret]) => [name, modelSecret(world, secret)])),
    aws: modelAwsKeys(world),
    azure: modelAzureKeys(world),
    observeTunnels: () => call(world, "ec2", "Describe", () => observed(world)),
    random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(world.physics.random() * 256)),
    store: modelStore(world),
    lease: modelLease(world),
    holder: "run",
    linksTo: () => [],
    clock: () => world.now,
    remainingMs: () => 100_000,
  };
}

export const tunnelNamed = (world: KeysWorld, name: string): KeyTunnel => {
  const tunnel = world.tunnels.find((one) => one.name === name);
  if (tunnel === undefined) throw new Error(`there is no tunnel ${name}`);
  return tunnel;
};

const isModifying = (world: KeysWorld, connection: string): boolean =>
  world.tunnels.some((tunnel) => tunnel.connection === connection && tunnel.replaced !== null);

function modelAwsKeys(world: KeysWorld): AwsKeys {
  return {
    read: (desired) =>
      call(world, "ec2", "DescribeVpnConnections", () => {
        const keys = desired.map(({ name }) => [name, new Secret(tunnelNamed(world, name).awsKey)] as const);
        return new Map(keys);
      }),
    set: ({ name }, key) =>
      call(world, "ec2", "ModifyVpnTunnelOptions", () => {
        const tunnel = tunnelNamed(world, name);
        if (isModifying(world, tunnel.connection)) return { refused: "IncorrectState" };
        world.onSet(tunnel, "aws", key.unwrap());
        replaceEnd(world.physics, tunnel, key.unwrap(), "us", world.now);
        return "begun" as const;
      }),
  };
}

function modelAzureKeys(world: KeysWorld): AzureKeys {
  const mark = (salt: Secret, { name, azureKey }: KeyTunnel) =>
    azureKey === null ? null : fingerprintOf(salt, name, new Secret(azureKey));
  return {
    read: (names, salt) =>
      call(world, "hand", "keys.observe", () => {
        return new Map(names.map((name) => [name, mark(salt, tunnelNamed(world, name))] as const));
      }),
    set: ({ tunnel: { name }, key, over, salt, fence }) =>
      call(world, "hand", "keys.set", () => {
        const tunnel = tunnelNamed(world, name);
        if (world.frozen) return { refused: "frozen" };
        if (fence < world.lease.fence) return { refused: "lease-lost" };
        if (world.tunnels.some(({ azureChange }) => azureChange !== null)) return { refused: "tunnel-busy" };
        if (mark(salt, tunnel) !== over) return { refused: "observation-stale" };
        world.onSet(tunnel, "azure", key.unwrap());
        const isIgnored = world.physics.random() < world.physics.ignoredShare;
        changeAzure(world.physics, tunnel, isIgnored ? null : key.unwrap(), "us", world.now);
        return "begun" as const;
      }),
  };
}

const observed = (world: KeysWorld): ObservedTunnel[] =>
  world.tunnels.map((tunnel) => ({
    name: tunnel.name,
    aws: awsEnd(world, tunnel),
    azure: azureEnd(world, tunnel),
    maintenance: null,
  }));

function awsEnd(world: KeysWorld, { connection, isUp, replaced }: KeyTunnel): AwsEnd {
  const isShown = ({ since }: NonNullable<KeyTunnel["replaced"]>) =>
    world.now >= since + world.physics.awsLagSeconds;
  const its = world.tunnels.filter((tunnel) => tunnel.connection === connection);
  const isShownOf = its.some((tunnel) => tunnel.replaced !== null && isShown(tunnel.replaced));
  return {
    status: isUp ? "up" : "down",
    acceptedRoutes: isUp ? 2 : 0,
    ipsec: isUp ? "up" : "down",
    connectionState: isShownOf ? "modifying" : "available",
    provisioning: isUp ? "unknown" : replaced !== null && isShown(replaced) ? "pending" : "available",
    unknownDetail: null,
  };
}

/** Of the hand, which may be away when AWS is not. */
function azureEnd(world: KeysWorld, tunnel: KeyTunnel): ObservedTunnel["azure"] {
  if (world.now < (world.away.get("hand") ?? 0)) return { unknown: "unreachable" };
  const isLate = world.now < tunnel.changedAt + world.physics.azureLagSeconds;
  const isUp = isLate ? !tunnel.isUp : tunnel.isUp;
  const end: AzureEnd = {
    outsideIp: "198.51.100.10",
    status: isUp ? "connected" : "not-connected",
    provisioning: tunnel.azureChange === null ? "succeeded" : "updating",
    bgp: true,
  };
  return end;
}

/** Secrets Manager gives the very first version of a secret AWSCURRENT (package d.ts, `PutSecretValue`). */
function modelSecret(world: KeysWorld, secret: ModelSecret): TunnelSecret {
  const labelled = (label: string): LabelledVersion | null => {
    const version = secret.labels.get(label);
    const found = version === undefined ? undefined : secret.versions.get(version);
    if (version === undefined || found === undefined) return null;
    return { version, createdAt: found.createdAt, labels: [label], value: new Secret(found.value) };
  };
  return {
    readLabels: () =>
      call(world, "secrets", "GetSecretValue", () =>
        secret.isDeleted ? "deleted" : { current: labelled("AWSCURRENT"), pending: labelled("AWSPENDING") },
      ),
    write: (version, value) =>
      call(world, "secrets", "PutSecretValue", () => {
        if (secret.versions.size === 0) secret.labels.set("AWSCURRENT", version);
        secret.versions.set(version, { createdAt: world.now, value: value.unwrap() });
      }),
    move: (label, from, to) =>
      call(world, "secrets", "UpdateSecretVersionStage", () => {
        const at = secret.labels.get(label) ?? null;
        if (to !== null && at === to) return "moved" as const;
        if (at !== from) return "elsewhere" as const;
        if (label === "AWSCURRENT" && from !== null) secret.labels.set("AWSPREVIOUS", from);
        if (to === null) secret.labels.delete(label);
        else secret.labels.set(label, to);
        return "moved" as const;
      }),
  };
}

function modelStore(world: KeysWorld): PreSharedStore {
  return {
    read: () =>
      call(world, "table", "Query", () => ({
        memory: structuredClone(world.memory),
        tunnelsMemory: tunnelsMemoryOf(world),
        incidents: world.incidents,
        frozen: world.frozen,
        askedFor: new Map(),
      })),
    write: (memory) =>
      call(world, "table", "PutItem", () => {
        if (memory.version !== world.memory.version) return null;
        world.memory = structuredClone({ ...memory, version: memory.version + 1 });
        return structuredClone(world.memory);
      }),
    announce: (work) =>
      call(world, "table", "PutItem", () => {
        if (world.work?.reason === "repair") return false;
        world.work = work === null ? null : { ...work, reason: "planned" };
        return true;
      }),
  };
}

function modelLease(world: KeysWorld): Lease {
  return {
    acquire: () =>
      call(world, "table", "UpdateItem", () => {
        if (world.lease.until > world.now) return { holder: "run", until: world.lease.until };
        world.lease = { fence: world.lease.fence + 1, until: world.now + 1_200 };
        return { fence: world.lease.fence };
      }),
    check: (fence) =>
      call(
        world,
        "table",
        "GetItem",
        () => world.lease.fence === fence && world.lease.until > world.now + 60,
      ),
    release: (fence) =>
      call(world, "table", "UpdateItem", () => {
        if (world.lease.fence === fence) world.lease = { fence, until: 0 };
      }),
  };
}
