/**
 * The only error classes. Expected outcomes are values; an error says who must act: the operator, the
 * caller, the cloud, or we. Messages carry names and codes, never keys, tokens or bodies.
 */

/**
 * Thrown at load or cold start when the link, the environment or an option is wrong, or later when what they name
 * turns out not to be usable: the operator fixes it.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Thrown when a caller's input is not what was agreed (a body, a token, a CSR): the caller fixes it. */
export class ContractError extends Error {
  override readonly name = "ContractError";
}

/** The form of every cloud's error codes; what is in another form is a text, and stays where it came from. */
export const CLOUD_CODE = /^[\w.-]{1,100}$/;

export type Provider = "aws" | "azure" | "slack";

export interface CloudFailure {
  readonly provider: Provider;
  /** The operation as the provider names it, such as `IssueCertificate`. */
  readonly operation: string;
  /** What it was done to, by the link's name where there is one. */
  readonly target: string;
  /** The provider's own error code. */
  readonly code: string;
  readonly retryable: boolean;
  /**
   * The cloud took no call for now. The last attempt of this one has had no effect; where that must be known of
   * every attempt, its adapter sees to it (IssueCertificate). Default: false.
   */
  readonly throttled?: boolean | undefined;
  /** How long it will take none, where it said so. */
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** Thrown by an adapter when a cloud's answer is neither success nor an expected refusal: the state is unknown. */
export class CloudError extends Error {
  override readonly name = "CloudError";
  readonly provider: Provider;
  readonly operation: string;
  readonly target: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly throttled: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(failure: CloudFailure) {
    super(`${failure.provider} ${failure.operation} of ${failure.target} failed: ${failure.code}`, {
      cause: failure.cause,
    });
    this.provider = failure.provider;
    this.operation = failure.operation;
    this.target = failure.target;
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.throttled = failure.throttled ?? false;
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }
}

/** Thrown when something holds that our own code promised could not: we fix it. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}
