/** Runs each minute, and when a person asks for a new key (infra/api-keys.ts), and looks after bunny's API keys. */
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { dynamoIncidents } from "../shared/alerts/aws-store.ts";
import { reportConditions } from "../shared/alerts/report-conditions.ts";
import { createHand } from "../shared/azure-api/client.ts";
import { dynamoFreeze } from "../shared/freeze/aws-freeze.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { usesSearchedSeconds } from "../shared/keys/api-key-evidence.ts";
import { DeployedKeys, deployedSecrets } from "../shared/keys/api-keys-deployed.ts";
import { apiKeysOf } from "../shared/keys/api-keys-desired.ts";
import { runOnEvent } from "../shared/keys/api-keys-on-event.ts";
import { keyVaults } from "../shared/keys/ask-hand.ts";
import { keyLogSearch } from "../shared/keys/aws-key-log.ts";
import { dynamoKeysStanding } from "../shared/keys/aws-keys-standing.ts";
import { dynamoLease } from "../shared/lease/aws-lease.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { lazily } from "../shared/runtime/lazily.ts";
import { createLog } from "../shared/runtime/log.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";

const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
  RELAY_LOG_GROUP: z.string().min(1),
  API_KEYS: DeployedKeys,
});

/** What may follow a page of the log: one more of them, and what is told. */
const SEARCH_RESERVE_MS = 30_000;

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const keys = apiKeysOf(link);
const names = keys.map(({ desired }) => desired.name);
if (keys.length === 0) throw new ConfigError("the link has no API keys: deploy again");

const clock = () => Math.floor(Date.now() / 1000);
const table = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const token = webIdentity({
  client: new STSClient(CLIENT_LIMITS),
  audience: environment.TOKEN_AUDIENCE,
  clock,
});
const logs = lazily(async () => {
  const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogsClient(CLIENT_LIMITS);
});
const log = createLog(lambdaSink, { link: link.name });
const alerts = {
  link: link.name,
  messenger: link.alerts?.slack !== undefined,
  store: dynamoIncidents(table),
  bus: incidentBus(eventSender(CLIENT_LIMITS), environment.BUS_NAME),
  clock,
  log,
};
const hand = createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch });
const searched = {
  client: logs,
  group: environment.RELAY_LOG_GROUP,
  clock,
  usesSecondsMax: Math.max(...keys.map(({ desired }) => usesSearchedSeconds(desired))),
};
const deployed = {
  link,
  keys,
  secretOf: deployedSecrets(new SecretsManagerClient(CLIENT_LIMITS), names, environment.API_KEYS),
  store: dynamoKeysStanding(table),
  lease: dynamoLease({ ...table, clock, newGrant: randomUUID }),
  freezes: dynamoFreeze(table),
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
  log,
  clock,
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler((event, context) => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    const brain = {
      ...deployed,
      vaultOf: keyVaults({ hand, remainingMs }, names),
      relayLog: keyLogSearch({ ...searched, goOn: () => remainingMs() >= SEARCH_RESERVE_MS }),
      invocation: { actor: context.functionName, requestId: context.awsRequestId },
      remainingMs,
    };
    return runOnEvent(brain, event);
  });
