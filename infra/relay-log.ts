/// <reference path="../.sst/platform/config.d.ts" />
/** The log in which relay names each caller that it accepted or refused: created here, or relay's own. */
import type { Link } from "../shared/link/schema.ts";

export interface RelayLog {
  name: string;
  arn: $util.Output<string>;
}

const RETENTION_DAYS = 90;

export function createRelayLog({ group, create }: Link["relay"]["log"]): RelayLog {
  if (!create) return { name: group, arn: aws.cloudwatch.getLogGroupOutput({ name: group }).arn };
  const log = new aws.cloudwatch.LogGroup(
    "RelayLog",
    { name: group, retentionInDays: RETENTION_DAYS },
    { retainOnDelete: true },
  );
  return { name: group, arn: log.arn };
}
