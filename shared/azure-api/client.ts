/**
 * The brain's side of the contract: calls the hand over TLS with the function's own short-lived token, and parses
 * what comes back. An answer from a half that was built from another link is a refusal, whatever it says.
 */
import type { NoteRequestIds } from "../journal/change.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Secret } from "../runtime/secret.ts";
import {
  AnswerEnvelope,
  type Body,
  CallFailure,
  CONTRACT_VERSION,
  type Endpoint,
  endpoints,
  type Outcome,
  type Problem,
  type Refused,
} from "./contract.ts";

/** Key Vault makes a key pair within seconds; the platform's front end cuts answers off at 230 s. */
export const CALL_TIMEOUT_MS = 30_000;

export interface HandOptions {
  /** Such as `https://<app>.azurewebsites.net/api`. */
  readonly url: string;
  readonly link: string;
  readonly token: () => Promise<Secret>;
  readonly fetch: typeof fetch;
}

/** Throws `CloudError` (provider "azure") when the call itself failed: then nothing is known of its effect. */
export type Hand = HandOf<Endpoint>;
/** The hand, as far as one concern needs it. */
export type HandOf<Needed extends Endpoint> = <E extends Needed>(
  endpoint: E,
  body: Body<E>,
  note?: NoteRequestIds,
) => Promise<Outcome<E> | Refused>;

export function createHand(options: HandOptions): Hand {
  return async (endpoint, body, note) => {
    const { path, outcome } = endpoints[endpoint];
    const response = await post(options, endpoint, `${options.url}/${path}`, body);
    if (response.status !== 200) throw refusedCall(endpoint, response);
    const envelope = AnswerEnvelope.safeParse(response.json);
    if (!envelope.success) throw unreadable(endpoint);
    const { contract, link } = envelope.data;
    if (contract !== CONTRACT_VERSION) return otherLink;
    if (link !== options.link && !WITH_ANY_LINK.includes(endpoint)) return otherLink;
    if (envelope.data.requestIds !== undefined) note?.(envelope.data.requestIds);
    const parsed = outcome.safeParse(envelope.data.outcome);
    if (!parsed.success) throw unreadable(endpoint);
    return parsed.data as Outcome<typeof endpoint>;
  };
}

/** Whichever link the hand was built from: it keeps a word about the freeze, and says so. */
const WITH_ANY_LINK: readonly Endpoint[] = ["control.freeze"];

const otherLink: Refused = {
  outcome: "refused",
  reason: "other-link",
  detail: "the halves were built from different links: deploy both from the same commit",
};

async function post(options: HandOptions, endpoint: Endpoint, url: string, body: unknown) {
  const token = await options.token();
  try {
    const response = await options.fetch(url, {
      method: "POST",
      redirect: "error",
      headers: { authorization: `Bearer ${token.unwrap()}`, "content-type": "application/json" },
      body: JSON.stringify({ contract: CONTRACT_VERSION, link: options.link, body }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, json: parseJson(text) };
  } catch (cause) {
    throw new CloudError({
      provider: "azure",
      operation: endpoint,
      target: "hand",
      code: "unreachable",
      retryable: true,
      cause,
    });
  }
}

/** A body that is no JSON is `undefined`: a front end's error page, which no schema accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusedCall(
  endpoint: Endpoint,
  response: { readonly status: number; readonly json: unknown },
): CloudError {
  const parsed = CallFailure.safeParse(response.json);
  const error = parsed.success ? parsed.data.error : failureOf(endpoint, response.status);
  return new CloudError({ provider: "azure", target: "hand", ...error });
}

/** What answered was not the hand but the platform in front of it. */
function failureOf(operation: Endpoint, status: number): Problem {
  const throttled = status === 429;
  return { code: `http-${status}`, operation, retryable: throttled || status >= 500, throttled };
}

function unreadable(endpoint: Endpoint): CloudError {
  return new CloudError({
    provider: "azure",
    operation: endpoint,
    target: "hand",
    code: "unreadable-answer",
    retryable: false,
  });
}
