/**
 * Calls of Azure Resource Manager's REST with Microsoft's client: one call at a time, its answer read for its code, so
 * that each method of an adapter names only the codes that it has a meaning for.
 */
import type { TokenCredential } from "@azure/core-auth";
import {
  type Client,
  type ClientOptions,
  getClient,
  type PathUncheckedResponse,
} from "@azure-rest/core-client";
import * as z from "zod";
import { CLOUD_CODE, CloudError } from "./errors.ts";

const URL_OF_ARM = "https://management.azure.com";
/** What tokens for it are asked for. */
export const ARM_SCOPE = `${URL_OF_ARM}/.default`;
const API_VERSION = "2024-05-01";
/** The brain waits 30 seconds for a verb, which makes a few such calls in a row. */
export const ARM_CALL_MAX_MS = 8_000;

/** The id of a resource of Microsoft.Network. */
export const NetworkResourceId = (type: string) =>
  z
    .string()
    .regex(
      new RegExp(
        `^/subscriptions/[0-9a-f-]{36}/resourceGroups/[\\w.()-]{1,90}/providers/Microsoft.Network/${type}/[\\w.-]{1,80}$`,
        "i",
      ),
    );

const Failure = z.object({ error: z.object({ code: z.string().regex(CLOUD_CODE) }) });

/**
 * Another change of the same resource is under way: as 409, or as 429 with one of these codes. Any other 429 is about
 * how often is asked: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
const BUSY: readonly string[] = ["AnotherOperationInProgress", "RetryableError"];

/** Nothing is tried again by itself: what had no answer must not be done twice, and whoever calls looks again anyway. */
export function armClient(credential: TokenCredential, options: ClientOptions = {}): Client {
  return getClient(URL_OF_ARM, credential, {
    retryOptions: { maxRetries: 0 },
    ...options,
    apiVersion: API_VERSION,
    credentials: { scopes: [ARM_SCOPE] },
  });
}

export type Bound = { readonly abortSignal: AbortSignal };

export interface ArmAnswer {
  /** As text: "200". */
  readonly status: string;
  /** Of a failure; undefined when it names none. */
  readonly code: string | undefined;
  /** By its code, whichever of its two statuses it comes with. */
  readonly isBusy: boolean;
  readonly retryAfterSeconds: number | undefined;
  /** Throws `CloudError` for any other status, and for a body that is not as the schema says. */
  expect<T>(wanted: readonly string[], schema: z.ZodType<T>): T;
}

/** Makes one call of an operation on a target, named as errors will name them. */
export type ArmCaller = (send: (bound: Bound) => PromiseLike<PathUncheckedResponse>) => Promise<ArmAnswer>;

export function armCaller(operation: string, id: string): ArmCaller {
  const failed = failedAt(operation, id.split("/").at(-1) ?? id);
  return async (send) => {
    let response: PathUncheckedResponse;
    try {
      response = await send({ abortSignal: AbortSignal.timeout(ARM_CALL_MAX_MS) });
    } catch (cause) {
      throw failed(codeOf(cause), true, { cause });
    }
    return answerOf(response, failed);
  };
}

type FailedAt = ReturnType<typeof failedAt>;
const failedAt =
  (operation: string, target: string) =>
  (
    code: string,
    retryable: boolean,
    more: {
      readonly cause?: unknown;
      readonly throttled?: boolean;
      readonly retryAfterSeconds?: number | undefined;
    } = {},
  ) =>
    new CloudError({ provider: "azure", operation, target, code, retryable, ...more });

function answerOf({ status, body, headers }: PathUncheckedResponse, failed: FailedAt): ArmAnswer {
  const failure = Failure.safeParse(body);
  const code = failure.success ? failure.data.error.code : undefined;
  const seconds = /^\d{1,5}$/.exec(headers["retry-after"] ?? "")?.[0];
  const retryAfterSeconds = seconds === undefined ? undefined : Number(seconds);
  const isBusy = (status === "409" || status === "429") && BUSY.includes(code ?? "");
  return {
    status,
    code,
    isBusy,
    retryAfterSeconds,
    expect(wanted, schema) {
      if (!wanted.includes(status)) {
        const throttled = status === "429";
        throw failed(code ?? `http-${status}`, throttled || status.startsWith("5"), {
          throttled,
          retryAfterSeconds,
        });
      }
      const parsed = schema.safeParse(body);
      if (!parsed.success) throw failed("unreadable-answer", false);
      return parsed.data;
    },
  };
}

/** What the client threw instead of answering (`@azure/identity` and `@azure/core-rest-pipeline`, errors). */
function codeOf(cause: unknown): "no-credential" | "unreadable-answer" | "unreachable" {
  if (!(cause instanceof Error)) return "unreachable";
  // Azure was never asked: the function's own identity gave no token.
  if (/^(CredentialUnavailable|Authentication)/.test(cause.name)) return "no-credential";
  return "code" in cause && cause.code === "PARSE_ERROR" ? "unreadable-answer" : "unreachable";
}
