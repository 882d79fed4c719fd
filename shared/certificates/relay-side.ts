/**
 * relay's side of the brain: its certificate is kept in AWS, so the hand is in the same process, and what is merged
 * is staged first and promoted once relay has loaded it.
 */
import type { RequestIds } from "../journal/change.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Brain } from "./brain.ts";
import { localHand, placesOf, toVersion } from "./hand.ts";
import type { PinnedCa } from "./pinned.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { Promotion } from "./promote.ts";
import { type Replicas, servedBy } from "./replicas.ts";
import { type Staging, secretVault } from "./secret-vault.ts";
import type { StagedSecret } from "./staged-secret.ts";
import type { VaultCertificate } from "./vault.ts";

export interface RelayParts {
  readonly desired: DesiredCertificate;
  readonly secret: StagedSecret;
  readonly pinned: readonly PinnedCa[];
  readonly replicas: Replicas;
  readonly clock: Clock;
  /** By which ids the secret's service knows its last change. */
  readonly changeIds: () => RequestIds;
}

export function relaySide(
  parts: RelayParts,
): Pick<Brain, "certificates" | "hand" | "usage"> & { readonly promotion: Promotion } {
  const { desired, secret, pinned, replicas, clock, changeIds } = parts;
  const vault = secretVault(secret);
  const places = placesOf([desired], () => vault);
  return {
    certificates: [desired],
    hand: localHand({ places, pinned, clock }, changeIds),
    usage: servedBy(replicas),
    promotion: {
      desired,
      replicas,
      readStages: () => readStages(vault, desired.name, pinned),
      promote: (from, to) => vault.promote(from, to),
      changeIds,
    },
  };
}

async function readStages(staging: Staging, name: string, pinned: readonly PinnedCa[]) {
  const { staged, current, currentVersion, held } = await staging.readStages();
  const version = (certificate: VaultCertificate | null) =>
    certificate === null ? null : toVersion({ pinned }, name, certificate);
  return { staged: version(staged), current: version(current), currentVersion, held };
}
