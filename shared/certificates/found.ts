/**
 * Finishes the books on a certificate whose run ended too early: what the vault shows in use, and an intent knows
 * by its serial, was issued and merged, whatever became of the notes about it.
 */
import type { Brain } from "./brain.ts";
import { factsOf, type Recorder, recordIfMissing } from "./record.ts";
import type { CertificateVersion, Intent } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";

/** Called when a serial is first seen in use, and before a version is replaced; most find nothing to do. */
export async function finishRecords(brain: Brain, name: string, current: CertificateVersion): Promise<void> {
  const intents = await brain.journal.readIntents(name);
  for (const intent of intents) {
    const { certificateArn } = intent;
    if (certificateArn === undefined || intent.state === "merged") continue;
    if (readCertificateArn(certificateArn).serial !== current.serial) continue;
    await recordFoundIssue(brain, intent, certificateArn);
    await recordIfMissing(brain, mergeOf(name, current, { ...intent, certificateArn }));
    await brain.journal.mark(intent, { state: "merged" });
  }
}

/** For an intent that goes on with a certificate that an earlier run had signed. */
export async function recordFoundIssue(
  brain: Recorder,
  intent: Intent,
  certificateArn: string,
): Promise<void> {
  await recordIfMissing(brain, issueOf({ ...intent, certificateArn }));
}

type IssuedIntent = Intent & { readonly certificateArn: string };

export function issueOf({ certificate, csrDigest, notAfter, certificateArn }: IssuedIntent) {
  const { serial } = readCertificateArn(certificateArn);
  return {
    kind: "issue",
    target: certificate,
    subject: certificateArn,
    before: null,
    after: { serial, notAfter, certificateArn, csrDigest },
    reasons: [],
    requestIds: {},
  } as const;
}

export function mergeOf(target: string, current: CertificateVersion, intent: IssuedIntent) {
  const { certificateArn, csrDigest } = intent;
  return {
    kind: "merge",
    target,
    subject: current.version,
    before: null,
    after: { ...factsOf(current), certificateArn, csrDigest },
    reasons: [],
    requestIds: {},
  } as const;
}
