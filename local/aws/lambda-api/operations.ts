/** How Lambda can be invoked and how it refuses; docs/fidelity.md names the source of each row. */
import type { OperationTable } from "../../stand-in/operations.ts";

/** The reasons that every service shares, in Lambda's codes and statuses. */
export const lambdaFaults = {
  "no-authentication": { status: 403, code: "MissingAuthenticationTokenException" },
  "incomplete-signature": { status: 403, code: "IncompleteSignature" },
  "wrong-signature": { status: 403, code: "InvalidSignatureException" },
  "unknown-client": { status: 403, code: "UnrecognizedClientException" },
  "expired-token": { status: 403, code: "ExpiredTokenException" },
  denied: { status: 403, code: "AccessDeniedException" },
  throttled: { status: 429, code: "TooManyRequestsException" },
} as const;

export const lambdaOperations: OperationTable = {
  /** An event that another service hands over, asynchronously. */
  "lambda:InvokeFunction": {
    mutates: true,
    errors: [
      "AccessDeniedException",
      "InvalidRequestContentException",
      "ResourceNotFoundException",
      "ServiceException",
      "TooManyRequestsException",
    ],
  },
  /** The API's call, by a client. */
  "lambda:Invoke": {
    mutates: true,
    errors: [
      ...Object.values(lambdaFaults).map(({ code }) => code),
      "InternalFailure",
      "InvalidParameterValueException",
      "InvalidRequestContentException",
      "RequestTooLargeException",
      "ResourceNotFoundException",
      "ServiceException",
      "ServiceUnavailable",
      "ValidationException",
    ],
  },
};
