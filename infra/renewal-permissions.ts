/// <reference path="../.sst/platform/config.d.ts" />
/** What every function may do that renews certificates, whoever's they are. */
import { TEMPLATE_OF } from "../shared/certificates/authority.ts";
import { type Bus, tellChanges } from "./bus.ts";
import {
  authorityArns,
  authorityNames,
  authorityPins,
  type CertificateAuthorities,
} from "./certificate-authority.ts";
import { type Journal, keepJournal } from "./journal.ts";
import type { Permission } from "./lambda-role.ts";
import { link } from "./link.ts";
import type { RelayLog } from "./relay-log.ts";

export interface RenewalParts {
  authorities: CertificateAuthorities;
  journal: Journal;
  bus: Bus;
  relayLog: RelayLog;
}

export function renewalPermissions(
  { authorities, journal, bus, relayLog }: RenewalParts,
  purpose: keyof typeof TEMPLATE_OF,
): Permission[] {
  const arns = authorityArns(authorities);
  return [
    {
      actions: ["acm-pca:IssueCertificate"],
      resources: arns,
      // Without the template, whoever runs as this role could have a CA's certificate signed, or one of the other
      // purpose.
      conditions: [{ test: "StringEquals", variable: "acm-pca:TemplateArn", values: [TEMPLATE_OF[purpose]] }],
    },
    {
      actions: ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"],
      resources: arns,
    },
    ...revocation(arns),
    ...keepJournal(journal),
    tellChanges(bus),
    { actions: ["logs:FilterLogEvents"], resources: [$interpolate`${relayLog.arn}:*`] },
  ];
}

/** Under a short-lived CA nothing is revoked, so nobody may. */
function revocation(arns: $util.Output<string>[]): Permission[] {
  if (link.certificateAuthority.mode === "short-lived") return [];
  return [{ actions: ["acm-pca:RevokeCertificate"], resources: arns }];
}

/** The environment that goes with them. */
export function renewalEnvironment({ authorities, journal, bus, relayLog }: RenewalParts) {
  return {
    ...authorityNames(authorities),
    // Where there may be several, a certificate says by whose signature which of them it is from.
    ...(link.trust === undefined ? {} : authorityPins(authorities)),
    JOURNAL_TABLE: journal.name,
    BUS_NAME: bus.name,
    RELAY_LOG_GROUP: relayLog.name,
  };
}
