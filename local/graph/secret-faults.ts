/** What a deployment must never do with its secrets and their keys, found in its resources. */
import type { Resource } from "./schema.ts";
import { viewSecrets } from "./secret-views.ts";

const KEY = "aws:kms/key:Key";
const SECRET = "aws:secretsmanager/secret:Secret";
const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

/** Returns one sentence for each fault. */
export function findSecretFaults(resources: readonly Resource[]): string[] {
  return [
    ...viewSecrets(resources)
      .filter(({ kmsKeyArn }) => kmsKeyArn === undefined)
      .map(({ name }) => `${name}: has no key of its own, so whoever may read it needs no key`),
    ...of(resources, SECRET)
      .filter(({ inputs }) => inputs["recoveryWindowInDays"] === 0)
      .map(({ name }) => `${name}: is deleted at once, and cannot be restored`),
    ...of(resources, SECRET_VERSION).map(
      ({ name }) => `${name}: puts a value into the deployment, and so into its state`,
    ),
    ...of(resources, KEY).flatMap(keyFaults),
  ];
}

function keyFaults({ name, inputs, protect, retainOnDelete }: Resource): string[] {
  return [
    ...(inputs["enableKeyRotation"] === true ? [] : [`${name}: is never rotated`]),
    ...(inputs["isEnabled"] === false ? [`${name}: is disabled`] : []),
    ...(inputs["bypassPolicyLockoutSafetyCheck"] === true ? [`${name}: may lock everybody out`] : []),
    // Without its key no version of a secret can be read again.
    ...(protect && retainOnDelete ? [] : [`${name}: may be deleted with the deployment`]),
  ];
}

const of = (resources: readonly Resource[], wanted: string) =>
  resources.filter(({ type }) => type === wanted);
