/// <reference path="../.sst/platform/config.d.ts" />
/** Everything that is deployed, and what each part is told of the others. */
import { incidentRuleArn, tellIncidents } from "./alerts.ts";
import { createBunnyIdentities } from "./bunny-identities.ts";
import { createBus } from "./bus.ts";
import { createCertificateAuthority } from "./certificate-authority.ts";
import { certificateEventsRuleArn, watchIssuances } from "./certificate-events.ts";
import { renewCertificatesRoleArn, scheduleRenewals } from "./certificates.ts";
import { allowTunnelWork } from "./connection-resetter.ts";
import { createDashboard } from "./dashboard.ts";
import { createDeadLetters, deadLettersName } from "./dead-letters.ts";
import { createFunctionApp } from "./function-app.ts";
import { createIdentityFederation } from "./identity-federation.ts";
import { createJournal } from "./journal.ts";
import { link } from "./link.ts";
import { azureAccount } from "./names.ts";
import { scheduleRelayRenewal } from "./relay-certificate.ts";
import { createRelayLog } from "./relay-log.ts";
import { createResourceGroup } from "./resource-group.ts";
import type { Scheduled } from "./scheduled-function.ts";
import { createTunnelAlarms } from "./tunnel-alarms.ts";
import { tunnelRuleArns, watchTunnels, watchTunnelsRoleArn } from "./tunnels.ts";
import { allowCertificateWork, createVaults } from "./vaults.ts";
import { createVpn, type Vpn } from "./vpn.ts";
import { createWatchdogTopic, watchFunctions } from "./watchdog.ts";

export function deploy() {
  const certificateAuthority = createCertificateAuthority(link.certificateAuthority);
  const issuer = createIdentityFederation(link.aws.outboundIdentityFederation);

  const group = createResourceGroup(link.azure.location);
  const vaults = createVaults(group, link.bunnies);
  const identities = createBunnyIdentities(group, link.bunnies, vaults);

  const vpn = link.vpn === undefined ? undefined : createVpn(link.vpn);
  const functionApp = createFunctionApp(group, {
    TOKEN_ISSUER: issuer,
    ROLE_RENEW_CERTIFICATES: renewCertificatesRoleArn(),
    PINNED_CA: certificateAuthority.pem,
    VAULTS: $jsonStringify(Object.fromEntries(vaults.map(({ bunny, uri }) => [bunny, uri]))),
    ...(vpn === undefined ? {} : tunnelSettings(vpn)),
  });
  allowCertificateWork(group, functionApp.principalId, vaults);
  if (vpn !== undefined) allowTunnelWork(vpn.azureGroupId, functionApp.principalId);

  const journal = createJournal();
  const deadLetterArn = createDeadLetters([
    certificateEventsRuleArn(),
    ...(vpn === undefined ? [] : tunnelRuleArns()),
    ...(link.alerts === undefined ? [] : [incidentRuleArn()]),
  ]);
  const renewals = {
    certificateAuthorityArn: certificateAuthority.arn,
    journal,
    bus: createBus(),
    relayLog: createRelayLog(link.relay.log),
    deadLetterArn,
    schedule: link.certificates,
  };
  const { bus } = renewals;
  const bunnies = scheduleRenewals({ ...renewals, hand: functionApp.host });
  const relay = scheduleRelayRenewal(link.relay.certificate, {
    ...renewals,
    pinnedCa: certificateAuthority.pem,
  });
  watchIssuances({ certificateAuthorityArn: certificateAuthority.arn, journal, deadLetterArn });

  const watching =
    vpn === undefined
      ? undefined
      : watchTunnels({ vpn, journal, bus, hand: functionApp.host, deadLetterArn });
  const telling =
    link.alerts === undefined ? undefined : tellIncidents(link.alerts, { journal, bus, deadLetterArn });
  const scheduled = [bunnies, relay?.scheduled, watching, telling].filter((one) => one !== undefined);
  lookAfter(vpn, scheduled);

  // What the manifests of relay and of each bunny need (docs/workloads.md).
  return {
    certificateAuthorityArn: certificateAuthority.arn,
    tenantId: azureAccount().tenantId,
    ...(relay === undefined ? {} : { relaySecretArn: relay.secretArn }),
    bunnies: vaults.map(({ bunny, name }) => ({ bunny, vault: name, clientId: identities.get(bunny) })),
  };
}

/** What the hand is told where the link has tunnels. */
function tunnelSettings({ azureConnections }: Vpn) {
  return {
    ROLE_WATCH_TUNNELS: watchTunnelsRoleArn(),
    CONNECTIONS: $jsonStringify(Object.fromEntries(azureConnections)),
  };
}

/** Alarms that need none of our code, and one page to look at; what the link does not declare is not there. */
function lookAfter(vpn: Vpn | undefined, scheduled: readonly Scheduled[]): void {
  const topicArn = link.alerts === undefined ? undefined : createWatchdogTopic(link.alerts.emails);
  const tunnels = vpn?.tunnels ?? new Map();
  const deadLetters = deadLettersName();
  const alarmArns = [
    ...(vpn === undefined ? [] : createTunnelAlarms({ tunnels, topicArn })),
    ...(topicArn === undefined ? [] : watchFunctions({ topicArn, scheduled, deadLetters })),
  ];
  if (alarmArns.length === 0) return;
  createDashboard({ link: link.name, alarmArns, tunnels, scheduled, deadLetters });
}
