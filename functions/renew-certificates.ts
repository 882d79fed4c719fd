/** Runs on a schedule (infra/certificates.ts) and looks after every certificate of the link. */
import { setTimeout as pause } from "node:timers/promises";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { STSClient } from "@aws-sdk/client-sts";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { createHand } from "../shared/azure-api/client.ts";
import { privateCa } from "../shared/certificates/aws-authority.ts";
import { dynamoJournal } from "../shared/certificates/aws-journal.ts";
import { relayLog } from "../shared/certificates/aws-usage.ts";
import { renewCertificates } from "../shared/certificates/renew.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";

const Environment = z.object({
  CA_ARN: z.string().startsWith("arn:"),
  JOURNAL_TABLE: z.string().min(1),
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
const deployed = {
  link,
  clock,
  log: createLog(lambdaSink, { link: link.name }),
  pause: (ms: number) => pause(ms),
  hand: createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch }),
  authority: privateCa(new ACMPCAClient(CLIENT_LIMITS), environment.CA_ARN),
  journal: dynamoJournal({
    client: new DynamoDBClient(CLIENT_LIMITS),
    table: environment.JOURNAL_TABLE,
    link: link.name,
    clock,
  }),
  usage: relayLog(new CloudWatchLogsClient(CLIENT_LIMITS), environment.RELAY_LOG_GROUP),
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(failOnTrouble())
  .handler((_event, context) =>
    renewCertificates({ ...deployed, remainingMs: () => context.getRemainingTimeInMillis() }),
  );
