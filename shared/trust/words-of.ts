/** The trust in words for a person. */
import { type Instant, toIso } from "../runtime/instant.ts";
import type { Hold } from "./hold.ts";
import type { TrustTrouble } from "./plan.ts";
import type { Rollover } from "./rollover.ts";
import type { CaId } from "./schema.ts";

const SHOWN = 16;
/** As much of a CA's id as tells it from the others. */
export const shortId = (ca: CaId): string => ca.slice(0, SHOWN);

export function sayRollover(rollover: Rollover): string {
  switch (rollover.phase) {
    case "none":
      return "no next CA";
    case "preparing":
      return `the next CA is being prepared, and waits: ${[rollover.reason, ...rollover.who].join(" ")}`;
    case "re-issuing":
      return rollover.who.length === 0
        ? "the next CA issues"
        : `the next CA issues; still from the one before: ${rollover.who.join(" ")}`;
    case "closing":
      return `nothing comes from the outgoing CA any more; its last certificate ends ${sayEnd(rollover.until)}`;
    case "complete":
      return "the outgoing CA may leave the link";
  }
}

const sayEnd = (until: Instant | null): string =>
  until === null ? "at a time nobody knows" : `at ${toIso(until)}`;

export function sayTrouble(trouble: TrustTrouble): string {
  switch (trouble.kind) {
    case "store-unreadable":
    case "store-malformed":
      return `${trouble.party}: ${trouble.kind}`;
    case "ca-still-needed":
      return `${shortId(trouble.ca)}: ${trouble.kind}`;
    case "foreign-ca":
      return `${trouble.party}: ${trouble.kind} ${trouble.cas.map(shortId).join(" ")}`;
    case "leaf-of-unknown-ca":
      return `${trouble.certificate}: ${trouble.kind}`;
    case "revocations-without-place":
      return `${trouble.kind}: ${trouble.serials.length}`;
    case "bundle-too-large":
    case "numbers-used-up":
    case "words-unreadable":
    case "leaves-unreadable":
    case "orders-unreadable":
      return trouble.kind;
  }
}

export const sayHold = ({ reason, who }: Hold): string => ["nothing is published:", reason, ...who].join(" ");
