/**
 * Secrets of Key Vault, over Microsoft's client. Setting one and looking at its versions needs no right to read a value
 * (https://learn.microsoft.com/azure/role-based-access-control/permissions/security); no value is in what is thrown.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { TokenCredential } from "@azure/core-auth";
import { SecretClient, type SecretClientOptions, type SecretProperties } from "@azure/keyvault-secrets";
import * as z from "zod";
import { CLOUD_CODE, CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import { newestOf } from "./newest.ts";
import type { SecretVersion, VaultSecrets } from "./vault-secrets.ts";

const API_VERSION = "2025-07-01";
/** A throttled vault does not say for how long: https://learn.microsoft.com/azure/key-vault/general/overview-throttling */
const BACK_OFF_MS: readonly number[] = [1_000, 2_000];
/** With its pauses. The brain waits 30 seconds for a verb, which makes three calls. */
const CALL_MAX_MS = 9_000;
/** A key that is rotated each day has as many in years, and a vault keeps them all. */
const VERSIONS_MAX = 2_000;

export function keyVaultSecretClient(
  uri: string,
  credential: TokenCredential,
  options: SecretClientOptions = {},
): SecretClient {
  // A call that is repeated where nobody sees it would add a version more.
  const retryOptions = { maxRetries: 0 };
  return new SecretClient(uri, credential, { ...options, serviceVersion: API_VERSION, retryOptions });
}

export interface KeyVaultSecretsOptions {
  /** The pauses after a throttled call. */
  readonly backOffMs?: readonly number[] | undefined;
  /** Told the vault's id of each request. */
  readonly note?: ((requestId: string) => void) | undefined;
}

export function keyVaultSecrets(
  client: SecretClient,
  { backOffMs = BACK_OFF_MS, note = () => {} }: KeyVaultSecretsOptions = {},
): VaultSecrets {
  const ask = <T>(operation: string, target: string, send: (options: CallOptions) => Promise<T>) =>
    call({ operation, target, backOffMs, note }, send);

  return {
    async readNewest(name) {
      const listed = await ask("GetSecretVersions", name, (options) => list(client, name, options));
      if (listed instanceof VaultRefusal) throw listed.asError();
      if (listed.some(({ managed }) => managed === true)) return "taken";
      const versions = listed.map((properties) => toVersion(properties, "GetSecretVersions", name));
      if (versions.length > 0) return newestOf(versions);
      const deleted = await ask("GetDeletedSecret", name, (options) =>
        client.getDeletedSecret(name, options),
      );
      if (!(deleted instanceof VaultRefusal)) return "deleted";
      // Without the right to see it, what is deleted looks like nothing; a vault lets nobody set it.
      if (deleted.code === "SecretNotFound" || deleted.status === 403) return null;
      throw deleted.asError();
    },
    async readCurrent(name) {
      const read = await ask("GetSecret", name, (options) => client.getSecret(name, options));
      if (read instanceof VaultRefusal) {
        if (read.code === "SecretNotFound") return null;
        if (read.innerCode === "SecretDisabled") return "disabled";
        throw read.asError();
      }
      // With the private key of that certificate.
      if (read.properties.managed === true) return "taken";
      if (read.value === undefined) throw unreadable("GetSecret", name);
      const { version, createdAt } = toVersion(read.properties, "GetSecret", name);
      return { version, createdAt, value: new Secret(read.value) };
    },
    async set(name, { value, tags, contentType }) {
      const set = await ask("SetSecret", name, (options) =>
        client.setSecret(name, value.unwrap(), { tags: { ...tags }, contentType, ...options }),
      );
      if (!(set instanceof VaultRefusal)) return toVersion(set.properties, "SetSecret", name);
      if (set.status !== 409) throw set.asError();
      return DELETED.includes(set.innerCode ?? "") ? "deleted" : "taken";
    },
  };
}

/** https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/keyvault/Azure.Security.KeyVault.Secrets/samples */
const DELETED: readonly string[] = ["ObjectIsDeletedButRecoverable", "ObjectIsBeingDeleted"];

async function list(
  client: SecretClient,
  name: string,
  options: CallOptions,
): Promise<readonly SecretProperties[]> {
  const listed: SecretProperties[] = [];
  for await (const one of client.listPropertiesOfSecretVersions(name, options)) {
    listed.push(one);
    // The newest may be among those that are left.
    if (listed.length > VERSIONS_MAX) throw failed("GetSecretVersions", name, "too-many-versions", false);
  }
  return listed;
}

function toVersion(properties: SecretProperties, operation: string, name: string): SecretVersion {
  const { version, enabled, createdOn, tags = {}, contentType = null } = properties;
  if (version === undefined || enabled === undefined || createdOn === undefined)
    throw unreadable(operation, name);
  return { version, enabled, createdAt: Math.floor(createdOn.getTime() / 1000), tags, contentType };
}

interface CallOptions {
  readonly abortSignal: AbortSignal;
  readonly onResponse: (response: { readonly headers: { get(name: string): string | undefined } }) => void;
}

interface Place {
  readonly operation: string;
  readonly target: string;
  readonly backOffMs: readonly number[];
  readonly note: (requestId: string) => void;
}

/** What the vault itself said no with. */
class VaultRefusal {
  readonly status: number;
  readonly code: string;
  readonly innerCode: string | undefined;
  readonly #place: Place;

  constructor(status: number, code: string, innerCode: string | undefined, place: Place) {
    this.status = status;
    this.code = code;
    this.innerCode = innerCode;
    this.#place = place;
  }

  asError(): CloudError {
    const throttled = this.status === 429;
    const { operation, target } = this.#place;
    const retryable = throttled || this.status >= 500;
    return new CloudError({ provider: "azure", operation, target, code: this.code, retryable, throttled });
  }
}

async function call<T>(place: Place, send: (options: CallOptions) => Promise<T>): Promise<T | VaultRefusal> {
  const abortSignal = AbortSignal.timeout(CALL_MAX_MS);
  const onResponse: CallOptions["onResponse"] = ({ headers }) => {
    // https://learn.microsoft.com/azure/key-vault/general/common-parameters-and-headers
    const requestId = headers.get("x-ms-request-id");
    if (requestId !== undefined) place.note(requestId);
  };
  const attempt = () => send({ abortSignal, onResponse }).catch((error: unknown) => refusalOf(error, place));
  let answer = await attempt();
  for (const ms of place.backOffMs) {
    if (!(answer instanceof VaultRefusal) || answer.status !== 429) break;
    if (!(await paused(ms, abortSignal))) break;
    answer = await attempt();
  }
  return answer;
}

/** False when there is no time left for another attempt. */
const paused = (ms: number, signal: AbortSignal): Promise<boolean> =>
  pause(ms, true, { signal }).catch(() => false);

/** What the client throws (`@azure/core-rest-pipeline`, RestError): it carries the request, and so stays here. */
const Thrown = z.object({
  name: z.string(),
  statusCode: z.int().optional(),
  code: z.string().regex(CLOUD_CODE).optional().catch(undefined),
  details: z
    .object({ error: z.object({ innerError: z.object({ code: z.string() }) }) })
    .optional()
    .catch(undefined),
});

function refusalOf(error: unknown, place: Place): VaultRefusal {
  if (error instanceof CloudError) throw error;
  const { operation, target } = place;
  const thrown = Thrown.safeParse(error).data;
  if (thrown === undefined) throw failed(operation, target, "unreachable");
  const { name, statusCode, code, details } = thrown;
  // The vault was never asked: the function's own identity gave no token.
  if (/^(CredentialUnavailable|Authentication)/.test(name)) throw failed(operation, target, "no-credential");
  if (code === "PARSE_ERROR") throw unreadable(operation, target);
  if (statusCode === undefined) throw failed(operation, target, "unreachable");
  return new VaultRefusal(statusCode, code ?? `http-${statusCode}`, details?.error.innerError.code, place);
}

const failed = (operation: string, target: string, code: string, retryable = true): CloudError =>
  new CloudError({ provider: "azure", operation, target, code, retryable });

const unreadable = (operation: string, target: string): CloudError =>
  failed(operation, target, "unreadable-answer", false);
