/** Runs on a schedule (infra/certificates.ts) and looks after every certificate of the link. */
import { setTimeout as pause } from "node:timers/promises";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { STSClient } from "@aws-sdk/client-sts";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { dynamoIncidents } from "../shared/alerts/aws-store.ts";
import { reportConditions } from "../shared/alerts/report-conditions.ts";
import { createHand } from "../shared/azure-api/client.ts";
import { privateCa } from "../shared/certificates/aws-authority.ts";
import { dynamoJournal } from "../shared/certificates/aws-journal.ts";
import { relayLog } from "../shared/certificates/aws-usage.ts";
import { bunnyCertificates } from "../shared/certificates/desired.ts";
import { runOnEvent } from "../shared/certificates/on-event.ts";
import { dynamoFreeze } from "../shared/freeze/aws-freeze.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventBus, eventSender } from "../shared/journal/aws-bus.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { sweepingFunction } from "../shared/reconcile/sweeping-function.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { PACED_CLIENT_LIMITS } from "../shared/runtime/aws-retries.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { lazily } from "../shared/runtime/lazily.ts";
import { createLog } from "../shared/runtime/log.ts";
import { createPace } from "../shared/runtime/pace.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";
import { CA_ENVIRONMENT } from "../shared/trust/linked.ts";
import { renewingCas } from "../shared/trust/renewing.ts";

const Environment = z.object({
  ...CA_ENVIRONMENT,
  /** Where the link publishes whom to trust. */
  PINNED_CA: CA_ENVIRONMENT.PINNED_CA.optional(),
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  RELAY_LOG_GROUP: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const clock = () => Math.floor(Date.now() / 1000);
const token = webIdentity({
  client: new STSClient(CLIENT_LIMITS),
  audience: environment.TOKEN_AUDIENCE,
  clock,
});
const journal = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const logs = lazily(async () => {
  const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogsClient(CLIENT_LIMITS);
});
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
const hand = createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch });
const authorities = new ACMPCAClient(PACED_CLIENT_LIMITS);
const deployed = {
  link,
  concern: "certificates" as const,
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
  ...(sweepingFunction(link) === "renew-certificates"
    ? { sweeps: { hand, freezes: dynamoFreeze(journal) } }
    : {}),
  certificates: bunnyCertificates(link),
  pace: createPace(() => performance.now()),
  clock,
  log,
  pause: (ms: number) => pause(ms),
  hand,
  ...renewingCas(link, environment, (arn) => privateCa(authorities, arn, "client"), { mergesItself: false }),
  journal: dynamoJournal({ ...journal, clock }),
  audit: dynamoAudit({ ...journal, clockMs: Date.now, pause: (ms) => pause(ms) }),
  bus: eventBus(sender, environment.BUS_NAME),
  usage: relayLog(logs, environment.RELAY_LOG_GROUP),
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler(async (event, context) => {
    const invocation = { actor: context.functionName, requestId: context.awsRequestId };
    const brain = { ...deployed, invocation, remainingMs: () => context.getRemainingTimeInMillis() };
    return await runOnEvent(brain, event);
  });
