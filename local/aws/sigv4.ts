/**
 * Verifies Signature Version 4: the request is signed again with the secret that the local AWS issued, and the
 * signatures must be equal. The order of the checks is the one that dynalite's source records of DynamoDB.
 */
import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Identities, Identity } from "./identities.ts";
import type { AwsRequest, CommonFault } from "./service.ts";
import { Sha256 } from "./sha256.ts";

export type Authentication =
  | { readonly identity: Identity }
  | { readonly fault: CommonFault; readonly message: string };

export interface Expectation {
  readonly identities: Identities;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

const skewMinutesMax = 5;
const invalidToken = "The security token included in the request is invalid.";
const mismatch =
  "The request signature we calculated does not match the signature you provided. " +
  "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

export async function authenticate(request: AwsRequest, expected: Expectation): Promise<Authentication> {
  const authorization = request.headers["authorization"];
  if (authorization?.startsWith("AWS4-HMAC-SHA256 ") !== true) {
    return { fault: "no-authentication", message: "Request is missing Authentication Token" };
  }
  const claim = parseAuthorization(authorization);
  const signedAtMs = parseAmzDate(request.headers["x-amz-date"]);
  if (claim === undefined || signedAtMs === undefined) {
    return {
      fault: "incomplete-signature",
      message: "Authorization header requires 'Credential', 'Signature', 'SignedHeaders' and an X-Amz-Date",
    };
  }
  const fault = timeFault(signedAtMs, expected.nowMs) ?? scopeFault(claim, signedAtMs, expected);
  if (fault !== undefined) return { fault: "wrong-signature", message: fault };
  return await authenticateClaim(request, claim, signedAtMs, expected);
}

async function authenticateClaim(
  request: AwsRequest,
  claim: Claim,
  signedAtMs: number,
  expected: Expectation,
): Promise<Authentication> {
  const identity = expected.identities.find(claim.accessKeyId);
  if (
    identity === undefined ||
    request.headers["x-amz-security-token"] !== identity.credentials.sessionToken
  ) {
    return { fault: "unknown-client", message: invalidToken };
  }
  if (!bodyIsSigned(request) || (await signAgain(request, claim, identity, signedAtMs)) !== claim.signature) {
    return { fault: "wrong-signature", message: mismatch };
  }
  if (identity.expiresAtMs <= expected.nowMs) {
    return { fault: "expired-token", message: "The security token included in the request is expired" };
  }
  return { identity };
}

interface Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(authorization: string): Claim | undefined {
  const part = (name: string) => new RegExp(`[ ,]${name}=([^, ]+)`).exec(authorization)?.[1];
  const [accessKeyId, date, region, service, terminator, ...rest] = (part("Credential") ?? "").split("/");
  const signature = part("Signature");
  const signedHeaders = part("SignedHeaders")?.split(";");
  if (signature === undefined || signedHeaders === undefined || rest.length > 0) return undefined;
  if (accessKeyId === undefined || date === undefined || region === undefined) return undefined;
  if (service === undefined || terminator === undefined) return undefined;
  return { accessKeyId, date, region, service, terminator, signedHeaders, signature };
}

function parseAmzDate(text: string | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const parsed = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

const toAmzDate = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");

function timeFault(signedAtMs: number, nowMs: number): string | undefined {
  const skewMs = skewMinutesMax * 60_000;
  const [signed, now] = [toAmzDate(signedAtMs), toAmzDate(nowMs)];
  if (signedAtMs < nowMs - skewMs) {
    return `Signature expired: ${signed} is now earlier than ${toAmzDate(nowMs - skewMs)} (${now} - ${skewMinutesMax} min.)`;
  }
  if (signedAtMs > nowMs + skewMs) {
    return `Signature not yet current: ${signed} is still later than ${toAmzDate(nowMs + skewMs)} (${now} + ${skewMinutesMax} min.)`;
  }
  return undefined;
}

function scopeFault(claim: Claim, signedAtMs: number, expected: Expectation): string | undefined {
  if (!claim.signedHeaders.includes("host") || !claim.signedHeaders.includes("x-amz-date")) {
    return "'Host' and 'X-Amz-Date' must be 'SignedHeaders' in the AWS Authorization.";
  }
  if (claim.region !== expected.region) {
    return `Credential should be scoped to a valid region, not '${claim.region}'.`;
  }
  if (claim.service !== expected.service) {
    return `Credential should be scoped to correct service: '${expected.service}'.`;
  }
  if (claim.terminator !== "aws4_request") {
    return `Credential should be scoped with a valid terminator: 'aws4_request', not '${claim.terminator}'.`;
  }
  const day = toAmzDate(signedAtMs).slice(0, 8);
  return claim.date === day
    ? undefined
    : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.date}' != '${day}'.`;
}

/** A client may send its own hash of the body, and the signature covers that hash: it must be the body's. */
function bodyIsSigned(request: AwsRequest): boolean {
  const claimed = request.headers["x-amz-content-sha256"];
  return claimed === undefined || claimed === createHash("sha256").update(request.body).digest("hex");
}

async function signAgain(
  request: AwsRequest,
  claim: Claim,
  identity: Identity,
  signedAtMs: number,
): Promise<string | undefined> {
  const signer = new SignatureV4({
    credentials: identity.credentials,
    region: claim.region,
    service: claim.service,
    sha256: Sha256,
    // The header is part of the signature only where the client itself signed it.
    applyChecksum: claim.signedHeaders.includes("x-amz-content-sha256"),
  });
  const headers = Object.fromEntries(
    claim.signedHeaders.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const signed = await signer.sign(
    { ...request, headers, protocol: "http:", hostname: "127.0.0.1", query: { ...request.query } },
    { signingDate: new Date(signedAtMs), signableHeaders: new Set(claim.signedHeaders) },
  );
  return parseAuthorization(signed.headers["authorization"] ?? "")?.signature;
}
