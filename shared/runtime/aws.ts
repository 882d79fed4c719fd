/** What every AWS adapter does with an SDK's error: keep its code, drop its text, say whether to try again. */
import { CLOUD_CODE, CloudError } from "./errors.ts";

/**
 * For every AWS client: without them a call may hang for as long as the function lives. All attempts of one call
 * together take about 15 seconds at most.
 */
export const CLIENT_LIMITS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** How the services that are called here say it; `LimitExceededException` of AWS Private CA is another limit. */
const THROTTLES: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** `$retryable` and `$fault` are how the SDK marks what it knows of an error; no answer at all may be retried. */
export function cloudError(operation: string, target: string, error: unknown): CloudError {
  const { name, fault, retryable: marked } = marksOf(error);
  const answered = fault === "client" || fault === "server";
  const code = answered ? (CLOUD_CODE.test(name) ? name : "unnamed-error") : "unreachable";
  const throttled = THROTTLES.has(code);
  const retryable = marked || fault === "server" || !answered || throttled;
  return new CloudError({ provider: "aws", operation, target, code, retryable, throttled, cause: error });
}

function marksOf(error: unknown): {
  readonly name: string;
  readonly fault: unknown;
  readonly retryable: boolean;
} {
  if (!(error instanceof Error)) return { name: "", fault: undefined, retryable: false };
  return {
    name: error.name,
    fault: "$fault" in error ? error.$fault : undefined,
    retryable: "$retryable" in error && error.$retryable !== undefined,
  };
}
