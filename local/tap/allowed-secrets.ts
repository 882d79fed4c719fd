/**
 * Where a secret whose value is known may be seen: an API key on its way from the function that makes it to relay and
 * bunny, a pre-shared key between its secret and both clouds, Slack's token in its secret. Anywhere else it is a leak.
 */
import { sessionOf } from "./allowed-findings.ts";
import type { SecretKind } from "./known-secrets.ts";
import type { AllowedFindings } from "./tap.ts";

type Party = (name: string) => boolean;

interface Place {
  readonly from: Party;
  readonly to: Party;
  readonly what: RegExp;
}

/** What was found of one secret, or of all of a kind, in one of these places. */
const seenAt =
  (kind: SecretKind, name: string | undefined, places: readonly Place[]): AllowedFindings =>
  (seen) =>
    seen.kind === kind &&
    (name === undefined || seen.name === name) &&
    places.some(({ from, to, what }) => from(seen.from) && to(seen.to) && what.test(seen.what));

const is =
  (...names: readonly string[]): Party =>
  (name) =>
    names.includes(name);
const anyOf =
  (...parties: readonly Party[]): Party =>
  (name) =>
    parties.some((party) => party(name));
/** The hand knows its caller by the token, of which a wire shows nothing; the endpoint lets one role in. */
const UNNAMED = is("anonymous");

const SECRETS = is("secretsmanager");
const written = (from: Party): Place => ({ from, to: SECRETS, what: /^secretsmanager:PutSecretValue$/ });
const read = (to: Party): Place => ({
  ...{ from: SECRETS, to },
  what: /^secretsmanager:GetSecretValue answer$/,
});

export interface Hand {
  /** Of the Function App. */
  readonly host: string;
  /** As the vaults and Azure's manager know it. */
  readonly principalId: string;
}

export function apiKeyOnItsWay(rule: {
  /** In the link, which is what it is called in the vault. */
  readonly name: string;
  /** Of the one function that makes it. */
  readonly keeperRoleArn: string;
  readonly relayRoleArn: string;
  readonly hand: Hand;
  /** Such as `bunny-one.vault.azure.net`. */
  readonly vault: string;
  /** The principal id of bunny's identity. */
  readonly bunnyPrincipalId: string;
  /** What relay knows bunny by. */
  readonly bunnyNames: readonly string[];
}): AllowedFindings {
  const { name, keeperRoleArn, relayRoleArn, hand, vault, bunnyPrincipalId, bunnyNames } = rule;
  const keeper = sessionOf(keeperRoleArn);
  return seenAt("api-key", name, [
    written(keeper),
    read(anyOf(keeper, sessionOf(relayRoleArn))),
    { from: UNNAMED, to: is(hand.host), what: /^POST \/api\/v1\/keys\/set-key$/ },
    { from: is(hand.principalId), to: is(vault), what: new RegExp(`^PUT /secrets/${name}(?: answer)?$`) },
    {
      ...{ from: is(bunnyPrincipalId), to: is(vault) },
      what: new RegExp(`^GET /secrets/${name}(?:/[^/]*)? answer$`),
    },
    { from: is(...bunnyNames), to: is("relay"), what: /^(?:GET \/jobs\/poll|POST \/jobs\/[^/ ]+\/results)$/ },
  ]);
}

/**
 * Both clouds tell a key to whoever may look at the connection, AWS where it keeps it itself (package d.ts,
 * `TunnelOption.PreSharedKey`), Azure always (`sharedKey`). Nothing says that CloudTrail masks the key of a call that sets
 * it, so its event may bring it to the function that the rule starts; no further.
 */
export function preSharedKeyOnItsWay(rule: {
  /** Of the one function that makes it. */
  readonly keeperRoleArn: string;
  /** The function that watches the tunnels, which is also told of what changes them. */
  readonly watcher: { readonly roleArn: string; readonly arn: string; readonly name: string };
  readonly hand: Hand;
}): AllowedFindings {
  const { keeperRoleArn, watcher, hand } = rule;
  const keeper = sessionOf(keeperRoleArn);
  const lookers = anyOf(keeper, sessionOf(watcher.roleArn));
  const connection = `^GET /subscriptions/[^ ]+/connections/[^/ ]+ answer$`;
  return seenAt("pre-shared-key", undefined, [
    written(keeper),
    read(keeper),
    { from: keeper, to: is("ec2"), what: /^ec2:ModifyVpnTunnelOptions$/ },
    { from: is("ec2"), to: keeper, what: /^ec2:ModifyVpnTunnelOptions answer$/ },
    { from: is("ec2"), to: lookers, what: /^ec2:DescribeVpnConnections answer$/ },
    { from: is("events.amazonaws.com"), to: is(watcher.arn), what: /^lambda:InvokeFunction$/ },
    { from: is("lambda"), to: is(watcher.name), what: /^invocation$/ },
    { from: UNNAMED, to: is(hand.host), what: /^POST \/api\/v1\/keys\/set-tunnel$/ },
    {
      ...{ from: is(hand.principalId), to: is("management.azure.com") },
      what: /^(?:GET [^ ]+\/sharedkey answer|PUT [^ ]+\/sharedkey(?: answer)?)$/i,
    },
    { from: is(hand.principalId), to: is("management.azure.com"), what: new RegExp(connection, "i") },
  ]);
}

export function slackTokenOnItsWay(rule: {
  readonly writerRoleArn: string;
  readonly readerRoleArn: string;
}): AllowedFindings {
  const writer = sessionOf(rule.writerRoleArn);
  return seenAt("slack-token", undefined, [written(writer), read(sessionOf(rule.readerRoleArn))]);
}
