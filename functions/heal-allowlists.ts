/**
 * Runs every 15 minutes over all groups, each minute over those whose exceptions begin or end, when AWS tells of a change
 * of a security group, and when a person asks (infra/allowlists.ts).
 */
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { STSClient } from "@aws-sdk/client-sts";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { dynamoIncidents } from "../shared/alerts/aws-store.ts";
import { reportConditions } from "../shared/alerts/report-conditions.ts";
import { dynamoAllowlistMemory } from "../shared/allowlists/aws-memory.ts";
import { awsSecurityGroups } from "../shared/allowlists/aws-security-groups.ts";
import { dynamoStanding } from "../shared/allowlists/aws-standing.ts";
import { allowlistsOf } from "../shared/allowlists/desired.ts";
import type { GroupReport } from "../shared/allowlists/group-report.ts";
import type { Told } from "../shared/allowlists/heal.ts";
import { runOnEvent } from "../shared/allowlists/run-on-event.ts";
import { beginHealing, keepReport, tellAllowlists } from "../shared/allowlists/tell.ts";
import { createHand } from "../shared/azure-api/client.ts";
import { dynamoFreeze } from "../shared/freeze/aws-freeze.ts";
import type { Freeze } from "../shared/freeze/schema.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { type HandSweeper, sweepHand } from "../shared/reconcile/sweep-hand.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";

const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
  OWN_ROLE: z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\//),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
if (link.allowlists === undefined) throw new ConfigError("the link has no allowlists: deploy again");

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
const pauseMs = (ms: number) => pause(ms);
const common = {
  link,
  hand: createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch }),
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: pauseMs }),
  log,
  clock,
};
/** For what is told: to people as incidents, to the hand as the word about the freeze. */
const telling = {
  ...common,
  freezes: dynamoFreeze(table),
  memory: dynamoAllowlistMemory(table),
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
};
const deployed = {
  ...common,
  allowlists: allowlistsOf(link),
  groups: awsSecurityGroups(new EC2Client(CLIENT_LIMITS), link.name),
  store: dynamoStanding(table),
  ownRoles: [environment.OWN_ROLE],
  pause: pauseMs,
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text), runs: ["tend"] }))
  .use(failOnTrouble())
  .handler((event, context) => {
    const { functionName: actor, awsRequestId: requestId } = context;
    const remainingMs = () => context.getRemainingTimeInMillis();
    const teller = { ...telling, invocation: { actor, requestId } };
    const keep: HandSweeper["keepReport"] = (report, { function: invocation }) =>
      keepReport(teller, report, { now: clock(), invocation });
    const invoked = {
      ...deployed,
      remainingMs,
      begin: (reports: readonly GroupReport[]) => beginHealing(teller, reports, clock()),
      tell: (found: Told) => tellAllowlists(teller, found),
      sweep: (freeze: Freeze) => sweepHand({ ...telling, remainingMs, keepReport: keep }, freeze),
    };
    return runOnEvent(invoked, event);
  });
