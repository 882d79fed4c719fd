/** A subscription filter: which events of a log group go to which function, and what the service takes for one. */
import * as z from "zod";
import type { Filter } from "../filter-pattern.ts";
import { FilterName, FilterPattern, GroupName } from "../log-names.ts";
import { invalid } from "../log-refusals.ts";
import { Unsupported } from "../service.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const SUBSCRIPTIONS_MAX = 2;

export interface Subscription {
  readonly logGroupName: string;
  readonly filterName: string;
  readonly filterPattern: string;
  readonly matches: Filter;
  /** A function's. */
  readonly destinationArn: string;
  readonly distribution: "ByLogStream" | "Random";
  readonly accountId: string;
  /** As which the service calls: `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`. */
  readonly sourceArn: string;
  readonly createdAtMs: number;
}

export const FilterKey = z.object({ logGroupName: GroupName, filterName: FilterName });

export const PutSubscriptionInput = FilterKey.extend({
  filterPattern: FilterPattern,
  destinationArn: z.string().min(1),
  roleArn: z.string().min(1).optional(),
  distribution: z.enum(["ByLogStream", "Random"]).default("ByLogStream"),
  applyOnTransformedLogs: z.boolean().default(false),
  fieldSelectionCriteria: z.string().max(2000).optional(),
  emitSystemFields: z.array(z.string()).optional(),
});
export type PutSubscriptionInput = z.infer<typeof PutSubscriptionInput>;

export const DescribeSubscriptionsInput = z.object({
  logGroupName: GroupName,
  filterNamePrefix: FilterName.optional(),
  nextToken: z.string().min(1).optional(),
  limit: z.int().min(1).max(50).default(50),
});

interface Home {
  readonly region: string;
  readonly accountId: string;
}

/** Throws `Unsupported` for what the real service can do besides. */
export function refuseUnsupported(input: PutSubscriptionInput): void {
  const { applyOnTransformedLogs, fieldSelectionCriteria, emitSystemFields, destinationArn } = input;
  const what =
    (applyOnTransformedLogs && "applyOnTransformedLogs") ||
    (fieldSelectionCriteria !== undefined && "fieldSelectionCriteria") ||
    (emitSystemFields !== undefined && "emitSystemFields") ||
    (/^arn:aws:(?:kinesis|firehose|logs):/.test(destinationArn) && "a destination that is no function");
  if (what !== false) {
    throw new Unsupported(`the local AWS does not support logs:PutSubscriptionFilter with ${what}`);
  }
}

/** Throws `Refusal` InvalidParameterException for what is no function of this account and region. */
export function checkDestination({ destinationArn, roleArn }: PutSubscriptionInput, home: Home): void {
  const [, region, accountId] =
    /^arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:[\w-]{1,64}(?::[\w$-]+)?$/.exec(destinationArn) ?? [];
  if (region === undefined) throw invalid("Invalid destination: the ARN is not that of a destination");
  if (region !== home.region || accountId !== home.accountId)
    throw invalid("Invalid destination: the function must belong to the account and region of the log group");
  if (roleArn !== undefined) throw invalid("destinationArn for vendor lambda cannot be used with roleArn");
}
