/// <reference path="../.sst/platform/config.d.ts" />
/** The log groups that the link declares: made by this deployment, or there already. */
import { createHash } from "node:crypto";
import { ConfigError } from "../shared/runtime/errors.ts";

export interface LogGroupParts {
  name: string;
  /** Without what names its streams. */
  arn: $util.Output<string>;
  /** Its name as names of other resources may have it: letters, digits and hyphens, and short. */
  label: string;
}

/** One that the deployment makes. */
export interface CreatedLog {
  name: string;
  arn: $util.Output<string>;
}

/** One that nobody has made fails the deployment, and so does one that takes no filters. */
export function findLogGroup(name: string, created: readonly CreatedLog[]): LogGroupParts {
  const own = created.find((log) => log.name === name);
  return { name, arn: own?.arn ?? arnOfExisting(name), label: labelOf(name) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html */
const WITHOUT_FILTERS: readonly string[] = ["INFREQUENT_ACCESS", "DELIVERY"];

function arnOfExisting(name: string): $util.Output<string> {
  return aws.cloudwatch.getLogGroupOutput({ name }).apply(({ arn, logGroupClass }) => {
    if (!WITHOUT_FILTERS.includes(logGroupClass)) return arn;
    throw new ConfigError(
      `authFailures.logs: ${name} is of the class ${logGroupClass}, which takes no subscription filter, and a class cannot be changed: have the lines written into a log group of the class STANDARD`,
    );
  });
}

const LABEL_LENGTH_MAX = 40;
const DIGEST_LENGTH = 8;

/** Two groups may be called the same but for what a label leaves out, so each label ends in a digest of the whole name. */
function labelOf(name: string): string {
  const words = name.replaceAll(/[^A-Za-z0-9]+/g, "-").replace(/^-/, "");
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_LENGTH);
  return `${words.slice(0, LABEL_LENGTH_MAX).replace(/-$/, "")}-${digest}`;
}
