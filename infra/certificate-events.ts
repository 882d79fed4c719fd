/// <reference path="../.sst/platform/config.d.ts" />
/**
 * What AWS tells of the certificates that the CA issues, and the function that notes them: it finds again what a
 * run had signed and could not write down any more, and tells what somebody else had signed.
 */
import { authorityArns, authorityNames, type CertificateAuthorities } from "./certificate-authority.ts";
import { createConcernFunction } from "./concern-function.ts";
import { createEventRule, eventRuleArn } from "./event-rule.ts";
import { type Journal, noteIssuances } from "./journal.ts";

const CONCERN = "note-issued-certificate";
const RULE = "certificate-issued";

/** Lambda's most. A certificate is worth finding for as long as it lives, so nothing is gained by giving up early. */
const EVENT_AGE_MAX_SECONDS = 21_600;

export interface CertificateEventsParts {
  authorities: CertificateAuthorities;
  journal: Journal;
  deadLetterArn: $util.Output<string>;
}

/** The rule's ARN, known before the rule exists. */
export const certificateEventsRuleArn = (): $util.Output<string> => eventRuleArn(RULE, "default-bus");

export function watchIssuances(parts: CertificateEventsParts): void {
  const { authorities, journal, deadLetterArn } = parts;
  const arns = authorityArns(authorities);
  const note = createConcernFunction({
    logicalName: "NoteIssuedCertificate",
    concern: CONCERN,
    description: "Notes each certificate that the CA has issued with the intent it belongs to.",
    environment: { ...authorityNames(authorities), JOURNAL_TABLE: journal.name },
    permissions: [{ actions: ["acm-pca:GetCertificate"], resources: arns }, ...noteIssuances(journal)],
    deadLetterArn,
    eventAgeMaxSeconds: EVENT_AGE_MAX_SECONDS,
  });
  createEventRule({
    logicalName: "CertificateIssued",
    thing: RULE,
    description: "The link's CA has issued a certificate, or failed to.",
    pattern: {
      source: ["aws.acm-pca"],
      "detail-type": ["ACM Private CA Certificate Issuance"],
      resources: arns,
    },
    start: note,
    deadLetterArn,
  });
}
