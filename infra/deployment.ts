/// <reference path="../.sst/platform/config.d.ts" />
/** Everything that is deployed, and what each part is told of the others. */
import { createBunnyIdentities } from "./bunny-identities.ts";
import { createBus } from "./bus.ts";
import { createCertificateAuthority } from "./certificate-authority.ts";
import { certificateEventsRuleArn, watchIssuances } from "./certificate-events.ts";
import { renewCertificatesRoleArn, scheduleRenewals } from "./certificates.ts";
import { createDeadLetters } from "./dead-letters.ts";
import { createFunctionApp } from "./function-app.ts";
import { createIdentityFederation } from "./identity-federation.ts";
import { createJournal } from "./journal.ts";
import { link } from "./link.ts";
import { azureAccount } from "./names.ts";
import { scheduleRelayRenewal } from "./relay-certificate.ts";
import { createRelayLog } from "./relay-log.ts";
import { createResourceGroup } from "./resource-group.ts";
import { allowCertificateWork, createVaults } from "./vaults.ts";

export function deploy() {
  const certificateAuthority = createCertificateAuthority(link.certificateAuthority);
  const issuer = createIdentityFederation(link.aws.outboundIdentityFederation);

  const group = createResourceGroup(link.azure.location);
  const vaults = createVaults(group, link.bunnies);
  const identities = createBunnyIdentities(group, link.bunnies, vaults);

  const functionApp = createFunctionApp(group, {
    TOKEN_ISSUER: issuer,
    ROLE_RENEW_CERTIFICATES: renewCertificatesRoleArn(),
    PINNED_CA: certificateAuthority.pem,
    VAULTS: $jsonStringify(Object.fromEntries(vaults.map(({ bunny, uri }) => [bunny, uri]))),
  });
  allowCertificateWork(group, functionApp.principalId, vaults);

  const journal = createJournal();
  const deadLetterArn = createDeadLetters([certificateEventsRuleArn()]);
  const renewals = {
    certificateAuthorityArn: certificateAuthority.arn,
    journal,
    bus: createBus(),
    relayLog: createRelayLog(link.relay.log),
    deadLetterArn,
    schedule: link.certificates,
  };
  scheduleRenewals({ ...renewals, hand: functionApp.host });
  const relaySecretArn = scheduleRelayRenewal(link.relay.certificate, {
    ...renewals,
    pinnedCa: certificateAuthority.pem,
  });
  watchIssuances({ certificateAuthorityArn: certificateAuthority.arn, journal, deadLetterArn });

  // What the manifests of relay and of each bunny need (docs/workloads.md).
  return {
    certificateAuthorityArn: certificateAuthority.arn,
    tenantId: azureAccount().tenantId,
    ...(relaySecretArn === undefined ? {} : { relaySecretArn }),
    bunnies: vaults.map(({ bunny, name }) => ({ bunny, vault: name, clientId: identities.get(bunny) })),
  };
}
