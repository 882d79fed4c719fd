/**
 * The Key Vault adapter, over Microsoft's REST client and its vault authentication. The certificates client of
 * the SDK is not used: it drops the CSR from the answer to a create, and reads a certificate before it reads a
 * pending request, so a vault that answers 404 for a name whose first version is pending would look empty.
 *
 * REST: https://learn.microsoft.com/azure/key-vault/certificates/create-certificate-scenarios
 */
import { setTimeout as pause } from "node:timers/promises";
import type { TokenCredential } from "@azure/core-auth";
import { keyVaultAuthenticationPolicy } from "@azure/keyvault-common";
import {
  type Client,
  type ClientOptions,
  getClient,
  type PathUncheckedResponse,
} from "@azure-rest/core-client";
import * as z from "zod";
import { CLOUD_CODE, CloudError } from "../runtime/errors.ts";
import { comparePolicy, policyOf } from "./azure-policy.ts";
import type { Vault, VaultCertificate } from "./vault.ts";

const API_VERSION = "2025-07-01";

/**
 * The pauses after a throttled call, as the vault's guide says. The client waits by itself only when it is told how
 * long, and a vault does not tell. https://learn.microsoft.com/azure/key-vault/general/overview-throttling
 */
const BACK_OFF_MS: readonly number[] = [1_000, 2_000];

/**
 * With all its retries. The brain waits 30 seconds for a verb, and a verb makes three calls at most, but for a request
 * that another run's renewal overtakes: then it looks again by itself.
 */
const CALL_MAX_MS = 9_000;

const CertificateBundle = z.object({
  /** `https://<vault>/certificates/<name>/<version>`; the version alone is kept. */
  id: z
    .string()
    .regex(/\/[0-9a-f]{32}$/)
    .transform((id) => id.slice(-32)),
  /** Missing while the first version waits for its merge. */
  cer: z.base64().optional(),
  attributes: z.object({ enabled: z.boolean(), created: z.int() }),
});
const CertificateOperation = z.object({
  status: z.string(),
  request_id: z.string(),
  csr: z.base64().optional(),
});
const VaultFailure = z.object({
  error: z.object({
    code: z.string().regex(CLOUD_CODE),
    message: z.string().optional(),
    innererror: z.object({ code: z.string() }).optional().catch(undefined),
  }),
});

/** Inner codes of a 409 for a name whose certificate was deleted: https://github.com/pulumi/pulumi/issues/14245 */
const DELETED: readonly string[] = ["ObjectIsDeletedButRecoverable", "ObjectIsBeingDeleted"];

/** `uri` is such as `https://<name>.vault.azure.net/`. */
export function keyVaultClient(
  uri: string,
  credential: TokenCredential,
  options: ClientOptions = {},
): Client {
  const client = getClient(uri, { ...options, apiVersion: API_VERSION });
  client.pipeline.addPolicy(keyVaultAuthenticationPolicy(credential));
  return client;
}

/** `note` is told the vault's id of each request. */
export function keyVault(
  client: Client,
  backOffMs: readonly number[] = BACK_OFF_MS,
  note: (requestId: string) => void = () => {},
): Vault {
  const certificate = (name: string, rest = "") =>
    client.pathUnchecked(`/certificates/${encodeURIComponent(name)}${rest}`);
  const call = (operation: string, name: string) => caller({ operation, target: name }, backOffMs, note);

  return {
    compares: false,
    async readCertificate(name) {
      const answer = await call("GetCertificate", name)((bound) => certificate(name).get(bound));
      if (answer.code === "CertificateNotFound") return null;
      const bundle = answer.expect("200", CertificateBundle);
      return bundle.cer === undefined ? null : toCertificate(bundle, bundle.cer);
    },
    async readRequest(name) {
      const answer = await call(
        "GetCertificateOperation",
        name,
      )((bound) => certificate(name, "/pending").get(bound));
      // A name that never had a certificate has no pending operation either.
      if (answer.code === "PendingCertificateNotFound" || answer.code === "CertificateNotFound") return null;
      const operation = answer.expect("200", CertificateOperation);
      return isInProgress(operation) ? answer.request(operation) : null;
    },
    async readPolicyFaults(name, policy) {
      const answer = await call(
        "GetCertificatePolicy",
        name,
      )((bound) => certificate(name, "/policy").get(bound));
      return comparePolicy(answer.expect("200", z.unknown()), policy);
    },
    async createRequest(name, policy) {
      const body = { policy: policyOf(policy) };
      const answer = await call(
        "CreateCertificate",
        name,
      )((bound) => certificate(name, "/create").post({ body, ...bound }));
      // 409 with the code "Forbidden" is how the vault says that a request is in progress.
      if (answer.status === "409" && answer.code === "Forbidden") return "request-pending";
      if (answer.status === "409" && DELETED.includes(answer.innerCode ?? "")) return "deleted";
      if (answer.status === "409" && answer.code === "Conflict") return "taken";
      return answer.request(answer.expect("202", CertificateOperation));
    },
    async dropRequest(name) {
      const answer = await call(
        "DeleteCertificateOperation",
        name,
      )((bound) => certificate(name, "/pending").delete(bound));
      if (answer.code === "PendingCertificateNotFound") return "gone";
      answer.expect("200", CertificateOperation);
      return "dropped";
    },
    async merge(name, chain) {
      const body = { x5c: chain.map((der) => Buffer.from(der).toString("base64")) };
      const answer = await call(
        "MergeCertificate",
        name,
      )((bound) => certificate(name, "/pending/merge").post({ body, ...bound }));
      if (answer.code === "PendingCertificateNotFound") return "gone";
      if (answer.status === "400" && /public key/i.test(answer.message)) return "other-key";
      const bundle = answer.expect("201", CertificateBundle.required({ cer: true }));
      return toCertificate(bundle, bundle.cer);
    },
  };
}

/** "inProgress" in the protocol, "InProgress" in one of Microsoft's pages. */
function isInProgress(operation: z.infer<typeof CertificateOperation>): boolean {
  return operation.status.toLowerCase() === "inprogress";
}

function toCertificate(bundle: z.infer<typeof CertificateBundle>, cer: string): VaultCertificate {
  return {
    version: bundle.id,
    enabled: bundle.attributes.enabled,
    createdAt: bundle.attributes.created,
    leaf: Buffer.from(cer, "base64"),
  };
}

type Bound = { readonly abortSignal: AbortSignal };

/** What the client threw instead of answering (`@azure/identity` and `@azure/core-rest-pipeline`, errors). */
function codeOf(cause: unknown): "no-credential" | "unreadable-answer" | "unreachable" {
  if (!(cause instanceof Error)) return "unreachable";
  // The vault was never asked: the function's own identity gave no token.
  if (/^(CredentialUnavailable|Authentication)/.test(cause.name)) return "no-credential";
  return "code" in cause && cause.code === "PARSE_ERROR" ? "unreadable-answer" : "unreachable";
}

type Place = { readonly operation: string; readonly target: string };

/** Makes one call and reads its error code, so that each method names only the codes it has a meaning for. */
function caller(place: Place, backOffMs: readonly number[], note: (requestId: string) => void) {
  const fail = (
    code: string,
    retryable: boolean,
    more: { readonly cause?: unknown; readonly throttled?: boolean } = {},
  ) => new CloudError({ provider: "azure", ...place, code, retryable, ...more });
  return async (send: (bound: Bound) => PromiseLike<PathUncheckedResponse>) => {
    let response: PathUncheckedResponse;
    try {
      const bound = { abortSignal: AbortSignal.timeout(CALL_MAX_MS) };
      response = await send(bound);
      for (const ms of backOffMs) {
        if (response.status !== "429") break;
        await pause(ms, undefined, { signal: bound.abortSignal });
        response = await send(bound);
      }
    } catch (cause) {
      throw fail(codeOf(cause), true, { cause });
    }
    const { status, body, headers } = response;
    // https://learn.microsoft.com/azure/key-vault/general/common-parameters-and-headers
    const requestId = headers["x-ms-request-id"];
    if (requestId !== undefined) note(requestId);
    const failure = VaultFailure.safeParse(body);
    const code = failure.success ? failure.data.error.code : undefined;
    return {
      status,
      code,
      innerCode: failure.success ? failure.data.error.innererror?.code : undefined,
      message: failure.success ? (failure.data.error.message ?? "") : "",
      expect<T>(wanted: string, schema: z.ZodType<T>): T {
        const throttled = status === "429";
        if (status !== wanted)
          throw fail(code ?? `http-${status}`, throttled || status.startsWith("5"), { throttled });
        const parsed = schema.safeParse(body);
        if (!parsed.success) throw fail("unreadable-answer", false);
        return parsed.data;
      },
      request(operation: z.infer<typeof CertificateOperation>) {
        if (operation.csr === undefined) throw fail("csr-missing", true);
        return { requestId: operation.request_id, csr: Buffer.from(operation.csr, "base64") };
      },
    };
  };
}
