/**
 * AWS STS: GetWebIdentityToken with the checks of its reference, and GetCallerIdentity. The token speaks of the
 * role whose credentials signed the call; there is no other way to get one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html
 */
import * as z from "zod";
import { type OperationTable, Refusal } from "../stand-in/operations.ts";
import type { Identity } from "./identities.ts";
import { parseInput } from "./input.ts";
import type { TokenIssuer } from "./issuer.ts";
import { queryCommonErrors, queryWire } from "./query-wire.ts";
import { type AwsService, type Prepare, Unsupported } from "./service.ts";

export const stsOperations: OperationTable = {
  "sts:GetWebIdentityToken": {
    mutates: false,
    errors: [
      ...queryCommonErrors,
      "JWTPayloadSizeExceededException",
      "OutboundWebIdentityFederationDisabledException",
      "SessionDurationEscalationException",
      "ValidationError",
    ],
  },
  "sts:GetCallerIdentity": { mutates: false, errors: queryCommonErrors },
};

export interface StsOptions {
  readonly issuer: TokenIssuer;
  readonly region: string;
  /** Whether the account has outbound web identity federation; asked at each call. */
  readonly federationEnabled: () => boolean;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

const GetWebIdentityTokenInput = z.object({
  // The protocol writes an empty list as an empty value.
  Audience: z.preprocess(
    (value) => (value === "" ? [] : value),
    z.array(z.string().min(1).max(1000)).min(1).max(10),
  ),
  SigningAlgorithm: z.enum(["RS256", "ES384"]),
  DurationSeconds: z.string().regex(/^\d+$/).default("300").transform(Number).pipe(z.int().min(60).max(3600)),
});

export function createSts(options: StsOptions): AwsService {
  const clock = options.clock ?? Date.now;
  const operations = {
    GetWebIdentityToken: webIdentityToken(options, clock),
    GetCallerIdentity: callerIdentity,
  };
  return {
    name: "sts",
    wire: queryWire({ version: "2011-06-15", xmlns: "https://sts.amazonaws.com/doc/2011-06-15/" }),
    table: stsOperations,
    operations,
  };
}

const webIdentityToken =
  (options: StsOptions, clock: () => number): Prepare =>
  (input, caller) => {
    refuseTags(input);
    const request = parseInput(GetWebIdentityTokenInput, input, "ValidationError", "ValidationError");
    return {
      needs: [
        {
          action: "sts:GetWebIdentityToken",
          resource: "*",
          context: {
            "sts:IdentityTokenAudience": request.Audience,
            "sts:DurationSeconds": String(request.DurationSeconds),
            "sts:SigningAlgorithm": request.SigningAlgorithm,
          },
        },
      ],
      answer: async () => {
        if (!options.federationEnabled()) {
          throw new Refusal(
            403,
            "OutboundWebIdentityFederationDisabledException",
            "Outbound web identity federation is not enabled for this account",
          );
        }
        const iat = Math.floor(clock() / 1000);
        const exp = iat + request.DurationSeconds;
        if (exp * 1000 > caller.expiresAtMs) {
          throw new Refusal(
            403,
            "SessionDurationEscalationException",
            "The token would be valid for longer than the session that asks for it",
          );
        }
        const [audience, ...more] = request.Audience;
        const aud = more.length === 0 ? audience : request.Audience;
        const token = await options.issuer.sign(request.SigningAlgorithm, {
          aud,
          sub: caller.roleArn,
          iat,
          exp,
          "https://sts.amazonaws.com/": awsClaims(caller, options.region),
        });
        return { WebIdentityToken: token, Expiration: new Date(exp * 1000).toISOString() };
      },
    };
  };

function awsClaims(caller: Identity, region: string) {
  return {
    aws_account: caller.accountId,
    source_region: region,
    principal_id: caller.roleArn,
    ...(caller.functionArn === undefined ? {} : { lambda_source_function_arn: caller.functionArn }),
    original_session_exp: new Date(caller.expiresAtMs).toISOString().replace(/\.\d{3}/, ""),
    principal_tags: {},
    request_tags: {},
  };
}

/** Tags would need a second permission and a limit on the token's size that is published nowhere. */
function refuseTags(input: unknown): void {
  const names = Object.keys(z.record(z.string(), z.unknown()).parse(input));
  if (names.some((name) => name.startsWith("Tags."))) {
    throw new Unsupported("the local AWS does not support sts:GetWebIdentityToken with Tags");
  }
}

/** Needs no permission: even an explicit deny does not stop it. */
const callerIdentity: Prepare = (_input, caller) => ({
  needs: [],
  answer: () => ({
    Arn: caller.sessionArn,
    UserId: `${caller.credentials.accessKeyId}:${caller.sessionName}`,
    Account: caller.accountId,
  }),
});
