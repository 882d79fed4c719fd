/**
 * Which serials and keys are the link's own, from the record of what Warrener did: each issue and merge names its
 * serial, each push its key's id. What was merged or pushed by hand, with nothing of this running, is not among them.
 * A merge is recorded after bunny's vault has it, and bunny may be refused in between: so an issue, which is recorded
 * before, is enough to know a serial by. Pure.
 */
import * as z from "zod";
import { Serial } from "../certificates/schema.ts";
import { type ChangeKind, type ChangeRecord, inOrder } from "../journal/change.ts";
import { KeyId } from "../keys/api-key-schema.ts";
import type { KeptKey } from "../keys/api-keys-standing.ts";
import type { OwnApiKey, OwnCertificate } from "./desired.ts";
import type { KnownApiKey, KnownCertificate } from "./known.ts";

const Issued = z.object({ serial: Serial, notAfter: z.int().nonnegative() });
const Pushed = z.object({ step: z.literal("push"), version: z.string(), keyId: KeyId });

/** What the serials are known by. */
export const ISSUES: readonly ChangeKind[] = ["issue", "merge"];

const secondsOf = ({ at }: ChangeRecord): number => Math.floor(Date.parse(at) / 1_000);

/** `history`: its changes, in any order. */
export const knownCertificates = (
  own: OwnCertificate,
  history: readonly ChangeRecord[],
): KnownCertificate[] =>
  [...inOrder(history).reduce(withVersion, new Map<string, Version>()).values()].map((version) => ({
    ...own,
    ...version,
  }));

type Version = Pick<KnownCertificate, "serial" | "notAfter" | "mergedAt">;

function withVersion(known: Map<string, Version>, change: ChangeRecord): Map<string, Version> {
  const issued = ISSUES.includes(change.kind) ? Issued.safeParse(change.after).data : undefined;
  if (issued === undefined) return known;
  const mergedAt = change.kind === "merge" ? secondsOf(change) : (known.get(issued.serial)?.mergedAt ?? null);
  return known.set(issued.serial, { ...issued, mergedAt });
}

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
