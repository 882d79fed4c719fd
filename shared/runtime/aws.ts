/** What every AWS adapter does with an SDK's error: keep its code, drop its text, say whether to try again. */
import { CloudError } from "./errors.ts";

/** `$retryable` and `$fault` are how the SDK marks what it knows of an error; no answer at all may be retried. */
export function cloudError(operation: string, target: string, error: unknown): CloudError {
  const { name, $fault, $retryable } = error as { name?: unknown; $fault?: unknown; $retryable?: unknown };
  const answered = $fault === "client" || $fault === "server";
  const code = answered && typeof name === "string" ? name : "unreachable";
  const retryable =
    $retryable !== undefined || $fault === "server" || !answered || /Throttl|TooManyRequests/.test(code);
  return new CloudError({ provider: "aws", operation, target, code, retryable, cause: error });
}
