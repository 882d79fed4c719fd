/** Says to a person what will come of an order to revoke, and when. */
import type { RevocationStep, WaitReason } from "../../shared/certificates/revocation.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { formatDuration } from "../../shared/link/duration.ts";
import type { Link } from "../../shared/link/schema.ts";

const EFFECT =
  "Revoked, it is in the CA's list of revoked certificates; relay refuses it only if it checks that list.";

export function revocationProspect(
  link: Link,
  { serial, certificate, reason }: RevocationOrder,
  step: RevocationStep | undefined,
): string[] {
  const within = formatDuration(link.certificates.checkEverySeconds);
  const ordered = `Ordered: ${serial} of ${certificate}, for ${reason}.`;
  // Ours is a plan for this one order, so there is a step; without one nothing is promised.
  if (step === undefined) return [ordered];
  switch (step.kind) {
    case "revoke":
      return [ordered, `The next run revokes it, within ${within}.`, EFFECT];
    case "close":
      return [ordered, "It is replaced already, and is left to expire: nothing more happens to it."];
    case "wait":
      return [ordered, ...waits(link, step.order, step.reason, within)];
  }
}

function waits(
  link: Link,
  { reason, certificate }: RevocationOrder,
  waitsFor: WaitReason,
  within: string,
): string[] {
  switch (waitsFor) {
    case "replacement-not-merged":
      return reason === "KEY_COMPROMISE"
        ? compromised(link, certificate, within)
        : [
            "It is in use. It is renewed when it is due anyway, and revoked once its replacement was seen in use.",
            EFFECT,
          ];
    case "replacement-not-proven":
      return ["It is revoked by the first run that sees its replacement in use.", EFFECT];
    case "use-left-to-a-person":
      return ["Order it again once you know that its replacement is in use: the link leaves that to you."];
    case "not-settled":
      return ["The certificate could not be read now. The next run that can decides.", EFFECT];
    case "orphan-rests":
      return [`It was never in use. A run revokes it, within the hour.`, EFFECT];
  }
}

function compromised({ certificateAuthority: ca }: Link, certificate: string, within: string): string[] {
  const replaced = `The next run, within ${within}, has ${certificate} replaced without waiting for its window`;
  if (ca.mode === "short-lived") {
    return [
      `${replaced}. The old certificate is good until it ends: under a short-lived CA nothing is revoked. Where that is too long, have relay refuse its serial.`,
    ];
  }
  return [
    `${replaced}, and revokes the old one as soon as the new one is merged, before it was seen in use.`,
    EFFECT,
  ];
}
