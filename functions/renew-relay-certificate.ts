/** Runs on a schedule (infra/relay-certificate.ts) and looks after relay's server certificate. */
import { setTimeout as pause } from "node:timers/promises";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { dynamoIncidents } from "../shared/alerts/aws-store.ts";
import { reportConditions } from "../shared/alerts/report-conditions.ts";
import { privateCa } from "../shared/certificates/aws-authority.ts";
import { dynamoJournal } from "../shared/certificates/aws-journal.ts";
import { relayReplicas } from "../shared/certificates/aws-loaded.ts";
import { stagedSecret } from "../shared/certificates/aws-staged-secret.ts";
import { relayCertificates } from "../shared/certificates/desired.ts";
import { runOnEvent } from "../shared/certificates/on-event.ts";
import { splitPem } from "../shared/certificates/pem.ts";
import { pinCa } from "../shared/certificates/pinned.ts";
import { relaySide } from "../shared/certificates/relay-side.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventBus, eventSender } from "../shared/journal/aws-bus.ts";
import type { RequestIds } from "../shared/journal/change.ts";
import { parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { PACED_CLIENT_LIMITS } from "../shared/runtime/aws-retries.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { lazily } from "../shared/runtime/lazily.ts";
import { createLog } from "../shared/runtime/log.ts";
import { createPace } from "../shared/runtime/pace.ts";
import { CA_ENVIRONMENT } from "../shared/trust/linked.ts";
import { renewingCas } from "../shared/trust/renewing.ts";

const Environment = z.object({
  ...CA_ENVIRONMENT,
  SECRET_ARN: z.string().startsWith("arn:"),
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  RELAY_LOG_GROUP: z.string().min(1),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const [desired] = relayCertificates(link);
if (desired === undefined) throw new ConfigError("the link has no relay.certificate: deploy again");

const clock = () => Math.floor(Date.now() / 1000);
const journal = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const logs = lazily(async () => {
  const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogsClient(CLIENT_LIMITS);
});
const secretsManager = new SecretsManagerClient(CLIENT_LIMITS);
const relay = {
  desired,
  clock,
  pinned: [environment.PINNED_CA, environment.PINNED_NEXT_CA, environment.PINNED_FAILOVER_CA].flatMap(
    (pem) => (pem === undefined ? [] : [pinCa(splitPem(pem))]),
  ),
  replicas: relayReplicas({ client: logs, group: environment.RELAY_LOG_GROUP, clock }),
};
const log = createLog(lambdaSink, { link: link.name });
const sender = eventSender(CLIENT_LIMITS);
const alerts = {
  link: link.name,
  messenger: link.alerts?.slack !== undefined,
  store: dynamoIncidents(journal),
  bus: incidentBus(sender, environment.BUS_NAME),
  clock,
  log,
};
const authorities = new ACMPCAClient(PACED_CLIENT_LIMITS);
const deployed = {
  link,
  concern: "relay-certificate" as const,
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
  pace: createPace(() => performance.now()),
  clock,
  log,
  pause: (ms: number) => pause(ms),
  ...renewingCas(link, environment, (arn) => privateCa(authorities, arn, "server"), { mergesItself: true }),
  journal: dynamoJournal({ ...journal, clock }),
  audit: dynamoAudit({ ...journal, clockMs: Date.now, pause: (ms) => pause(ms) }),
  bus: eventBus(sender, environment.BUS_NAME),
};

/** Of one invocation: what it has written itself is part of what it reads. */
function openRelay() {
  let ids: RequestIds = {};
  const secret = stagedSecret({
    client: secretsManager,
    secret: environment.SECRET_ARN,
    clock,
    note: (requestId) => {
      ids = { "secrets-manager": requestId };
    },
  });
  return relaySide({ ...relay, secret, changeIds: () => ids });
}

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler(async (event, context) => {
    const invocation = { actor: context.functionName, requestId: context.awsRequestId };
    const remainingMs = () => context.getRemainingTimeInMillis();
    const brain = { ...deployed, ...openRelay(), invocation, remainingMs };
    return await runOnEvent(brain, event);
  });
