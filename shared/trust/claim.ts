/**
 * The row by which one publication at a time is made of a bunny's copy: Key Vault compares nothing when it adds a
 * version. It also keeps what was published last, for the day on which the vault's secret is gone.
 *
 * One thing must stay true: a claim outlives every call of whoever made it.
 */
import * as z from "zod";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { readText } from "../rows/read-text.ts";
import type { Row, RowKey, Rows } from "../rows/rows.ts";
import { ContractError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { parseBundle, writeBundle } from "./document.ts";
import type { TrustBundle } from "./schema.ts";

/** The call that follows it takes nine seconds at most (azure.ts). */
export const CLAIM_SECONDS = 60;

const Claim = z.object({
  /** Until then somebody may still be writing it; 0 when the writing has ended. */
  until: z.int().nonnegative(),
  bundle: z.string(),
});

export interface Claimed {
  readonly row: Row | null;
  /** Until when another publication may be under way; 0 when none is. */
  readonly until: Instant;
  /** What was published last, or was to be; null when nothing was, or it cannot be read. */
  readonly bundle: TrustBundle | null;
}

const keyOf = (bunny: string): RowKey => ({ partition: "trust", name: bunny });

/** Throws `CloudError` when the table did not say. */
export async function readClaim(rows: Rows, bunny: string): Promise<Claimed> {
  const row = await rows.read(keyOf(bunny));
  const claim = row === null ? null : readText(Claim, row.text);
  return { row, until: claim?.until ?? 0, bundle: claim === null ? null : bundleIn(claim.bundle) };
}

/** Written by this hand, but perhaps by another version of it. */
function bundleIn(text: string): TrustBundle | null {
  try {
    return parseBundle(text);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
}

/** False when somebody else was faster. Throws `CloudError` when nobody can tell. */
export async function takeClaim(
  rows: Rows,
  bunny: string,
  { row }: Claimed,
  { bundle, now }: { readonly bundle: TrustBundle; readonly now: Instant },
): Promise<boolean> {
  const text = textOf(now + CLAIM_SECONDS, bundle);
  return row === null
    ? (await rows.insert(keyOf(bunny), text)) === "inserted"
    : (await rows.replace(keyOf(bunny), text, row.version)) === "replaced";
}

/** When it cannot be given back it ends by itself. */
export async function endClaim(
  rows: Rows,
  bunny: string,
  { bundle, now }: { readonly bundle: TrustBundle; readonly now: Instant },
): Promise<void> {
  await orCloudError(async () => {
    const row = await rows.read(keyOf(bunny));
    if (row === null || row.text !== textOf(now + CLAIM_SECONDS, bundle)) return;
    await rows.replace(keyOf(bunny), textOf(0, bundle), row.version);
  });
}

const textOf = (until: Instant, bundle: TrustBundle): string =>
  JSON.stringify({ until, bundle: writeBundle(bundle) });
