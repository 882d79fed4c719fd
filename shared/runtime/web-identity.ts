/**
 * The function's own short-lived JWT, by which the hand knows it. AWS STS signs it for the role the function runs
 * as; no secret is stored anywhere. It is asked for again before it ends, not on every call.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html
 */
import { GetWebIdentityTokenCommand, type STSClient } from "@aws-sdk/client-sts";
import { cloudError } from "./aws.ts";
import { CloudError } from "./errors.ts";
import type { Clock, Instant } from "./instant.ts";
import { Secret } from "./secret.ts";

/** The role's policy allows no longer one. */
export const TOKEN_SECONDS = 300;
/** So much life a token must have left to be sent: more than a call takes. */
const RESERVE_SECONDS = 60;

export interface WebIdentityOptions {
  readonly client: STSClient;
  readonly audience: string;
  readonly clock: Clock;
}

export function webIdentity({ client, audience, clock }: WebIdentityOptions): () => Promise<Secret> {
  let kept: Kept | undefined;
  let asked: Promise<Kept> | undefined;
  return async () => {
    if (kept !== undefined && clock() < kept.endsAt - RESERVE_SECONDS) return kept.token;
    // Calls that begin at once share one.
    asked ??= ask(client, audience).finally(() => {
      asked = undefined;
    });
    kept = await asked;
    return kept.token;
  };
}

interface Kept {
  readonly token: Secret;
  readonly endsAt: Instant;
}

async function ask(client: STSClient, audience: string): Promise<Kept> {
  // RS256: the algorithm that every verifier of the other cloud supports.
  const command = new GetWebIdentityTokenCommand({
    Audience: [audience],
    SigningAlgorithm: "RS256",
    DurationSeconds: TOKEN_SECONDS,
  });
  const answer = await client.send(command).catch((error: unknown) => {
    throw cloudError("GetWebIdentityToken", audience, error);
  });
  const { WebIdentityToken, Expiration } = answer;
  if (WebIdentityToken === undefined || Expiration === undefined) {
    throw new CloudError({
      provider: "aws",
      operation: "GetWebIdentityToken",
      target: audience,
      code: "unreadable-answer",
      retryable: true,
    });
  }
  return { token: new Secret(WebIdentityToken), endsAt: Math.floor(Expiration.getTime() / 1000) };
}
