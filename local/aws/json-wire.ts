/**
 * The awsJson protocols: one POST with the operation in x-amz-target, errors as `__type` in a 400.
 * The codes for unsigned and badly signed calls are DynamoDB's as dynalite's source quotes them.
 */
import * as z from "zod";
import { Refusal } from "../stand-in/operations.ts";
import type { Wire } from "./service.ts";

const faults = {
  "no-authentication": { status: 400, code: "MissingAuthenticationTokenException" },
  "incomplete-signature": { status: 400, code: "IncompleteSignatureException" },
  "wrong-signature": { status: 400, code: "InvalidSignatureException" },
  "unknown-client": { status: 400, code: "UnrecognizedClientException" },
  "expired-token": { status: 400, code: "ExpiredTokenException" },
  denied: { status: 400, code: "AccessDeniedException" },
  throttled: { status: 400, code: "ThrottlingException" },
} as const;

/** What any operation of an awsJson service can answer beside its own errors. */
export const jsonCommonErrors: readonly string[] = [
  ...Object.values(faults).map((fault) => fault.code),
  "SerializationException",
  "InternalFailure",
  "ServiceUnavailable",
];

export function jsonWire(options: {
  /** The part of x-amz-target before the dot: `ACMPrivateCA`. */
  readonly target: string;
  readonly version: "1.0" | "1.1";
}): Wire {
  const headers = { "content-type": `application/x-amz-json-${options.version}` };
  const prefix = `${options.target}.`;
  return {
    faults,
    operationOf: ({ headers: { "x-amz-target": target } }) =>
      target?.startsWith(prefix) ? target.slice(prefix.length) : undefined,
    decode: ({ body }) => {
      try {
        return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString("utf8")));
      } catch {
        throw new Refusal(400, "SerializationException", "the body is not a JSON object");
      }
    },
    encode: (_operation, output) => ({ status: 200, headers, body: JSON.stringify(output) }),
    refuse: ({ status, code, message, headers: extra }) => ({
      status,
      headers: { ...headers, ...extra },
      body: JSON.stringify({ __type: code, message }),
    }),
  };
}
