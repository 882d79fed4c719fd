/** How fast calls of the clouds may start: their documented limits, and what of them the link leaves to this one. */
import type { Link } from "../link/schema.ts";
import type { Rate } from "../runtime/pace.ts";
import type { DesiredCertificate } from "./plan.ts";

type Holder = Pick<DesiredCertificate, "holder" | "purpose">;

const perSecond = (name: string, most: number): Rate => ({ name, most, withinMs: 1_000 });

/**
 * Half of the 20 software keys in ten seconds that a vault makes, and five times that for all vaults of a
 * subscription in one region: others make keys there too.
 * https://learn.microsoft.com/azure/key-vault/general/service-limits
 */
const KEYS_PER_SECOND = { vault: 1, subscription: 5 };

/**
 * A batch reads up to three things of each of its certificates, and a vault answers 4,000 reads in ten seconds: with
 * this, the bunnies' own reading of their certificates is left at least a tenth. Same source.
 */
const BATCHES_PER_SECOND = { vault: 6, subscription: 30 };

/** `FilterLogEvents`, for the account; https://repost.aws/knowledge-center/cloudwatch-logs-throttling */
const SEARCHES_PER_SECOND = 5;

/** relay's certificate is made by ourselves, and kept where no limit is near. */
export function creationRates({ holder, purpose }: Holder): Rate[] {
  return purpose === "server" ? [] : vaultRates("keys", holder, KEYS_PER_SECOND);
}

export function observationRates({ holder, purpose }: Holder): Rate[] {
  return purpose === "server" ? [] : vaultRates("reads", holder, BATCHES_PER_SECOND);
}

export const issueRates = ({ certificateAuthority: ca }: Link): Rate[] => [
  perSecond("issues", ca.issuePerSecond),
];

/**
 * Beside the turn that came with `issueRates`: from there to the call some take longer than others, so that calls whose
 * turns kept the pace could still meet.
 */
export const issueCallRates = ({ certificateAuthority: ca }: Link): Rate[] => [
  perSecond("issue-calls", ca.issuePerSecond),
];

export const searchRates = (): Rate[] => [perSecond("searches", SEARCHES_PER_SECOND)];

function vaultRates(what: string, holder: string, most: typeof KEYS_PER_SECOND): Rate[] {
  return [
    perSecond(`${what}:vault:${holder}`, most.vault),
    perSecond(`${what}:subscription`, most.subscription),
  ];
}
