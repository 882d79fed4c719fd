/// <reference path="../.sst/platform/config.d.ts" />
/** Everything that is deployed, and what each part is told of the others. */
import { authFailuresOf } from "../shared/auth-failures/desired.ts";
import { incidentRuleArn, tellIncidents } from "./alerts.ts";
import { allowlistsRuleArns, healAllowlists, healAllowlistsRoleArn } from "./allowlists.ts";
import { rotateApiKeys, rotateApiKeysRoleArn } from "./api-keys.ts";
import { watchCallers } from "./auth-failure-alarms.ts";
import { type AuthFailures, readAuthFailures } from "./auth-failures.ts";
import { createBunnyIdentities } from "./bunny-identities.ts";
import { createBus } from "./bus.ts";
import { authorityPins, createCertificateAuthorities } from "./certificate-authority.ts";
import { certificateEventsRuleArn, watchIssuances } from "./certificate-events.ts";
import { renewCertificatesRoleArn, scheduleRenewals } from "./certificates.ts";
import { allowKeyWork } from "./connection-keys.ts";
import { allowTunnelWork } from "./connection-resetter.ts";
import { createDashboard } from "./dashboard.ts";
import { createDeadLetters, deadLettersName } from "./dead-letters.ts";
import { createFunctionApp } from "./function-app.ts";
import { createIdentityFederation } from "./identity-federation.ts";
import { createJournal } from "./journal.ts";
import { link } from "./link.ts";
import { azureAccount } from "./names.ts";
import {
  allowAllowlistWork,
  type NetworkSecurityGroup,
  networkSecurityGroups,
} from "./network-security-groups.ts";
import { subscribeToChanges } from "./nsg-events.ts";
import { rotatePreSharedKeys, rotatePreSharedKeysRoleArn } from "./pre-shared-keys.ts";
import { scheduleRelayRenewal } from "./relay-certificate.ts";
import { createRelayLog } from "./relay-log.ts";
import { createResourceGroup } from "./resource-group.ts";
import type { Scheduled } from "./scheduled-function.ts";
import { createTrail } from "./trail.ts";
import { publishTrust, publishTrustRoleArn } from "./trust.ts";
import { allowTrustWork } from "./trust-copies.ts";
import { createTunnelAlarms } from "./tunnel-alarms.ts";
import { tunnelRuleArns, watchTunnels, watchTunnelsRoleArn } from "./tunnels.ts";
import { allowApiKeyWork } from "./vault-api-keys.ts";
import { allowCertificateWork, createVaults } from "./vaults.ts";
import { createVpn, type Vpn } from "./vpn.ts";
import { createWakes, wakeRuleArns } from "./wakes.ts";
import { createWatchdogTopic, watchFunctions } from "./watchdog.ts";

export function deploy() {
  const authorities = createCertificateAuthorities(link.certificateAuthority);
  const issuer = createIdentityFederation(link.aws.outboundIdentityFederation);

  const group = createResourceGroup(link.azure.location);
  const vaults = createVaults(group, link.bunnies);
  const identities = createBunnyIdentities(group, link.bunnies, vaults);

  const vpn = link.vpn === undefined ? undefined : createVpn(link.vpn);
  const { allowlists } = link;
  const nsgs = allowlists === undefined ? [] : networkSecurityGroups(allowlists);
  const functionApp = createFunctionApp(group, {
    TOKEN_ISSUER: issuer,
    ROLE_RENEW_CERTIFICATES: renewCertificatesRoleArn(),
    ...authorityPins(authorities),
    VAULTS: $jsonStringify(Object.fromEntries(vaults.map(({ bunny, uri }) => [bunny, uri]))),
    ...(vpn === undefined ? {} : tunnelSettings(vpn)),
    ...(allowlists === undefined ? {} : allowlistSettings(nsgs)),
    ...(link.trust === undefined ? {} : { ROLE_PUBLISH_TRUST: publishTrustRoleArn() }),
    ...(hasApiKeys() ? { ROLE_ROTATE_API_KEYS: rotateApiKeysRoleArn() } : {}),
  });
  allowCertificateWork(group, functionApp.principalId, vaults);
  allowApiKeyWork(group, functionApp.principalId, vaults);
  if (vpn !== undefined) allowTunnelWork(vpn, functionApp.principalId);
  if (vpn !== undefined && hasPreSharedKeys()) allowKeyWork(vpn, functionApp.principalId);
  allowAllowlistWork(nsgs, functionApp.principalId);
  if (link.trust !== undefined) allowTrustWork(group, functionApp.principalId, vaults);
  subscribeToChanges(nsgs, functionApp.id);

  const journal = createJournal();
  const wakes = authFailuresOf(link)?.wakes ?? [];
  const deadLetterArn = createDeadLetters([
    certificateEventsRuleArn(),
    ...(vpn === undefined ? [] : tunnelRuleArns()),
    ...(allowlists === undefined ? [] : allowlistsRuleArns(allowlists)),
    ...(link.alerts === undefined ? [] : [incidentRuleArn()]),
    ...wakeRuleArns(wakes),
  ]);
  const renewals = {
    authorities,
    journal,
    bus: createBus(),
    relayLog: createRelayLog(link.relay.log),
    deadLetterArn,
    schedule: link.certificates,
  };
  const { bus } = renewals;
  const bunnies = scheduleRenewals({ ...renewals, hand: functionApp.host });
  const relay = scheduleRelayRenewal(link.relay.certificate, renewals);
  watchIssuances({ authorities, journal, deadLetterArn });

  const told = { journal, bus, hand: functionApp.host, deadLetterArn };
  const watching = vpn === undefined ? undefined : watchTunnels({ vpn, ...told });
  const preSharedKeys = vpn === undefined ? undefined : rotatePreSharedKeys({ vpn, ...told });
  const healing = allowlists === undefined ? undefined : healAllowlists(allowlists, told);
  if (allowlists !== undefined) createTrail(allowlists);
  const trust =
    link.trust === undefined
      ? undefined
      : publishTrust(link.trust, { ...told, authorities, relayLog: renewals.relayLog });
  const apiKeys = rotateApiKeys({ ...told, relayLog: renewals.relayLog });
  const sleepers = {
    certificates: bunnies,
    trust: trust?.scheduled,
    "api-keys": apiKeys?.scheduled,
    "pre-shared-keys": preSharedKeys,
  };
  createWakes(wakes, sleepers, { bus, deadLetterArn });
  const authFailures = readAuthFailures({ journal, bus, relayLog: renewals.relayLog, vpn, deadLetterArn });
  const telling =
    link.alerts === undefined ? undefined : tellIncidents(link.alerts, { journal, bus, deadLetterArn });
  const scheduled = [
    bunnies,
    relay?.scheduled,
    watching,
    preSharedKeys,
    healing,
    trust?.scheduled,
    apiKeys?.scheduled,
    authFailures?.scheduled,
    telling,
  ].filter((one) => one !== undefined);
  const watchdogTopicArn = lookAfter(vpn, scheduled, authFailures);

  // What the manifests of relay and of each bunny need (docs/workloads.md), and where a pager can listen.
  return {
    certificateAuthorityArn: authorities.issuing.arn,
    // Once its time has come, the link adopts it under this name in the place of the one before.
    ...(authorities.next === undefined ? {} : { nextCertificateAuthorityArn: authorities.next.arn }),
    tenantId: azureAccount().tenantId,
    ...(relay === undefined ? {} : { relaySecretArn: relay.secretArn }),
    ...(apiKeys === undefined ? {} : { apiKeySecretArns: Object.fromEntries(apiKeys.secrets) }),
    ...(trust === undefined ? {} : { trustSecretArn: trust.secretArn }),
    ...(watchdogTopicArn === undefined ? {} : { watchdogTopicArn }),
    bunnies: vaults.map(({ bunny, name }) => ({ bunny, vault: name, clientId: identities.get(bunny) })),
  };
}

const hasPreSharedKeys = (): boolean => link.vpn?.preSharedKeys !== undefined;

const hasApiKeys = (): boolean => link.bunnies.some(({ apiKeys }) => apiKeys.length > 0);

/** What the hand is told where the link has tunnels. */
function tunnelSettings({ azureConnections }: Vpn) {
  return {
    ROLE_WATCH_TUNNELS: watchTunnelsRoleArn(),
    ...(hasPreSharedKeys() ? { ROLE_ROTATE_PRE_SHARED_KEYS: rotatePreSharedKeysRoleArn() } : {}),
    CONNECTIONS: $jsonStringify(Object.fromEntries(azureConnections)),
  };
}

/** What it is told where the link has allowlists. */
function allowlistSettings(nsgs: readonly NetworkSecurityGroup[]) {
  return {
    ROLE_HEAL_ALLOWLISTS: healAllowlistsRoleArn(),
    NSGS: $jsonStringify(Object.fromEntries(nsgs.map(({ name, id }) => [name, id]))),
  };
}

/**
 * Alarms that need none of our code, and one page to look at; what the link does not declare is not there. Returns the
 * ARN of the topic that they ring.
 */
function lookAfter(
  vpn: Vpn | undefined,
  scheduled: readonly Scheduled[],
  authFailures: AuthFailures | undefined,
) {
  const topicArn = link.alerts === undefined ? undefined : createWatchdogTopic(link.alerts.emails);
  const tunnels = vpn?.tunnels ?? new Map();
  const deadLetters = deadLettersName();
  const counted = topicArn === undefined ? undefined : authFailures;
  const alarmArns = [
    ...(vpn === undefined ? [] : createTunnelAlarms({ tunnels, topicArn })),
    ...(topicArn === undefined ? [] : watchFunctions({ topicArn, scheduled, deadLetters })),
    ...(topicArn === undefined || counted === undefined ? [] : watchCallers(counted, topicArn)),
  ];
  const shown = { tunnels, scheduled, authFailures: counted, deadLetters };
  if (alarmArns.length > 0) createDashboard({ link: link.name, alarmArns, ...shown });
  return topicArn;
}
