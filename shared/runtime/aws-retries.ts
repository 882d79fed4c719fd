/**
 * Limits of a client whose calls are paced (pace.ts). What found nobody is sent again by the SDK; what was throttled is
 * not, for it takes a place in the pace of its own each time: sent beside the pace, the repeats of a few throttled
 * calls take the places of others, which are throttled in turn.
 */
import { CLIENT_LIMITS } from "./aws.ts";

/** As in the SDK's RetryStrategyV2 (package d.ts, @smithy/types). */
interface RetryToken {
  getRetryCount(): number;
  /** Milliseconds. */
  getRetryDelay(): number;
}

interface Failure {
  readonly errorType: "TRANSIENT" | "THROTTLING" | "SERVER_ERROR" | "CLIENT_ERROR";
}

const FIRST_PAUSE_MS = 100;

const tokenOf = (retries: number): RetryToken => ({
  getRetryCount: () => retries,
  getRetryDelay: () => (retries === 0 ? 0 : FIRST_PAUSE_MS * 2 ** (retries - 1)),
});

const retryStrategy = {
  acquireInitialRetryToken: () => Promise.resolve(tokenOf(0)),
  /** Rejects when there is to be no other attempt; the SDK then throws what the last one was answered. */
  refreshRetryTokenForRetry(token: RetryToken, { errorType }: Failure): Promise<RetryToken> {
    const retries = token.getRetryCount() + 1;
    return errorType === "TRANSIENT" && retries < CLIENT_LIMITS.maxAttempts
      ? Promise.resolve(tokenOf(retries))
      : Promise.reject(new Error("not sent again"));
  },
  recordSuccess() {},
};

export const PACED_CLIENT_LIMITS = { ...CLIENT_LIMITS, retryStrategy } as const;
