/**
 * Finishes the books on a certificate whose run ended too early: what the vault shows in use, and an intent knows
 * by its serial, was issued and merged, whatever became of the notes about it.
 */
import type { Brain } from "./brain.ts";
import { factsOf, type Recorder, recordIfMissing } from "./record.ts";
import type { CertificateVersion, Intent } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";

export type IssuedIntent = Intent & { readonly certificateArn: string };

/**
 * Called until a serial is known to be in use, and before a version is replaced, for afterwards nothing shows what was
 * merged. Most find nothing to do. Returns what was issued and is neither merged, nor current, nor at its end.
 */
export async function finishRecords(
  brain: Brain,
  name: string,
  current: CertificateVersion | null,
): Promise<readonly IssuedIntent[]> {
  const left: IssuedIntent[] = [];
  for (const intent of await brain.journal.readOpenIntents(name)) {
    const { certificateArn } = intent;
    if (certificateArn === undefined) continue;
    const issued = { ...intent, certificateArn };
    if (readCertificateArn(certificateArn).serial === current?.serial) await finish(brain, current, issued);
    else left.push(issued);
  }
  return left;
}

async function finish(brain: Brain, current: CertificateVersion, intent: IssuedIntent): Promise<void> {
  await recordFoundIssue(brain, intent, intent.certificateArn);
  await recordIfMissing(brain, mergeOf(intent.certificate, current, intent));
  await brain.journal.mark(intent, { state: "merged" });
}

/** For an intent that goes on with a certificate that an earlier run had signed. */
export async function recordFoundIssue(
  brain: Recorder,
  intent: Intent,
  certificateArn: string,
): Promise<void> {
  await recordIfMissing(brain, issueOf({ ...intent, certificateArn }));
}

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
