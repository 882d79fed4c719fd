/** What of a world changes only when something happens; time alone changes nothing of it. */
import { RELAY_GROUP } from "./groups-input.ts";
import { CERTIFICATE } from "./link.ts";
import type { World } from "./world.ts";

const allowlistState = ({ allowlists: { securityGroups, nsg, rows, memory } }: World) => [
  securityGroups.written.length,
  (securityGroups.groups.get(RELAY_GROUP) ?? []).map(({ id }) => id).join(),
  nsg.rules.map(({ name, properties: { priority, access } }) => `${name} ${priority} ${access}`).join(),
  [...rows.texts.keys()].join(),
  ...MEMORY_LISTS.map((list) => memory.stands[list].length),
];

/** Not when each group was looked at, which is another time with each look. */
const MEMORY_LISTS = ["standing", "unhealed", "begun", "healed", "ended", "heals", "known"] as const;

/**
 * Not who was let in when: that is another time each hour. Nor what is told of bunny while it is refused for days: whenever
 * time was leapt over, relay was silent for as long.
 */
const callersState = ({ callers: { memory, refusedSince } }: World) => {
  const { callers, floods, scan, unread, late } = memory.stands;
  return [
    refusedSince,
    ...callers.map(({ name, firstAt }) => `${name} ${firstAt}`),
    ...floods.map(({ source, since }) => `${source} ${since}`),
    ...[scan, unread, late].map((one) => one?.since),
  ];
};

const tunnelState = ({ tunnels: { model, secrets, tables } }: World) => [
  ...model.all.map(({ isUp, awsKey, azureKey, replaced, azureChange }) =>
    [isUp, awsKey, azureKey, replaced?.until, azureChange?.until].join(),
  ),
  ...[...secrets.values()].map(({ labels }) => [...labels.values()].join()),
  ...Object.values(tables.memory.work ?? {}),
  tables.memory.heldUp?.reason,
  ...Object.values(tables.keyMemory.attempt ?? {}),
  tables.asked.size,
];

export function stateOf(world: World): string {
  const { vault, journal, keySecret, keyVault, incidents, channel, pods, replicas } = world;
  const entry = vault.entries.get(CERTIFICATE.name);
  return [
    entry?.versions.length,
    entry?.request?.requestId,
    entry?.request?.status,
    journal.intents.size,
    [...journal.intents.values()].at(-1)?.state,
    [...keySecret.placed.values()].join(),
    keySecret.versions.size,
    keyVault.versions.length,
    keyVault.newest?.enabled,
    channel.messages.length,
    ...[...incidents.standing.values()]
      .filter(({ key }) => !key.startsWith("auth-own:"))
      .map(({ id, revision, told, filed }) => [id, revision, told?.revision, filed].join()),
    ...pods.map(({ key, file, working }) =>
      [key.name, key.file, key.working, file?.version, working?.version].join(),
    ),
    replicas.map(({ name, ready }) => `${name} ${ready}`).join(),
    ...allowlistState(world),
    ...tunnelState(world),
    ...callersState(world),
  ].join("|");
}
