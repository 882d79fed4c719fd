/** Runs each minute, when somebody has changed relay's copy by hand, and when a person asks (infra/trust.ts). */
import { setTimeout as pause } from "node:timers/promises";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
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
import { privateCa } from "../shared/certificates/aws-authority.ts";
import { dynamoJournal } from "../shared/certificates/aws-journal.ts";
import { stagedSecret } from "../shared/certificates/aws-staged-secret.ts";
import { RELAY } from "../shared/certificates/desired.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";
import { secretHead } from "../shared/trust/aws-head.ts";
import { dynamoTrustMemory } from "../shared/trust/aws-memory.ts";
import { trustLog } from "../shared/trust/aws-words.ts";
import { CA_ENVIRONMENT, caOf, deployedCas } from "../shared/trust/linked.ts";
import { bunnyOf } from "../shared/trust/parties.ts";
import { runTrust } from "../shared/trust/run-request.ts";

const Environment = z.object({
  ...CA_ENVIRONMENT,
  SECRET_ARN: z.string().startsWith("arn:"),
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  RELAY_LOG_GROUP: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const { trust } = link;
if (trust === undefined) throw new ConfigError("the link has no trust: deploy again");

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
const log = createLog(lambdaSink, { link: link.name });
const alerts = {
  link: link.name,
  messenger: link.alerts?.slack !== undefined,
  store: dynamoIncidents(table),
  bus: incidentBus(eventSender(CLIENT_LIMITS), environment.BUS_NAME),
  clock,
  log,
};
const cas = deployedCas(link, environment);
const authorities = new ACMPCAClient(CLIENT_LIMITS);
const secretsManager = new SecretsManagerClient(CLIENT_LIMITS);
const deployed = {
  link,
  trust,
  cas,
  authorityOf: (id: string) => {
    const ca = caOf(cas, id);
    return ca === undefined ? undefined : privateCa(authorities, ca.arn, "client");
  },
  hand: createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch }),
  words: trustLog({
    client: new CloudWatchLogsClient(CLIENT_LIMITS),
    group: environment.RELAY_LOG_GROUP,
    relay: RELAY,
    bunnyOf: bunnyOf(link),
  }),
  journal: dynamoJournal({ ...table, clock }),
  memory: dynamoTrustMemory(table),
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
  log,
  clock,
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler((event, context) => {
    // Of one invocation: what it has moved itself is part of what it reads.
    const secret = stagedSecret({ client: secretsManager, secret: environment.SECRET_ARN, clock });
    const publisher = {
      ...deployed,
      head: secretHead(secret, clock),
      invocation: { actor: context.functionName, requestId: context.awsRequestId },
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    return runTrust(publisher, event);
  });
