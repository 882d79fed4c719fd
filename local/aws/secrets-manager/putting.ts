/** PutSecretValue: a version is made once and never changed; its id is the caller's token. */
import type { PutInput } from "./inputs.ts";
import { attachAll, current } from "./labels.ts";
import { withinLimit, withRoom } from "./limits.ts";
import { noRequestToken, noValue, tokenInUse, twoValues } from "./refusals.ts";
import type { Secret, SecretStore, Value, Version } from "./secret-store.ts";

/**
 * What a secret's first version gets, when the caller asks for other labels than AWSCURRENT: that label too, as
 * the reference says of first versions, or only what was asked for. No source shows such a call.
 */
export type FirstVersion = "current" | "as-asked";

/** Throws `Refusal` for a call without a token, or with none or two values. */
export function parseValue(request: PutInput): { readonly token: string; readonly value: Value } {
  const { ClientRequestToken: token, SecretString, SecretBinary } = request;
  if (token === undefined) throw noRequestToken();
  if (SecretString !== undefined && SecretBinary !== undefined) throw twoValues();
  if (SecretString !== undefined) return { token, value: { SecretString } };
  if (SecretBinary !== undefined) return { token, value: { SecretBinary } };
  throw noValue();
}

/** The same token with the same value is the same call once more. Throws `Refusal` for another value. */
export function sameAgain(secret: Secret, existing: Version, value: Value): void {
  const [put, kept] = [Object.entries(value), Object.entries(existing.value)];
  if (JSON.stringify(put) !== JSON.stringify(kept)) throw tokenInUse(existing.id, secret.arn);
}

/** Throws `Refusal` when the secret has no room for one more version or label. */
export function addVersion(
  store: SecretStore,
  secret: Secret,
  version: Version,
  wanted: readonly string[] | undefined,
  firstVersion: FirstVersion,
): void {
  const { contents } = secret;
  const isFirst = contents.versions.size === 0;
  const asked = wanted ?? [current];
  const labels = isFirst && firstVersion === "current" ? [...new Set([current, ...asked])] : asked;
  const versions = withRoom(contents, version.createdAtMs).set(version.id, version);
  store.change(secret, { versions, labels: withinLimit(attachAll(contents.labels, labels, version.id)) });
}
