/** What a person at the command line should do about a failed call of AWS. */
import { cloudError } from "../../shared/runtime/aws.ts";
import { CloudError, ConfigError } from "../../shared/runtime/errors.ts";

export interface Attempted {
  /** As IAM names it. */
  readonly action: string;
  /** In words, such as "the function warrener-dev-renew-certificates". */
  readonly target: string;
}

const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/;
const UNKNOWN_CALLER =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)$/;

function adviceOf(code: string, { action, target }: Attempted): string {
  if (EXPIRED.test(code))
    return "the AWS credentials have expired: log in again; for the local stack, start `npm run local` again";
  if (UNKNOWN_CALLER.test(code))
    return `AWS does not know these credentials (${code}): log in again; for the local stack, start \`npm run local\` again`;
  if (code === "ResourceNotFoundException")
    return `${target} is not there, in this account and region: is the stage right (--stage), and are these the credentials of its account?`;
  if (/^AccessDenied/.test(code)) return `these credentials may not use ${target}: they need ${action} on it`;
  if (code === "unreachable") return `${target} cannot be reached: does it still run, and is the network up?`;
  if (/Throttl|TooManyRequests/.test(code))
    return `AWS takes no call of ${target} for now (${code}): try again`;
  return `${target} failed: ${code}`;
}

/** The SDK found no credentials at all, or those of a profile whose login is over. */
const isNoCredentials = (error: unknown): boolean =>
  error instanceof Error && /^(CredentialsProviderError|TokenProviderError)$/.test(error.name);

export function sayAwsError(error: unknown, attempted: Attempted): Error {
  if (error instanceof ConfigError) return error;
  const cause = error instanceof CloudError ? error.cause : error;
  if (isNoCredentials(cause)) {
    return new ConfigError(
      "there are no AWS credentials, or their login is over: log in (such as `aws sso login`), and set AWS_PROFILE where you use profiles",
    );
  }
  const { code } =
    error instanceof CloudError ? error : cloudError(attempted.action, attempted.target, error);
  return new ConfigError(adviceOf(code, attempted));
}
