/// <reference path="../.sst/platform/config.d.ts" />
/** What every function may do that renews certificates, whoever's they are. */
import { TEMPLATE_OF } from "../shared/certificates/authority.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { type Journal, keepJournal } from "./journal.ts";
import type { Permission } from "./lambda-role.ts";
import { link } from "./link.ts";
import type { RelayLog } from "./relay-log.ts";

export interface RenewalParts {
  certificateAuthorityArn: $util.Output<string>;
  journal: Journal;
  bus: Bus;
  relayLog: RelayLog;
}

export function renewalPermissions(
  { certificateAuthorityArn, journal, bus, relayLog }: RenewalParts,
  purpose: keyof typeof TEMPLATE_OF,
): Permission[] {
  return [
    {
      actions: ["acm-pca:IssueCertificate"],
      resources: [certificateAuthorityArn],
      // Without the template, whoever runs as this role could have a CA's certificate signed, or one of the other
      // purpose.
      conditions: [{ test: "StringEquals", variable: "acm-pca:TemplateArn", values: [TEMPLATE_OF[purpose]] }],
    },
    {
      actions: ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"],
      resources: [certificateAuthorityArn],
    },
    ...revocation(certificateAuthorityArn),
    ...keepJournal(journal),
    tellChanges(bus),
    { actions: ["logs:FilterLogEvents"], resources: [$interpolate`${relayLog.arn}:*`] },
  ];
}

/** Under a short-lived CA nothing is revoked, so nobody may. */
function revocation(certificateAuthorityArn: $util.Output<string>): Permission[] {
  if (link.certificateAuthority.mode === "short-lived") return [];
  return [{ actions: ["acm-pca:RevokeCertificate"], resources: [certificateAuthorityArn] }];
}

/** The environment that goes with them. */
export function renewalEnvironment({ certificateAuthorityArn, journal, bus, relayLog }: RenewalParts) {
  return {
    CA_ARN: certificateAuthorityArn,
    JOURNAL_TABLE: journal.name,
    BUS_NAME: bus.name,
    RELAY_LOG_GROUP: relayLog.name,
  };
}
