/** Runs each minute, and when the link's bus tells of an incident (infra/alerts.ts). */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { dynamoIncidents } from "../shared/alerts/aws-store.ts";
import { messengerToken } from "../shared/alerts/aws-token.ts";
import { slackMessenger } from "../shared/alerts/slack/messenger.ts";
import { type TellingReport, tellIncidents } from "../shared/alerts/tell.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { INCIDENT_DETAIL_TYPE } from "../shared/journal/event.ts";
import { parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { lazily } from "../shared/runtime/lazily.ts";
import { createLog } from "../shared/runtime/log.ts";

const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  /** Only where the link has `alerts.slack`. */
  SLACK_TOKEN_SECRET: z.string().startsWith("arn:").optional(),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const table = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const deployed = {
  link: link.name,
  store: dynamoIncidents(table),
  bus: incidentBus(eventSender(CLIENT_LIMITS), environment.BUS_NAME),
  clock: () => Math.floor(Date.now() / 1000),
  log: createLog(lambdaSink, { link: link.name }),
  messenger: openMessenger(),
  newAttempt: () => randomUUID(),
  pause: (ms: number) => pause(ms),
};

/** Null where the link has no `alerts.slack`: then the bus alone is told. */
function openMessenger() {
  const { slack, runbook } = link.alerts ?? {};
  const secret = environment.SLACK_TOKEN_SECRET;
  if (slack === undefined) return null;
  if (secret === undefined) throw new ConfigError("SLACK_TOKEN_SECRET is missing: deploy again");
  // Most runs have nothing to tell, and need not read this client at their start.
  const read = lazily(async () => {
    const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
    return messengerToken(new SecretsManagerClient(CLIENT_LIMITS), secret);
  });
  return slackMessenger({
    token: async () => (await read())(),
    channel: slack.channel,
    link: link.name,
    ...(runbook === undefined ? {} : { runbook }),
  });
}

/** It would start itself, again and again, if it told the bus what the bus told it. */
const isOwnEvent = (event: unknown): boolean =>
  z.object({ "detail-type": z.literal(INCIDENT_DETAIL_TYPE) }).safeParse(event).success;

export const handler = middy<unknown, TellingReport>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler((event, context) =>
    tellIncidents({
      ...deployed,
      announces: !isOwnEvent(event),
      remainingMs: () => context.getRemainingTimeInMillis(),
    }),
  );
