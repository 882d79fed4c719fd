/** 8. When faults stop, the link converges, and the next plan is empty. */

import { jitterOf } from "../../../shared/certificates/renewal.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { unaccountedSerials } from "../../model/checks.ts";
import { hasWrong } from "../flows.ts";
import { EXCEPTION } from "../groups-input.ts";
import { API_KEY, CERTIFICATE } from "../link.ts";
import { knownOf } from "../workloads.ts";
import type { World } from "../world.ts";
import { isAccepted } from "./certificate-accepted.ts";
import { isHandFrozen, WATCHED } from "./flows-kept.ts";
import { untold } from "./told-once.ts";
import { tunnelFaults } from "./tunnel-faults.ts";

export const CONVERGES = "8: when faults stop, the link converges, and the next plan is empty";

/** So long all has to stay as it is, once it is in order. */
export const REST_SECONDS = 1_800;
/** What is about to be done, or to become of something by itself, would end the rest. */
export const SOON_SECONDS = REST_SECONDS + 900;

/** What is not in order yet, in words; [] when all is. `soonSeconds`: what is due within that is not in order either. */
export function leftOver(world: World, soonSeconds: number): string[] {
  return [
    ...certificateFaults(world, soonSeconds),
    ...keyFaults(world, soonSeconds),
    ...allowlistFaults(world, soonSeconds),
    ...tunnelFaults(world, soonSeconds),
    ...tellingFaults(world),
  ];
}

function certificateFaults(world: World, soonSeconds: number): string[] {
  const { vault, journal, pods, clock, authority } = world;
  const entry = vault.entries.get(CERTIFICATE.name);
  const newest = entry?.versions.at(-1);
  const isDue =
    newest !== undefined &&
    renewalOf(knownOf(newest, authority.pinned).notAfter) - soonSeconds <= clock.now();
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

const renewalOf = (notAfter: Instant): Instant =>
  notAfter -
  CERTIFICATE.lifetimeSeconds * (1 - CERTIFICATE.renewAt) -
  jitterOf(CERTIFICATE.name, CERTIFICATE.jitterMaxSeconds);

function keyFaults({ keySecret, keyVault, keysTable, pods, clock }: World, soonSeconds: number): string[] {
  const { current, pending, previous } = keySecret.labelsOf(keySecret.placed);
  const keyId = current?.key?.id;
  const dueAt = (current?.createdAt ?? 0) + API_KEY.desired.rotateEverySeconds;
  const wrong: readonly (readonly [boolean, string])[] = [
    [keyId === undefined, "there is no current key"],
    [dueAt - soonSeconds <= clock.now(), "a new key is due"],
    [pending !== null && pending.versionId !== current?.versionId, "a key is pending"],
    [previous?.key != null && previous.key.id !== keyId, "another key is previous"],
    [keyVault.newest?.holds !== keyId, "the vault has another key"],
    [keyVault.newest?.enabled === false, "the vault's key is disabled"],
    [pods.some(({ key }) => key.file !== keyId || key.working !== keyId), "a pod has another key"],
    [keysTable.asked.has(API_KEY.desired.name), "what was asked for is not done"],
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

function allowlistFaults(world: World, soonSeconds: number): string[] {
  const now = world.clock.now();
  const isTurning = [EXCEPTION.from, EXCEPTION.until].some((at) => now < at && at < now + soonSeconds);
  const wrong = WATCHED.filter(({ flows }) => hasWrong(flows(world)));
  const notes = [...world.allowlists.rows.texts.keys()].filter((row) => row.startsWith("notes/"));
  return [
    ...wrong.map(({ name }) => `what passes ${name} is not what is wanted`),
    ...(isTurning ? ["an exception begins or ends soon"] : []),
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
