/** What became of one change, and what the calls that made it say of themselves. */
import type { Refused } from "../azure-api/contract.ts";
import type { NoteRequestIds, RequestIds } from "../journal/change.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Change } from "./plan.ts";
import type { ObservedCertificate } from "./schema.ts";

export type Applied =
  | { readonly kind: "changed"; readonly certificate: ObservedCertificate }
  /** Somebody else was there first, or the change leaves nothing known: look again. */
  | { readonly kind: "look-again" }
  /** The CA has not signed what was asked for then: the next run goes on with the same certificate. */
  | { readonly kind: "signing"; readonly since: Instant }
  | { readonly kind: "refused"; readonly refusal: Refused };

export type ChangeOf<K extends Change["kind"]> = Extract<Change, { kind: K }>;

/** The request ids of the calls that `note` is given to. */
export function collectIds(): { readonly note: NoteRequestIds; readonly all: () => RequestIds } {
  let ids: RequestIds = {};
  return {
    note: (more) => {
      ids = { ...ids, ...more };
    },
    all: () => ids,
  };
}

export function refusedOrLookAgain(refusal: Refused): Applied {
  const raced = ["request-pending", "observation-stale", "request-gone"].includes(refusal.reason);
  return raced ? { kind: "look-again" } : { kind: "refused", refusal };
}
