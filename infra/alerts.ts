/// <reference path="../.sst/platform/config.d.ts" />
/** The function that tells the link's incidents, what wakes it, and exactly what it may do. */
import { EVENT_SOURCE, INCIDENT_DETAIL_TYPE } from "../shared/journal/event.ts";
import type { Link } from "../shared/link/schema.ts";
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { createEventRule, eventRuleArn } from "./event-rule.ts";
import { type Journal, keepIncidents } from "./journal.ts";
import { alarmPrefix } from "./names.ts";
import { createScheduledFunction, EACH_MINUTE, type Scheduled } from "./scheduled-function.ts";
import { createSlackToken, readSlackToken } from "./slack-token.ts";

const RULE = "incident";

export interface AlertParts {
  journal: Journal;
  bus: Bus;
  deadLetterArn: $util.Output<string>;
}

/** The rule's ARN, known before the rule exists. */
export const incidentRuleArn = (): $util.Output<string> => eventRuleArn(RULE, "own-bus");

export function tellIncidents(wanted: Exclude<Link["alerts"], undefined>, parts: AlertParts): Scheduled {
  const { journal, bus, deadLetterArn } = parts;
  const token = wanted.slack === undefined ? undefined : createSlackToken();
  const tell = createScheduledFunction({
    logicalName: "TellIncidents",
    concern: DEPLOYED.tellIncidents,
    description: "Tells each incident of the link once, and keeps what it told up to date.",
    environment: {
      JOURNAL_TABLE: journal.name,
      BUS_NAME: bus.name,
      ALARM_PREFIX: alarmPrefix(),
      ...(token === undefined ? {} : { SLACK_TOKEN_SECRET: token.arn }),
    },
    permissions: [
      keepIncidents(journal),
      tellChanges(bus),
      ...(token === undefined ? [] : readSlackToken(token)),
    ],
    deadLetterArn,
    timeout: "1 minute",
    schedule: EACH_MINUTE,
    afterFailure: "next-run",
  });
  // An incident that changed is told at once; the schedule tells what this could not.
  createEventRule({
    logicalName: "IncidentChanged",
    thing: RULE,
    description: "An incident of the link has changed.",
    pattern: { source: [EVENT_SOURCE], "detail-type": [INCIDENT_DETAIL_TYPE] },
    bus,
    start: tell,
    deadLetterArn,
  });
  return tell;
}
