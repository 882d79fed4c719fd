/**
 * Runs when a declared log group has lines of refused or accepted callers, each minute, and when a person asks
 * (infra/auth-failures.ts).
 */
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { dynamoIncidents } from "../shared/alerts/aws-store.ts";
import { reportConditions } from "../shared/alerts/report-conditions.ts";
import { deployedTunnels } from "../shared/auth-failures/auth-deployed.ts";
import { dynamoAuthMemory } from "../shared/auth-failures/aws-memory.ts";
import { busWaker } from "../shared/auth-failures/aws-wakes.ts";
import { authFailuresOf } from "../shared/auth-failures/desired.ts";
import { keepKnown, observeRun } from "../shared/auth-failures/observe.ts";
import { isLook, runOnEvent } from "../shared/auth-failures/run-on-event.ts";
import { dynamoFreeze } from "../shared/freeze/aws-freeze.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { readKeptKeys } from "../shared/keys/aws-keys-standing.ts";
import { parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";
import { DeployedTunnels } from "../shared/tunnels/desired.ts";

const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  /** Only where the link has `vpn`. */
  TUNNELS: DeployedTunnels.optional(),
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const desired = authFailuresOf(link);
if (desired === null) throw new ConfigError("the link has no authFailures: deploy again");

const clock = () => Math.floor(Date.now() / 1000);
const table = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const sender = eventSender(CLIENT_LIMITS);
const log = createLog(lambdaSink, { link: link.name });
const alerts = {
  link: link.name,
  messenger: link.alerts?.slack !== undefined,
  store: dynamoIncidents(table),
  bus: incidentBus(sender, environment.BUS_NAME),
  clock,
  log,
};
const sources = {
  desired,
  tunnels: deployedTunnels(link.vpn, environment.TUNNELS),
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
  keptKeys: () => readKeptKeys(table),
  freezes: dynamoFreeze(table),
};
const known = keepKnown(sources, clock);
const deployed = {
  link,
  desired,
  memory: dynamoAuthMemory(table),
  waker: busWaker({ sender, name: environment.BUS_NAME, link: link.name }),
  tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
  log,
  clock,
  pause: (ms: number) => pause(ms),
  random: Math.random,
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble({ forgives: isLook }))
  .handler((event, { functionName, invokedFunctionArn }) => {
    const account = invokedFunctionArn.split(":")[4] ?? "";
    return runOnEvent(
      { ...deployed, account, filter: functionName, observed: observeRun(sources, known) },
      event,
    );
  });
