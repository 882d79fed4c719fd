/** What all certificates of a run need: the CA, and what the journal says of them. */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Brain } from "./brain.ts";
import type { Seen, Standing } from "./journal.ts";
import { patiently } from "./patience.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { ObservedCa } from "./schema.ts";

export interface Standings
  extends Pick<Standing, "freeze" | "troubles" | "unknownIssues" | "asked" | "trust"> {
  /** By certificate. */
  readonly known: ReadonlyMap<string, Seen>;
  readonly orders: readonly RevocationOrder[];
}

export interface Shared {
  /** The link's one CA. Null where there may be several, each of which is asked when it is to sign. */
  readonly ca: ObservedCa | null;
  readonly standings: Standings;
}

/** Each of the two, or why it could not be read; that is told here. */
export async function observeEach(
  brain: Brain,
): Promise<{ readonly [Part in keyof Shared]: Shared[Part] | CloudError }> {
  const [ca, standings] = await Promise.all([
    brain.issuers === undefined
      ? orCloudError(() => patiently(brain, () => brain.authority.observe()))
      : null,
    orCloudError(() => patiently(brain, () => readStandings(brain))),
  ]);
  for (const failure of [ca, standings]) {
    if (!(failure instanceof CloudError)) continue;
    const { operation, target, code, retryable } = failure;
    brain.log.error("run.failed", { operation, target, code, retryable });
  }
  return { ca, standings };
}

/** Throws `CloudError` when one of the two could not be read. */
export async function observeShared(brain: Brain): Promise<Shared> {
  const { ca, standings } = await observeEach(brain);
  if (ca instanceof CloudError) throw ca;
  if (standings instanceof CloudError) throw standings;
  return { ca, standings };
}

async function readStandings({ journal }: Brain): Promise<Standings> {
  const { seen, revocations, ...standing } = await journal.readStanding();
  const known = new Map(seen.map((entry) => [entry.certificate, entry]));
  return { ...standing, known, orders: revocations };
}
