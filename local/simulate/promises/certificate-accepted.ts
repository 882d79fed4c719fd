/** 1. bunny always holds a certificate that relay accepts. */

import { CERTIFICATE } from "../link.ts";
import { type HeldCertificate, knownOf } from "../workloads.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

/** What is left of the lead when nothing could be done for the rest of it: a run takes minutes. */
const NEEDED_SECONDS = 2 * 3_600;

export const certificateAccepted: ProductPromise = {
  name: "1: bunny always holds a certificate that relay accepts",
  watch: (world) => ({
    now: () => lacking(world),
    after: ({ name }) => (name === "vault.merge" ? merged(world) : null),
  }),
};

export function isAccepted({ authority, clock }: World, held: HeldCertificate): boolean {
  const { isSound, notAfter, serial } = knownOf(held, authority.pinned);
  return isSound && notAfter > clock.now() && !authority.revoked.has(serial.toLowerCase());
}

/** Nothing that relay would refuse ever becomes current by our doing. */
function merged(world: World): string | null {
  const newest = world.vault.entries.get(CERTIFICATE.name)?.versions.at(-1);
  return newest === undefined || isAccepted(world, newest)
    ? null
    : "a certificate was merged that relay does not accept";
}

function lacking(world: World): string | null {
  for (const { key, holds } of world.pods) {
    if (holds.length === 0 || holds.some((held) => isAccepted(world, held))) continue;
    if (couldNotBeHelped(world, holds)) continue;
    return `${key.name} holds no certificate that relay accepts`;
  }
  return null;
}

/** No time was left in which a renewal could have been made, and taken up by a pod that was late. */
function couldNotBeHelped({ weather, authority, pods }: World, holds: readonly HeldCertificate[]): boolean {
  const last = Math.max(...holds.map((held) => knownOf(held, authority.pinned).notAfter));
  const lead = CERTIFICATE.lifetimeSeconds * (1 - CERTIFICATE.renewAt);
  const from = Math.max(last - lead, ...pods.map(({ key }) => key.lateUntil));
  return last - from - weather.blockedSeconds(from, last) < NEEDED_SECONDS;
}
