/** The journal in memory. */
import type { Ask } from "../../shared/asks/ask.ts";
import { withArn } from "../../shared/certificates/intent.ts";
import type { Journal, Seen } from "../../shared/certificates/journal.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { Intent } from "../../shared/certificates/schema.ts";
import type { Troubles } from "../../shared/certificates/troubles.ts";
import type { UnknownIssue } from "../../shared/certificates/unknown-issue.ts";
import type { Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";
import { type ModelFreeze, modelFreeze } from "./freeze.ts";
import { modelRevocations } from "./revocations.ts";

export interface ModelJournal extends Journal {
  /** In the order in which they were written. */
  readonly intents: ReadonlyMap<string, Intent>;
  readonly seen: ReadonlyMap<string, Seen>;
  /** By serial. */
  readonly revocations: Map<string, RevocationOrder>;
  /** By name. */
  readonly asks: Map<string, Ask>;
  /** The same item that the freeze's own store has. */
  readonly freeze: ModelFreeze;
  readonly troubles: Map<string, Troubles>;
  /** By certificate. */
  readonly unknownIssues: Map<string, UnknownIssue>;
}

export function modelJournal(calls: Calls, clock: ModelClock): ModelJournal {
  const intents = new Map<string, Intent>();
  const seen = new Map<string, Seen>();
  const revocations = new Map<string, RevocationOrder>();
  const asks = new Map<string, Ask>();
  const freeze = modelFreeze(calls);
  const troubles = new Map<string, Troubles>();
  const unknownIssues = new Map<string, UnknownIssue>();
  const keyOf = (certificate: string, csrDigest: string) => `${certificate}#${csrDigest}`;
  return {
    intents,
    seen,
    revocations,
    asks,
    freeze,
    troubles,
    unknownIssues,
    readStanding: () =>
      calls.perform("journal.read-standing", "", () => ({
        seen: [...seen.values()],
        revocations: [...revocations.values()],
        freeze: freeze.stands,
        troubles: new Map(troubles),
        unknownIssues: [...unknownIssues.values()],
        asked: new Map(asks),
      })),
    ask: (ask) => calls.perform("journal.ask", ask.name, () => void asks.set(ask.name, ask)),
    settleAsk: ({ name, at }) =>
      calls.perform("journal.settle-ask", name, () => {
        if (asks.get(name)?.at === at) asks.delete(name);
      }),
    readIntents: (certificate) =>
      calls.perform("journal.read-intents", certificate, () =>
        [...intents.values()].filter((intent) => intent.certificate === certificate),
      ),
    readOpenIntents: (certificate) =>
      calls.perform("journal.read-open-intents", certificate, () =>
        [...intents.values()].filter(
          (intent) =>
            intent.certificate === certificate && intent.state !== "merged" && intent.notAfter > clock.now(),
        ),
      ),
    findIntent: (publicKeyDigest) =>
      calls.perform(
        "journal.find-intent",
        publicKeyDigest,
        () => [...intents.values()].find((intent) => intent.publicKeyDigest === publicKeyDigest) ?? null,
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
    writeTroubles: (concern, since) =>
      calls.perform("journal.write-troubles", concern, () => void troubles.set(concern, since)),
    writeUnknownIssue: (issue) =>
      calls.perform("journal.write-unknown-issue", issue.certificate, () => {
        const stands = unknownIssues.get(issue.certificate);
        if (stands === undefined || stands.notAfter < issue.notAfter)
          unknownIssues.set(issue.certificate, issue);
      }),
  };
}
