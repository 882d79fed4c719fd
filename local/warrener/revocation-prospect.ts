/** Says to a person what will come of an order to revoke, and when. */
import type { ClosedCode, RevocationStep, WaitReason } from "../../shared/certificates/revocation.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { formatDuration } from "../../shared/link/duration.ts";
import type { Link } from "../../shared/link/schema.ts";

const EFFECT =
  "Revoked, it is in the CA's list of revoked certificates; relay refuses it only if it checks that list.";

/** What is said to whoever has just ordered it. */
export function revocationProspect(
  link: Link,
  { serial, certificate, reason }: RevocationOrder,
  step: RevocationStep | undefined,
): string[] {
  const ordered = `Ordered: ${serial} of ${certificate}, for ${reason}.`;
  // Ours is a plan for this one order, so there is a step; without one nothing is promised.
  if (step === undefined) return [ordered];
  const revokes = link.certificateAuthority.mode === "general-purpose";
  return [ordered, sayStep(link, step), ...(revokes ? [EFFECT] : [])];
}

/** In one or two sentences. */
export function sayStep(link: Link, step: RevocationStep): string {
  switch (step.kind) {
    case "revoke":
      return `The next run revokes it, within ${withinOf(link)}.`;
    case "close":
      return CLOSED[step.code];
    case "wait":
      return sayWait(link, step.order, step.reason);
  }
}

const CLOSED: Readonly<Record<ClosedCode, string>> = {
  "in-use": "It is in use after all: the next run closes the order.",
  "left-to-expire":
    "It is not needed any more, and is left to expire: under a short-lived CA nothing is revoked.",
  "other-ca":
    "Another CA than the link's has issued it, and only that one can revoke it: the next run closes the order.",
  "never-issued": "The CA had given up on it, so there is nothing to revoke: the next run closes the order.",
};

const withinOf = ({ certificates }: Link): string => formatDuration(certificates.checkEverySeconds);

function sayWait(link: Link, { reason, certificate }: RevocationOrder, waitsFor: WaitReason): string {
  switch (waitsFor) {
    case "replacement-not-merged":
      return reason === "KEY_COMPROMISE"
        ? sayCompromised(link, certificate)
        : "It is in use. It is renewed when it is due anyway, and revoked once its replacement was seen in use.";
    case "still-served":
      return reason === "KEY_COMPROMISE"
        ? sayServed(link)
        : "relay still serves it. It is revoked once relay serves the newer one, and that is proven.";
    case "replacement-not-proven":
      return "It is revoked by the first run that sees its replacement in use.";
    case "use-left-to-a-person":
      return "Order it again once you know that its replacement is in use: the link leaves that to you.";
    case "not-settled":
      return "The certificate could not be read now. The next run that can decides.";
    case "orphan-rests":
      return "It was never in use. A run revokes it, within the hour.";
  }
}

function sayServed(link: Link): string {
  const replaced = `The next run, within ${withinOf(link)}, has relay serve the newer one instead`;
  return link.certificateAuthority.mode === "short-lived"
    ? `${replaced}. The old certificate is good until it ends: under a short-lived CA nothing is revoked. Where that is too long, have those who call relay refuse its serial.`
    : `${replaced}, and revokes this one.`;
}

function sayCompromised(link: Link, certificate: string): string {
  const replaced = `The next run, within ${withinOf(link)}, has ${certificate} replaced without waiting for its window`;
  return link.certificateAuthority.mode === "short-lived"
    ? `${replaced}. The old certificate is good until it ends: under a short-lived CA nothing is revoked. Where that is too long, have relay refuse its serial.`
    : `${replaced}, and revokes the old one as soon as the new one is merged, before it was seen in use.`;
}
