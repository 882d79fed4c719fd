/**
 * How Entra says no. The OAuth error and the status follow the AADSTS number; where no published answer was
 * found for a number, docs/fidelity.md says that its pairing is inferred.
 */
import { randomUUID } from "node:crypto";
import type { Answer } from "../network/json-listener.ts";
import { Refusal } from "../stand-in/operations.ts";

const ERRORS = {
  AADSTS90002: { status: 400, error: "invalid_request" },
  AADSTS900144: { status: 400, error: "invalid_request" },
  AADSTS70003: { status: 400, error: "unsupported_grant_type" },
  AADSTS70011: { status: 400, error: "invalid_scope" },
  AADSTS70021: { status: 400, error: "invalid_request" },
  AADSTS500011: { status: 400, error: "invalid_resource" },
  AADSTS700016: { status: 400, error: "unauthorized_client" },
  AADSTS50027: { status: 400, error: "invalid_request" },
  AADSTS7000218: { status: 401, error: "invalid_client" },
  AADSTS700024: { status: 401, error: "invalid_client" },
  AADSTS700027: { status: 401, error: "invalid_client" },
  AADSTS700211: { status: 401, error: "invalid_client" },
  AADSTS700212: { status: 401, error: "invalid_client" },
  AADSTS700213: { status: 401, error: "invalid_client" },
  AADSTS700222: { status: 401, error: "invalid_client" },
} as const;

export type AadstsCode = keyof typeof ERRORS;

export const AADSTS_CODES = Object.keys(ERRORS);

class EntraRefusal extends Refusal {
  readonly error: string;

  constructor(status: number, code: string, message: string, error: string) {
    super(status, code, message);
    this.error = error;
  }
}

/** `error` where the same number goes with different ones. */
export function aadsts(code: AadstsCode, message: string, error: string = ERRORS[code].error): Refusal {
  return new EntraRefusal(ERRORS[code].status, code, message, error);
}

/** The body of a refusal, as published answers show it. A placed fault may carry a code that is not ours. */
export function entraRefusal(refusal: Refusal): Answer {
  const traceId = randomUUID();
  const correlationId = randomUUID();
  const timestamp = new Date().toISOString().replace("T", " ").replace(/\.\d+/, "");
  const number = Number(refusal.code.replace("AADSTS", ""));
  return {
    status: refusal.status,
    headers: { "cache-control": "no-store, no-cache", ...refusal.headers },
    json: {
      error: refusal instanceof EntraRefusal ? refusal.error : errorOf(refusal.code),
      error_description:
        `${refusal.code}: ${refusal.message} Trace ID: ${traceId} ` +
        `Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: Number.isFinite(number) ? [number] : [],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    },
  };
}

function errorOf(code: string): string {
  return isAadsts(code) ? ERRORS[code].error : "server_error";
}

function isAadsts(code: string): code is AadstsCode {
  return Object.hasOwn(ERRORS, code);
}
