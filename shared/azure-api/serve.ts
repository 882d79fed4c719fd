/**
 * The hand's side of one call: who asks, what is asked, is it asked for the same link; then one verb. The order
 * matters: nothing of a request is parsed, and nothing of the link is told, before its token was verified.
 */
import type * as z from "zod";
import { CloudError, ContractError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { authorize, type TokenRules } from "./authorize.ts";
import {
  type Body,
  CALL_ID_MAX,
  type CallIds,
  CONTRACT_VERSION,
  type Endpoint,
  endpoints,
  type Outcome,
  type Problem,
  type Refused,
  RequestEnvelope,
} from "./contract.ts";

/** Far above the largest request of the contract (a chain of six certificates). */
export const BODY_MAX_BYTES = 131_072;

export interface Service {
  readonly tokens: TokenRules;
  /** The digest of this half's own copy of the link. */
  readonly link: string;
  /** For each endpoint, the exact role ARNs that may call it. */
  readonly roles: Readonly<Record<Endpoint, readonly string[]>>;
  readonly clock: Clock;
}

export interface Answer {
  readonly status: number;
  readonly jsonBody: unknown;
}

/** Told of each call of a vault by the id that the vault gave it. */
export type NoteVaultCall = (requestId: string) => void;

/** What serves one endpoint. Throws `CloudError` when a cloud failed; a refusal is a returned outcome. */
export type Verb<E extends Endpoint> = (body: Body<E>, note: NoteVaultCall) => Promise<Outcome<E> | Refused>;

export interface ServedRequest {
  readonly authorization: string | null;
  readonly body: string;
  /** The platform's id of this invocation. */
  readonly invocationId?: string;
}

export async function serve<E extends Endpoint>(
  service: Service,
  log: Log,
  endpoint: E,
  request: ServedRequest,
  verb: Verb<E>,
): Promise<Answer> {
  const caller = await authorize(
    service.tokens,
    request.authorization,
    service.roles[endpoint],
    service.clock(),
  );
  if (!caller.allowed) {
    log.warn("call.refused", { endpoint, code: caller.code });
    return failure(caller.status, {
      code: caller.code,
      operation: endpoint,
      retryable: caller.status === 503,
    });
  }
  try {
    const envelope = parseEnvelope(request.body);
    if (!mayGoOn(service, endpoint, envelope)) {
      log.warn("call.refused", { endpoint, code: "other-link" });
      return answer(service, {
        outcome: "refused",
        reason: "other-link",
        detail: "the halves were built from different links",
      });
    }
    const body = parse(endpoints[endpoint].body as unknown as z.ZodType<Body<E>>, envelope.body);
    // Of several calls the last is the one that changed something.
    let vaultCall: string | undefined;
    const outcome = await verb(body, (requestId) => {
      vaultCall = requestId.slice(0, CALL_ID_MAX);
    });
    log.info("call.answered", {
      endpoint,
      role: caller.role,
      ...("name" in body ? { [nounOf(endpoint)]: body.name } : {}),
      ...("group" in body ? { group: body.group } : {}),
      outcome: outcome.outcome,
      ...("reason" in outcome ? { reason: outcome.reason } : {}),
    });
    return answer(service, endpoints[endpoint].outcome.parse(outcome), {
      ...(request.invocationId === undefined ? {} : { function: request.invocationId }),
      ...(vaultCall === undefined || vaultCall === "" ? {} : { "key-vault": vaultCall }),
    });
  } catch (error) {
    return failed(log, endpoint, error);
  }
}

/** What a body's `name` names. */
function nounOf(endpoint: Endpoint): string {
  if (/^tunnels\.|-tunnels?$/.test(endpoint)) return "tunnel";
  if (endpoint.startsWith("keys.")) return "apiKey";
  return endpoint.startsWith("trust.") ? "bunny" : "certificate";
}

function parseEnvelope(text: string): Envelope {
  if (Buffer.byteLength(text) > BODY_MAX_BYTES)
    throw new ContractError(`the body is over ${BODY_MAX_BYTES} bytes`);
  return parse(RequestEnvelope, parseJson(text));
}

type Envelope = z.infer<typeof RequestEnvelope>;

/** Whichever link the caller was built from, these do no harm; and a freeze must not wait for a deployment. */
const WITH_ANY_LINK: readonly Endpoint[] = ["certificates.observe", "control.freeze"];

/** Judged before the body is parsed: another contract's body need not be one that this half can read. */
function mayGoOn(service: Service, endpoint: Endpoint, { contract, link }: Envelope): boolean {
  return contract === CONTRACT_VERSION && (link === service.link || WITH_ANY_LINK.includes(endpoint));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ContractError("the body is not JSON");
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ContractError(
    `the body is not as the contract says at ${parsed.error.issues.map((issue) => issue.path.join(".") || "its root").join(", ")}`,
  );
}

function answer(service: Service, outcome: unknown, requestIds: CallIds = {}): Answer {
  const { link } = service;
  return { status: 200, jsonBody: { contract: CONTRACT_VERSION, link, outcome, requestIds } };
}

function failure(status: number, error: Problem): Answer {
  return { status, jsonBody: { error } };
}

function failed(log: Log, endpoint: Endpoint, error: unknown): Answer {
  if (error instanceof ContractError) {
    log.warn("call.failed", { endpoint, code: "bad-request", message: error.message });
    return failure(400, { code: "bad-request", operation: endpoint, retryable: false });
  }
  if (error instanceof CloudError) {
    const { code, operation, target, retryable, throttled } = error;
    log.error("call.failed", { endpoint, code, operation, target });
    return failure(502, { code, operation, retryable, throttled });
  }
  // A fault of ours: its text stays in our log, and the platform counts the 500.
  log.error("call.failed", {
    endpoint,
    code: "fault",
    message: error instanceof Error ? error.message : "not an error",
  });
  return failure(500, { code: "fault", operation: endpoint, retryable: false });
}
