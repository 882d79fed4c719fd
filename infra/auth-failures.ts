/// <reference path="../.sst/platform/config.d.ts" />
/** The function that reads what logs show of refused callers, what hands it their lines, and exactly what it may do. */
import { type AuthGroup, authFailuresOf } from "../shared/auth-failures/desired.ts";
import type { Limits } from "../shared/auth-failures/verdict.ts";
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { type Journal, keepIncidents, keepRefusals, readHistory, readStanding } from "./journal.ts";
import { withinLimit } from "./lambda-environment.ts";
import { link } from "./link.ts";
import { findLogGroup, type LogGroupParts } from "./log-group.ts";
import { subscribe } from "./log-subscription.ts";
import { stageName } from "./names.ts";
import type { RelayLog } from "./relay-log.ts";
import { createScheduledFunction, EACH_MINUTE, type Scheduled } from "./scheduled-function.ts";
import type { Vpn } from "./vpn.ts";

const CONCERN = DEPLOYED.readAuthFailures;

/**
 * Lines are the only copy of what they say, so they wait for their turn as long as Lambda lets them, six hours
 * (https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html).
 */
const LINES_WAIT_SECONDS = 21_600;

/**
 * Whoever reaches relay chooses how many lines there are, and each of these runs keeps the count in the same item: a
 * flood of them may take neither the account's other functions their turn nor one another's.
 */
const CONCURRENCY_MAX = 5;

export interface AuthFailureParts {
  journal: Journal;
  bus: Bus;
  relayLog: RelayLog;
  vpn: Vpn | undefined;
  deadLetterArn: $util.Output<string>;
}

/** A log group that is read. */
export interface ReadLog {
  log: LogGroupParts;
  /** Finds the lines of refused callers alone. */
  refusedPattern: string;
}

export interface AuthFailures {
  scheduled: Scheduled;
  logs: readonly ReadLog[];
  limits: Limits;
}

/** None when the link declares no log of refused callers. */
export function readAuthFailures(parts: AuthFailureParts): AuthFailures | undefined {
  const desired = authFailuresOf(link);
  if (desired === null) return undefined;
  const scheduled = createReader(parts);
  const logs = desired.groups.map((group) => readGroup(group, scheduled, parts));
  return { scheduled, logs, limits: desired.limits };
}

function createReader({ journal, bus, vpn, deadLetterArn }: AuthFailureParts): Scheduled {
  return createScheduledFunction({
    logicalName: "ReadAuthFailures",
    concern: CONCERN,
    description: "Reads which callers were refused, and tells who, how often and why.",
    environment: withinLimit(
      stageName(CONCERN),
      {
        JOURNAL_TABLE: journal.name,
        BUS_NAME: bus.name,
        ...(vpn === undefined ? {} : { TUNNELS: $jsonStringify(Object.fromEntries(vpn.tunnels)) }),
      },
      "Name fewer tunnels in one link, or give them shorter names.",
    ),
    permissions: [
      readStanding(journal),
      keepIncidents(journal),
      keepRefusals(journal),
      readHistory(journal),
      tellChanges(bus),
    ],
    deadLetterArn,
    timeout: "1 minute",
    concurrencyMax: CONCURRENCY_MAX,
    schedule: EACH_MINUTE,
    eventAgeMaxSeconds: LINES_WAIT_SECONDS,
    afterFailure: "keep",
  });
}

function readGroup(group: AuthGroup, start: Scheduled, { relayLog, vpn }: AuthFailureParts): ReadLog {
  // One that somebody else has made may be of a class that takes no filters.
  const created = link.relay.log.create ? [relayLog] : [];
  const log = findLogGroup(group.group, [...created, ...(vpn?.logs ?? [])]);
  subscribe({ log, pattern: group.filterPattern, start });
  return { log, refusedPattern: group.refusedPattern };
}
