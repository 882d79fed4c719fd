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
  schedule: Link["certificates"];
}

/** What others have to know of it. */
export interface Scheduled {
  logicalName: string;
  concern: string;
  name: $util.Output<string>;
  arn: $util.Output<string>;
  everySeconds: number;
}

export function createScheduledFunction(wanted: ScheduledFunction): Scheduled {
  const { logicalName, concern, schedule } = wanted;
  const { name, arn } = createConcernFunction({ ...wanted, eventAgeMaxSeconds: EVENT_AGE_MAX_SECONDS });
  createSchedule(arn, wanted);
  return { logicalName, concern, name, arn, everySeconds: schedule.checkEverySeconds };
}

function createSchedule(functionArn: $util.Output<string>, wanted: ScheduledFunction): void {
  const { logicalName, concern, deadLetterArn, schedule } = wanted;
  const { accountId } = aws.getCallerIdentityOutput();
  new sst.aws.CronV2(`${logicalName}Schedule`, {
    function: functionArn,
    schedule: rate(schedule.checkEverySeconds),
    timezone: schedule.timeZone,
    retries: RETRIES,
    dlq: deadLetterArn,
    transform: {
      role: {
        name: stageName(`${concern}-schedule`),
        // Only schedules of this account may use the role.
        assumeRolePolicy: accountId.apply((account) =>
          trust("scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } }),
        ),
      },
      schedule: (args) => {
        args.name = stageName(concern);
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
