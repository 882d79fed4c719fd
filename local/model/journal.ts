/** The journal in memory. */
import { withArn } from "../../shared/certificates/intent.ts";
import type { Journal, Seen } from "../../shared/certificates/journal.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { Intent } from "../../shared/certificates/schema.ts";
import type { Calls } from "./calls.ts";
import { modelRevocations } from "./revocations.ts";

export interface ModelJournal extends Journal {
  /** In the order in which they were written. */
  readonly intents: ReadonlyMap<string, Intent>;
  readonly seen: ReadonlyMap<string, Seen>;
  /** By serial. */
  readonly revocations: Map<string, RevocationOrder>;
}

export function modelJournal(calls: Calls): ModelJournal {
  const intents = new Map<string, Intent>();
  const seen = new Map<string, Seen>();
  const revocations = new Map<string, RevocationOrder>();
  const keyOf = (certificate: string, csrDigest: string) => `${certificate}#${csrDigest}`;
  return {
    intents,
    seen,
    revocations,
    readStanding: () =>
      calls.perform("journal.read-standing", "", () => ({
        seen: [...seen.values()],
        revocations: [...revocations.values()],
      })),
    readIntents: (certificate) =>
      calls.perform("journal.read-intents", certificate, () =>
        [...intents.values()].filter((intent) => intent.certificate === certificate),
      ),
    readIntent: (certificate, csrDigest) =>
      calls.perform(
        "journal.read-intent",
        certificate,
        () => intents.get(keyOf(certificate, csrDigest)) ?? null,
      ),
    intend: (intent) =>
      calls.perform("journal.intend", intent.certificate, () => {
        const key = keyOf(intent.certificate, intent.csrDigest);
        const stands = intents.get(key);
        if (stands !== undefined && stands.state !== "refused") return stands;
        intents.set(key, Intent.parse(intent));
        return intent;
      }),
    mark: (intent, mark) =>
      calls.perform("journal.mark", intent.certificate, () => {
        const key = keyOf(intent.certificate, intent.csrDigest);
        const stands = intents.get(key);
        if (stands === undefined) throw new Error("an intent was marked that was never written");
        if (mark.state === "refused" && stands.state !== "intended") return;
        intents.set(key, Intent.parse({ ...stands, ...mark }));
      }),
    noteIssued: (intent, certificateArn) =>
      calls.perform("journal.note-issued", intent.certificate, () => {
        const key = keyOf(intent.certificate, intent.csrDigest);
        const stands = intents.get(key);
        if (stands === undefined) throw new Error("an intent was noted that was never written");
        const noted = withArn(stands, certificateArn) ?? stands;
        intents.set(key, Intent.parse(noted));
        return noted;
      }),
    ...modelRevocations(calls, revocations),
    markSeen: (entry) =>
      calls.perform("journal.mark-seen", entry.certificate, () => void seen.set(entry.certificate, entry)),
  };
}
