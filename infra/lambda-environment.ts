/// <reference path="../.sst/platform/config.d.ts" />
/** What Lambda takes as a function's environment, checked before anything is asked of it. */
import { ConfigError } from "../shared/runtime/errors.ts";

/**
 * "4 KB, for all environment variables associated with the function, in aggregate"
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Lambda's refusal shows what it measures:
 * the JSON text of all of them (https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594).
 */
const ENVIRONMENT_MAX_BYTES = 4_096;

export type Environment = Record<string, $util.Input<string>>;

/**
 * The environment, which fails the deployment where it would be too large for Lambda: only then is known how long
 * what was looked up is. `advice` says what to do about it.
 */
export function withinLimit(
  functionName: string,
  environment: Environment,
  advice: string,
): $util.Output<Record<string, string>> {
  return $output(environment).apply((variables) => {
    const bytes = Buffer.byteLength(JSON.stringify(variables));
    if (bytes <= ENVIRONMENT_MAX_BYTES) return variables;
    const sizes = Object.entries(variables).map(([key, value]) => ({ key, size: Buffer.byteLength(value) }));
    const [longest] = sizes.toSorted((one, other) => other.size - one.size);
    throw new ConfigError(
      `the environment of ${functionName} has ${bytes} bytes, and Lambda takes ${ENVIRONMENT_MAX_BYTES}: ${longest?.key} alone has ${longest?.size}. ${advice}`,
    );
  });
}
