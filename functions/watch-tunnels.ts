/** Runs each minute, and when AWS tells of an alarm, a notice or somebody's change of a tunnel (infra/tunnels.ts). */
import { randomUUID } from "node:crypto";
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
import { createHand } from "../shared/azure-api/client.ts";
import { dynamoFreeze } from "../shared/freeze/aws-freeze.ts";
import type { Freeze } from "../shared/freeze/schema.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { dynamoLease } from "../shared/lease/aws-lease.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { sweepHand } from "../shared/reconcile/sweep-hand.ts";
import { sweepingFunction } from "../shared/reconcile/sweeping-function.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";
import { awsTunnels } from "../shared/tunnels/aws.ts";
import { dynamoTunnels } from "../shared/tunnels/aws-memory.ts";
import { DeployedTunnels, desiredTunnels } from "../shared/tunnels/desired.ts";
import { consoleLinks } from "../shared/tunnels/links.ts";
import { runOnEvent } from "../shared/tunnels/run-on-event.ts";

const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
  TUNNELS: DeployedTunnels,
  ALARM_PREFIX: z.string().min(1),
  /** The ARN of the function's own role: what it changes is no news to it. */
  OWN_ROLE: z.string().startsWith("arn:"),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const { vpn } = link;
if (vpn === undefined) throw new ConfigError("the link has no vpn: deploy again");

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
const alarmPrefix = environment.ALARM_PREFIX;
const desired = desiredTunnels(vpn, environment.TUNNELS);
const deployed = {
  vpn,
  desired,
  alarmPrefix,
  ownRoles: [environment.OWN_ROLE],
  aws: awsTunnels(new EC2Client(CLIENT_LIMITS)),
  hand: createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch }),
  store: dynamoTunnels(table),
  lease: dynamoLease({ ...table, clock, newGrant: randomUUID }),
  linksTo: consoleLinks({ region: link.aws.region, desired, alarmPrefix }),
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
  freezes: dynamoFreeze(table),
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
  link,
  log,
  clock,
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler((event, context) => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    const watcher = {
      ...deployed,
      remainingMs,
      sweep: async (freeze: Freeze, sweepMs: () => number) =>
        sweepingFunction(link) === "watch-tunnels"
          ? sweepHand({ ...deployed, remainingMs: sweepMs }, freeze)
          : [],
      holder: context.awsRequestId,
    };
    return runOnEvent(watcher, event);
  });
