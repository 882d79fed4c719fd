/** Runs when AWS Private CA tells that it has issued a certificate (infra/certificate-events.ts). */
import { setTimeout as pause } from "node:timers/promises";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { togetherAs } from "../shared/certificates/authorities.ts";
import { privateCa } from "../shared/certificates/aws-authority.ts";
import { dynamoJournal } from "../shared/certificates/aws-journal.ts";
import { linkCertificates } from "../shared/certificates/desired.ts";
import { type NotedReport, noteIssued } from "../shared/certificates/note-issued.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";

const Environment = z.object({
  CA_ARN: z.string().startsWith("arn:"),
  NEXT_CA_ARN: z.string().startsWith("arn:").optional(),
  FAILOVER_CA_ARN: z.string().startsWith("arn:").optional(),
  JOURNAL_TABLE: z.string().min(1),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const clock = () => Math.floor(Date.now() / 1000);
const table = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const { CA_ARN, NEXT_CA_ARN, FAILOVER_CA_ARN } = environment;
const client = new ACMPCAClient(CLIENT_LIMITS);
const others = [NEXT_CA_ARN, FAILOVER_CA_ARN].filter((arn) => arn !== undefined);
const deployed = {
  link,
  certificates: linkCertificates(link),
  clock,
  log: createLog(lambdaSink, { link: link.name }),
  pause: (ms: number) => pause(ms),
  authority: togetherAs(
    privateCa(client, CA_ARN, "client"),
    others.map((arn) => privateCa(client, arn, "client")),
  ),
  journal: dynamoJournal({ ...table, clock }),
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
};

export const handler = middy<unknown, NotedReport>()
  .use(failOnTrouble())
  .handler((event, context) => {
    const invocation = { actor: context.functionName, requestId: context.awsRequestId };
    return noteIssued({ ...deployed, invocation }, event);
  });
