/**
 * Finds out for whom AWS Private CA has issued a certificate, from the event that tells of it, and notes the ARN
 * with the intent it belongs to: a run that ended before it could do so has left it nowhere else. The event comes
 * at least as late as the signature, more than once, or never
 * (https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-acm-pca.html).
 *
 * What is looked up decides, never what the event says: that only names a certificate to look at.
 */
import { createHash, X509Certificate } from "node:crypto";
import * as z from "zod";
import { CloudError, ContractError } from "../runtime/errors.ts";
import { caArnsOf } from "./authority.ts";
import type { Brain } from "./brain.ts";
import { issueOf } from "./found.ts";
import { orderOrphan } from "./orphans.ts";
import { pemToDer } from "./pem.ts";
import { FOUND, recordChange } from "./record.ts";
import type { Identity, Intent } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";
import { type CertificateFacts, readCertificate } from "./x509.ts";

/** https://docs.aws.amazon.com/privateca/latest/userguide/CloudWatchEvents.html */
const IssuanceEvent = z.object({
  source: z.literal("aws.acm-pca"),
  "detail-type": z.literal("ACM Private CA Certificate Issuance"),
  resources: z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])]),
  detail: z.object({ result: z.enum(["success", "failure"]) }),
});

export type NotingBrain = Pick<
  Brain,
  "link" | "journal" | "audit" | "invocation" | "log" | "clock" | "pause"
> & {
  readonly authority: Pick<Brain["authority"], "arn" | "others" | "read">;
  /** Every certificate of the link, whoever looks after it. */
  readonly certificates: readonly { readonly name: string; readonly identity: Identity }[];
};

export interface NotedReport {
  readonly outcome: "noted" | "known" | "not-ours" | "not-issued" | "unknown-issue";
  readonly trouble: readonly string[];
}

/** Throws `ContractError` for an event of another kind or CA, `CloudError` when the certificate cannot be read yet. */
export async function noteIssued(brain: NotingBrain, event: unknown): Promise<NotedReport> {
  const certificateArn = parseEvent(event, caArnsOf(brain.authority));
  const pem = certificateArn === null ? null : await readLeaf(brain, certificateArn);
  if (certificateArn === null || pem === null) {
    brain.log.warn("issuance.failed", { certificateArn });
    return { outcome: "not-issued", trouble: [] };
  }
  const leaf = readCertificate(pemToDer(pem));
  const intent = await brain.journal.findIntent(publicKeyDigest(pem));
  if (intent !== null) return await note(brain, intent, certificateArn, leaf);
  const names = brain.certificates.filter(({ identity }) => sharesName(identity, leaf.identity));
  if (names.length > 0) return await tellUnknown(brain, names, certificateArn, leaf, "no intent for its key");
  // A CA may serve others too.
  brain.log.info("issuance.not-ours", { certificateArn });
  return { outcome: "not-ours", trouble: [] };
}

/** The ARN of what was issued; null when nothing was. */
function parseEvent(event: unknown, caArns: readonly string[]): string | null {
  const parsed = IssuanceEvent.safeParse(event);
  if (!parsed.success) {
    const paths = parsed.error.issues.map(({ path }) => path.join(".") || "the event");
    throw new ContractError(`this is no event of an issuance by AWS Private CA: see ${paths.join(", ")}`);
  }
  const { resources, detail } = parsed.data;
  const [issuer, certificateArn] = resources;
  if (issuer === undefined || !caArns.includes(issuer))
    throw new ContractError("the event is of another CA than the link's");
  if (detail.result === "failure") return null;
  if (certificateArn === undefined || readCertificateArn(certificateArn).caArn !== issuer)
    throw new ContractError("the event names no certificate of its CA");
  return certificateArn;
}

/** The CA is seldom at it for longer; then Lambda invokes again, after a minute. */
const SIGNING_PAUSES_MS = [1_000, 2_000, 4_000];

/** The leaf in PEM; null when the CA gave up on it. */
async function readLeaf({ authority, pause }: NotingBrain, certificateArn: string): Promise<string | null> {
  for (const pauseMs of [0, ...SIGNING_PAUSES_MS]) {
    if (pauseMs > 0) await pause(pauseMs);
    const chain = await authority.read(certificateArn);
    if (chain === "failed") return null;
    if (chain !== "signing") return chain[0] ?? null;
  }
  const code = "still-signing";
  const operation = "GetCertificate";
  throw new CloudError({ provider: "aws", operation, target: certificateArn, code, retryable: true });
}

/** True when a certificate could pass for one of ours: it bears a name that we asked for, whatever else it says. */
function sharesName(ours: Identity, theirs: Identity): boolean {
  const names = new Set([ours.commonName, ...ours.dnsNames]);
  return [theirs.commonName, ...theirs.dnsNames].some((name) => names.has(name));
}

const publicKeyDigest = (pem: string): string =>
  createHash("sha256")
    .update(new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");

async function note(
  brain: NotingBrain,
  intent: Intent,
  certificateArn: string,
  leaf: CertificateFacts,
): Promise<NotedReport> {
  const { certificate, csrDigest } = intent;
  const isKnown = intent.certificateArn !== undefined;
  const stands = isKnown ? intent : await noteFirst(brain, intent, certificateArn);
  if (stands.certificateArn !== certificateArn) {
    const names = [{ name: certificate }];
    return await tellUnknown(brain, names, certificateArn, leaf, "a second one for its key");
  }
  const { state } = stands;
  if (state === "outcome-unknown") await orderOrphan(brain, { ...stands, certificateArn });
  const outcome = isKnown ? "known" : "noted";
  brain.log.info("issuance.noted", { certificate, certificateArn, csrDigest, state, outcome });
  return { outcome, trouble: [] };
}

/**
 * The record first: once the ARN is noted, nobody looks whether it is there. Most events find it noted, and there are
 * as many of them as signatures: so nothing is looked up, and a record may come to stand twice, under its one id.
 */
async function noteFirst(brain: NotingBrain, intent: Intent, certificateArn: string): Promise<Intent> {
  await recordChange(brain, { ...issueOf({ ...intent, certificateArn }), reasons: [FOUND] });
  return await brain.journal.noteIssued(intent, certificateArn);
}

/** Somebody else had it signed, by a CA whose every certificate of this name relay may accept. */
async function tellUnknown(
  brain: NotingBrain,
  names: readonly { readonly name: string }[],
  certificateArn: string,
  { serial, notAfter }: CertificateFacts,
  reason: string,
): Promise<NotedReport> {
  for (const { name } of names) {
    brain.log.error("certificate.unknown-issue", { certificate: name, certificateArn, reason });
    const foundAt = brain.clock();
    const issue = { certificate: name, serial, certificateArn, notAfter, foundAt, reason };
    await brain.journal.writeUnknownIssue(issue);
    await recordChange(brain, {
      kind: "unknown-issue",
      target: name,
      subject: certificateArn,
      before: null,
      after: { serial, notAfter, certificateArn },
      reasons: [reason],
      requestIds: {},
    });
  }
  const trouble = names.map(({ name }) => `${name}: somebody else had a certificate of its name signed`);
  return { outcome: "unknown-issue", trouble };
}
