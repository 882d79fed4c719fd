/**
 * Which serials and keys are the link's own, from the record of what Warrener did: each merge names its serial, each
 * push its key's id. What was merged or pushed by hand, with nothing of this running, is not among them. Pure.
 */
import * as z from "zod";
import { Serial } from "../certificates/schema.ts";
import { type ChangeRecord, inOrder } from "../journal/change.ts";
import { KeyId } from "../keys/api-key-schema.ts";
import type { KeptKey } from "../keys/api-keys-standing.ts";
import type { OwnApiKey, OwnCertificate } from "./desired.ts";
import type { KnownApiKey, KnownCertificate } from "./known.ts";

const Merged = z.object({ serial: Serial, notAfter: z.int().nonnegative() });
const Pushed = z.object({ step: z.literal("push"), version: z.string(), keyId: KeyId });

const secondsOf = ({ at }: ChangeRecord): number => Math.floor(Date.parse(at) / 1_000);

/** `history`: its changes, in any order. */
export const knownCertificates = (
  own: OwnCertificate,
  history: readonly ChangeRecord[],
): KnownCertificate[] =>
  inOrder(history).flatMap((change) => {
    const merged = change.kind === "merge" ? Merged.safeParse(change.after).data : undefined;
    if (merged === undefined) return [];
    return [{ ...own, ...merged, createdAt: secondsOf(change) }];
  });

/** What nobody was given is nobody's: a key that was never pushed is not among them. */
export function knownApiKeys(
  own: OwnApiKey,
  history: readonly ChangeRecord[],
  kept: KeptKey | undefined,
): KnownApiKey[] {
  const pushed = inOrder(history).flatMap((change) =>
    change.kind === "api-key" ? (Pushed.safeParse(change.after).data ?? []) : [],
  );
  // The same key may have been pushed twice.
  const byId = new Map(pushed.map(({ keyId, version }) => [keyId, version]));
  return [...byId].map(([id, version]) => ({ id, ...own, state: stateOf(version, kept) }));
}

function stateOf(version: string, kept: KeptKey | undefined): KnownApiKey["state"] {
  if (kept?.memory?.current?.id === version) return "current";
  return kept?.memory?.pending?.id === version ? "pending" : "previous";
}
