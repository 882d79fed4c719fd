/** The refusals that CloudWatch Logs shares among its operations, in its own words where they are known. */
import { Refusal } from "../stand-in/operations.ts";
import { type Filter, parseFilterPattern } from "./filter-pattern.ts";
import { FilterPatternError } from "./filter-pattern-error.ts";

export const invalid = (message: string) => new Refusal(400, "InvalidParameterException", message);

export const notFound = (what: string) =>
  new Refusal(400, "ResourceNotFoundException", `The specified ${what} does not exist.`);

export const limitExceeded = () => new Refusal(400, "LimitExceededException", "Resource limit exceeded.");

/** Throws `Refusal` InvalidParameterException. */
export function parsePattern(pattern: string): Filter {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    if (error instanceof FilterPatternError) throw invalid(`Invalid filter pattern: ${error.message}`);
    throw error;
  }
}
