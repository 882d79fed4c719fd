/**
 * Sets a secret only over the version that was observed. A vault cannot compare, so whoever sets a secret claims it in
 * the hand's own table first: of two at once, of however many instances, one finds the claim and sets nothing. What a
 * person does by hand in that moment is not held up; the next look sees it.
 */
import * as z from "zod";
import { readText } from "../rows/read-text.ts";
import type { RowKey, Rows } from "../rows/rows.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import type { NewVersion, SecretVersion, UnusableSecret, VaultSecrets } from "./vault-secrets.ts";

/** `over` is the version that is to be replaced by what is being set; null: there was none. */
const Claim = z.object({
  over: z.string().nullable(),
  at: z.int(),
  /** How many were set on the day of `at`, before this one. */
  sets: z.int().nonnegative(),
});
type Claim = z.infer<typeof Claim>;

/** A vault keeps every version, and of too many nobody can tell the newest: whoever may set is not to use a name up. */
const SETS_A_DAY_MAX = 24;
const DAY_SECONDS = 86_400;

/** Much longer than a call to the vault takes: what was claimed so long ago is there or never comes. */
const CLAIM_SECONDS = 30;

export interface SecretSetter {
  readonly rows: Rows;
  readonly secrets: VaultSecrets;
  readonly clock: Clock;
}

export interface SecretPlace {
  /** Whose vault it is. */
  readonly bunny: string;
  readonly name: string;
}

/**
 * "elsewhere": its newest version is not `over`, or somebody is replacing that one; then nothing was set. Nor with
 * "too-often", on this day.
 */
export async function setSecretOver(
  { rows, secrets, clock }: SecretSetter,
  { bunny, name }: SecretPlace,
  over: string | null,
  version: NewVersion,
): Promise<SecretVersion | UnusableSecret | "elsewhere" | "too-often"> {
  const key: RowKey = { partition: "vault-secret", name: `${bunny}.${name}` };
  // The row before the vault: whoever claims in between has changed it.
  const row = await rows.read(key);
  const claim = row === null ? null : readText(Claim, row.text);
  const newest = await secrets.readNewest(name);
  if (newest === "deleted" || newest === "taken") return newest;
  if ((newest?.version ?? null) !== over) return "elsewhere";
  if (claim?.over === over && clock() < claim.at + CLAIM_SECONDS) return "elsewhere";
  const next = nextClaim(claim, over, clock());
  if (next.sets >= SETS_A_DAY_MAX) return "too-often";
  const text = JSON.stringify(next);
  const claimed = row === null ? await rows.insert(key, text) : await rows.replace(key, text, row.version);
  return claimed === "taken" || claimed === "changed" ? "elsewhere" : await secrets.set(name, version);
}

/** What was claimed is counted once something else is there in its place: a call that failed has set nothing. */
function nextClaim(before: Claim | null, over: string | null, at: Instant): Claim {
  const isSameDay = before !== null && dayOf(before.at) === dayOf(at);
  if (!isSameDay) return { over, at, sets: 0 };
  return { over, at, sets: before.sets + (before.over === over ? 0 : 1) };
}

const dayOf = (at: Instant): number => Math.floor(at / DAY_SECONDS);
