/** relay and bunny go on by themselves. */

import { knock, sayOfPod } from "./callers.ts";
import { CERTIFICATE } from "./link.ts";
import { isAccepted } from "./promises/certificate-accepted.ts";
import { passTunnels } from "./tunnel-happenings.ts";
import { type HeldCertificate, Pod } from "./workloads.ts";
import type { World } from "./world.ts";

const POLL_SECONDS = 20;
/** A log is searched back for little more. */
const LOG_KEPT_SECONDS = 3_700;
const SAID_EVERY_SECONDS = 3_600;

export function startPods({ pods, clock, vault, keyVault }: World): void {
  if (pods.length > 0 || keyVault.newest === undefined) return;
  if (vault.entries.get(CERTIFICATE.name)?.versions.length === undefined) return;
  for (const name of ["bunny-0", "bunny-1"]) pods.push(new Pod(name, clock.now()));
}

export function goOnWorking(world: World, seconds: number): void {
  const { clock, weather, keyLog, keySecret, keyVault, replicas, pods, vault } = world;
  const now = clock.now();
  passTunnels(world);
  keyLog.awayUntil = weather.isAway("logs", now) ? now + seconds : 0;
  keyLog.delaySeconds = weather.is("late-log", now)?.delaySeconds ?? 2;
  keyLog.forgetBefore(now - LOG_KEPT_SECONDS);
  const canRead = !weather.isAway("secrets", now) && !keySecret.deleted;
  const read = () => (canRead ? keySecret.acceptedBy(keySecret.placedAgo(weather.staleSeconds(now))) : null);
  for (const replica of replicas) replica.tick(now, read);
  const isVaultThere = !weather.isAway("key-vault", now);
  for (const pod of pods) {
    const newest = () => (isVaultThere ? vault.entries.get(CERTIFICATE.name)?.versions.at(-1) : undefined);
    pod.mount(now, newest, () => (isVaultThere ? keyVault.mounted : undefined));
  }
  knock(world);
  if (now % POLL_SECONDS < seconds && world.tunnels.model.isAnyUp) poll(world);
}

function poll(world: World): void {
  const { replicas, pods, clock, usage, workDraw, said } = world;
  const now = clock.now();
  const ready = replicas.filter((replica) => replica.ready);
  for (const pod of pods) {
    const replica = ready[workDraw.whole(0, Math.max(0, ready.length - 1))];
    if (replica === undefined) return;
    const accepts = (held: HeldCertificate) => isAccepted(world, held);
    const serial = pod.poll(now, replica, accepts, (answered) => sayOfPod(world, pod, answered));
    if (serial === null || now < (said.get(`${pod.key.name} ${serial}`) ?? 0) + SAID_EVERY_SECONDS) continue;
    said.set(`${pod.key.name} ${serial}`, now);
    usage.accept(serial, now);
  }
}
