/** 8. When faults stop, the link converges, and the next plan is empty. */

import { unaccountedSerials } from "../../model/checks.ts";
import { hasWrong } from "../flows.ts";
import { API_KEY, CERTIFICATE } from "../link.ts";
import { knownOf } from "../workloads.ts";
import type { World } from "../world.ts";
import { isAccepted } from "./certificate-accepted.ts";
import { isHandFrozen, WATCHED } from "./flows-kept.ts";
import { untold } from "./told-once.ts";
import { SOON_SECONDS, tunnelFaults } from "./tunnel-faults.ts";

export const CONVERGES = "8: when faults stop, the link converges, and the next plan is empty";

/** What is not in order yet, in words; [] when all is. */
export function leftOver(world: World): string[] {
  return [
    ...certificateFaults(world),
    ...keyFaults(world),
    ...allowlistFaults(world),
    ...tunnelFaults(world),
    ...tellingFaults(world),
  ];
}

function certificateFaults(world: World): string[] {
  const { vault, journal, pods, clock, authority } = world;
  const entry = vault.entries.get(CERTIFICATE.name);
  const newest = entry?.versions.at(-1);
  const lead = CERTIFICATE.lifetimeSeconds * (1 - CERTIFICATE.renewAt) + SOON_SECONDS;
  const isDue = newest !== undefined && knownOf(newest, authority.pinned).notAfter - lead <= clock.now();
  const open = [...journal.intents.values()].filter(
    ({ state, notAfter }) => (state === "intended" || state === "issued") && notAfter > clock.now(),
  );
  return [
    ...(newest !== undefined && isAccepted(world, newest) ? [] : ["the vault has no certificate of use"]),
    ...(entry?.request?.status === "in-progress" ? ["a request waits in the vault"] : []),
    ...unaccountedSerials(world).map((serial) => `nobody knows of the certificate ${serial}`),
    ...(pods.some(({ working }) => working !== newest) ? ["a pod uses another certificate"] : []),
    ...(isDue ? ["a renewal is due"] : []),
    ...open.map(({ state }) => `an intent is still ${state}`),
  ];
}

function keyFaults({ keySecret, keyVault, keysTable, pods, clock }: World): string[] {
  const { current, pending, previous } = keySecret.labelsOf(keySecret.placed);
  const keyId = current?.key?.id;
  const dueAt = (current?.createdAt ?? 0) + API_KEY.desired.rotateEverySeconds;
  const wrong: readonly (readonly [boolean, string])[] = [
    [keyId === undefined, "there is no current key"],
    [dueAt - SOON_SECONDS <= clock.now(), "a new key is due"],
    [pending !== null && pending.versionId !== current?.versionId, "a key is pending"],
    [previous?.key != null && previous.key.id !== keyId, "another key is previous"],
    [keyVault.newest?.holds !== keyId, "the vault has another key"],
    [keyVault.newest?.enabled === false, "the vault's key is disabled"],
    [pods.some(({ key }) => key.file !== keyId || key.working !== keyId), "a pod has another key"],
    [keysTable.asked.has(API_KEY.desired.name), "what was asked for is not done"],
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

function allowlistFaults(world: World): string[] {
  const wrong = WATCHED.filter(({ flows }) => hasWrong(flows(world)));
  const notes = [...world.allowlists.rows.texts.keys()].filter((row) => row.startsWith("notes/"));
  return [
    ...wrong.map(({ name }) => `what passes ${name} is not what is wanted`),
    ...(isHandFrozen(world) ? ["the hand is still frozen"] : []),
    ...(notes.length > 0 ? ["the hand's notes were not collected"] : []),
  ];
}

function tellingFaults(world: World): string[] {
  const { incidents, audit } = world;
  const open = [...incidents.standing.values()].filter(({ state }) => state === "open");
  return [
    ...open.map(({ key }) => `the incident ${key} is open`),
    ...(audit.outbox.size > 0 ? ["changes were not told"] : []),
    ...untold(world),
  ];
}
