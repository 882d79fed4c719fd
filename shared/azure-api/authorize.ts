/**
 * Who may call an endpoint of the hand. This check in code is the boundary: the platform's own authentication
 * is not relied on. A caller is the role whose JWT AWS STS signed for the account's issuer, and nothing else
 * about the request counts.
 *
 * Claims: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
 */
import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";

/** The brain asks for tokens of 5 minutes; an older one was kept, by us or by somebody else. */
export const TOKEN_AGE_MAX_SECONDS = 600;
/** Between the clocks of two clouds. */
const CLOCK_TOLERANCE_SECONDS = 30;

export interface TokenRules {
  /** The account's issuer, `https://<uuid>.tokens.sts.global.api.aws`, compared exactly. */
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
}

export type Authorization =
  | { readonly allowed: true; readonly role: string }
  | { readonly allowed: false; readonly status: 401 | 403 | 503; readonly code: RefusedToken };

export type RefusedToken =
  | "token-missing"
  | "token-expired"
  | "token-invalid"
  | "role-not-allowed"
  /** The issuer's keys could not be read: nothing is known of the token, so it may be tried again. */
  | "issuer-unreachable";

/**
 * Checks the bearer token of a request against the exact role ARNs that its endpoint allows.
 * `now` is in seconds since the epoch.
 */
export async function authorize(
  rules: TokenRules,
  header: string | null,
  allowedRoles: readonly string[],
  now: number,
): Promise<Authorization> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(header ?? "")?.[1];
  if (token === undefined) return { allowed: false, status: 401, code: "token-missing" };
  const verified = await verify(rules, token, now);
  if (verified.code !== null) {
    return {
      allowed: false,
      status: verified.code === "issuer-unreachable" ? 503 : 401,
      code: verified.code,
    };
  }
  if (!allowedRoles.includes(verified.role)) return { allowed: false, status: 403, code: "role-not-allowed" };
  return { allowed: true, role: verified.role };
}

type Verified = { readonly code: null; readonly role: string } | { readonly code: RefusedToken };

async function verify(rules: TokenRules, token: string, now: number): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, rules.keys, {
      issuer: rules.issuer,
      algorithms: ["RS256"],
      requiredClaims: ["sub", "aud", "iat", "exp"],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: TOKEN_AGE_MAX_SECONDS,
      currentDate: new Date(now * 1000),
    });
    // Exactly one audience, ours: a token made for us and somebody else could be replayed by them.
    if (payload.aud !== rules.audience) return { code: "token-invalid" };
    // As text it must be given: made into text, a list of one role would equal that role.
    return typeof payload.sub === "string" ? { code: null, role: payload.sub } : { code: "token-invalid" };
  } catch (error) {
    return { code: refusalOf(error) };
  }
}

function refusalOf(error: unknown): RefusedToken {
  if (error instanceof errors.JWTExpired) return "token-expired";
  // A key set that has no such key makes the token wrong; any other trouble with the key set says nothing of it.
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return "token-invalid";
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTInvalid)
    return "token-invalid";
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWSInvalid)
    return "token-invalid";
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return "token-invalid";
  return "issuer-unreachable";
}
