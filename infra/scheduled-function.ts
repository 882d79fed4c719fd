/// <reference path="../.sst/platform/config.d.ts" />
/** A function that looks at its concern every so often. */
import type { Link } from "../shared/link/schema.ts";
import { type ConcernFunction, createConcernFunction, RETRIES } from "./concern-function.ts";
import { trust } from "./lambda-role.ts";
import { stageName } from "./names.ts";

/** The next run looks again at everything, so an event that is older than this has nothing left to say. */
const EVENT_AGE_MAX_SECONDS = 3_600;

/** The finest that Scheduler has. */
export const EACH_MINUTE: Link["certificates"] = { checkEverySeconds: 60, timeZone: "UTC" };

export interface ScheduledFunction extends Omit<ConcernFunction, "eventAgeMaxSeconds"> {
  /** For so long is it tried to invoke the function with an event; left out, an hour. */
  eventAgeMaxSeconds?: number;
  schedule: Link["certificates"];
  /** Further schedules. */
  runs?: readonly ScheduledRun[];
}

export interface ScheduledRun {
  /** What the schedule hands over as `run`; undefined for the one that hands over nothing. */
  run?: string;
  everySeconds: number;
}

/** What others have to know of it. */
export interface Scheduled {
  logicalName: string;
  concern: string;
  name: $util.Output<string>;
  arn: $util.Output<string>;
  /** One for each of its schedules. */
  runs: readonly ScheduledRun[];
}

export function createScheduledFunction(wanted: ScheduledFunction): Scheduled {
  const { logicalName, concern, schedule, eventAgeMaxSeconds = EVENT_AGE_MAX_SECONDS } = wanted;
  const { name, arn } = createConcernFunction({ ...wanted, eventAgeMaxSeconds });
  const runs = [{ everySeconds: schedule.checkEverySeconds }, ...(wanted.runs ?? [])];
  for (const run of runs) createSchedule(arn, wanted, run);
  return { logicalName, concern, name, arn, runs };
}

/** Of what belongs to one of a function's schedules: "RenewCertificates", "HealAllowlistsTend". */
export const logicalNameOf = (logicalName: string, run: string | undefined): string =>
  run === undefined ? logicalName : `${logicalName}${run.charAt(0).toUpperCase()}${run.slice(1)}`;

/** What a schedule is called, and what belongs to it: "renew-certificates", "heal-allowlists-tend". */
export const scheduleName = (concern: string, run: string | undefined): string =>
  run === undefined ? concern : `${concern}-${run}`;

function createSchedule(
  functionArn: $util.Output<string>,
  wanted: ScheduledFunction,
  { run, everySeconds }: ScheduledRun,
): void {
  const { deadLetterArn, schedule } = wanted;
  const name = scheduleName(wanted.concern, run);
  const { accountId } = aws.getCallerIdentityOutput();
  new sst.aws.CronV2(`${logicalNameOf(wanted.logicalName, run)}Schedule`, {
    function: functionArn,
    ...(run === undefined ? {} : { event: { run } }),
    schedule: rate(everySeconds),
    timezone: schedule.timeZone,
    retries: RETRIES,
    dlq: deadLetterArn,
    transform: {
      role: {
        name: stageName(`${name}-schedule`),
        // Only schedules of this account may use the role.
        assumeRolePolicy: accountId.apply((account) =>
          trust("scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } }),
        ),
      },
      schedule: (args) => {
        args.name = stageName(name);
        args.target = $output(args.target).apply((target) => ({
          ...target,
          retryPolicy: { ...target.retryPolicy, maximumEventAgeInSeconds: EVENT_AGE_MAX_SECONDS },
        }));
        return undefined;
      },
    },
  });
}

function rate(everySeconds: number): `rate(${string})` {
  const minutes = everySeconds / 60;
  return minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`;
}
