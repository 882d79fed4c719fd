/**
 * What a dead letter says besides the event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-dlq
 */
import { type ConnectionLost, Refusal } from "../../stand-in/operations.ts";

export interface DeadLetter {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly error: Refusal | ConnectionLost;
  readonly retries: number;
  /** Which limit ended the retries; none when there is no use in any. */
  readonly exhausted?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";
}

export function deadLetterAttributes(letter: DeadLetter): Record<string, string> {
  const { ruleArn, targetArn, error, retries, exhausted } = letter;
  return {
    RULE_ARN: ruleArn,
    TARGET_ARN: targetArn,
    ERROR_CODE: codeOf(error),
    ERROR_MESSAGE: error.message,
    RETRY_ATTEMPTS: String(retries),
    ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
  };
}

function codeOf(error: Refusal | ConnectionLost): string {
  if (!(error instanceof Refusal)) return "CONNECTION_FAILURE";
  if (error.code === "AccessDeniedException") return "NO_PERMISSIONS";
  if (error.code === "ResourceNotFoundException") return "NO_RESOURCE";
  return error.code === "TooManyRequestsException" ? "THROTTLING" : "ERROR_FROM_TARGET";
}
