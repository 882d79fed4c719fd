/// <reference path="../.sst/platform/config.d.ts" />
/**
 * What AWS tells of the certificates that the CA issues, and the function that notes them: it finds again what a
 * run had signed and could not write down any more, and tells what somebody else had signed.
 */
import { createConcernFunction } from "./concern-function.ts";
import { type Journal, noteInJournal } from "./journal.ts";
import { stageName } from "./names.ts";

const CONCERN = "note-issued-certificate";
const RULE = "certificate-issued";

/** Lambda's most. A certificate is worth finding for as long as it lives, so nothing is gained by giving up early. */
const EVENT_AGE_MAX_SECONDS = 21_600;

/** EventBridge's most: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const DELIVERY = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 };

export interface CertificateEventsParts {
  certificateAuthorityArn: $util.Output<string>;
  journal: Journal;
  deadLetterArn: $util.Output<string>;
}

/** The rule's ARN, known before the rule exists. */
export function certificateEventsRuleArn(): $util.Output<string> {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return $interpolate`arn:aws:events:${region}:${accountId}:rule/${stageName(RULE)}`;
}

export function watchIssuances(parts: CertificateEventsParts): void {
  const { certificateAuthorityArn, journal, deadLetterArn } = parts;
  const note = createConcernFunction({
    logicalName: "NoteIssuedCertificate",
    concern: CONCERN,
    description: "Notes each certificate that the CA has issued with the intent it belongs to.",
    environment: { CA_ARN: certificateAuthorityArn, JOURNAL_TABLE: journal.name },
    permissions: [
      { actions: ["acm-pca:GetCertificate"], resources: [certificateAuthorityArn] },
      ...noteInJournal(journal),
    ],
    deadLetterArn,
    eventAgeMaxSeconds: EVENT_AGE_MAX_SECONDS,
  });
  const rule = createRule(certificateAuthorityArn);
  new aws.lambda.Permission("CertificateIssuedPermission", {
    statementId: "certificate-issued",
    action: "lambda:InvokeFunction",
    function: note.name,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
  new aws.cloudwatch.EventTarget("CertificateIssuedTarget", {
    rule: rule.name,
    arn: note.arn,
    retryPolicy: DELIVERY,
    deadLetterConfig: { arn: deadLetterArn },
  });
}

/** On the default bus, where AWS tells of its own services; it has a fixed name, which the queue's policy says. */
function createRule(certificateAuthorityArn: $util.Output<string>): aws.cloudwatch.EventRule {
  return new aws.cloudwatch.EventRule("CertificateIssued", {
    name: stageName(RULE),
    description: "The link's CA has issued a certificate, or failed to.",
    eventPattern: $jsonStringify({
      source: ["aws.acm-pca"],
      "detail-type": ["ACM Private CA Certificate Issuance"],
      resources: [certificateAuthorityArn],
    }),
  });
}
