/**
 * The secrets of the evaluated deployment from which relay takes bunny's API keys and the trust bundle. There are none
 * where the link has neither.
 */
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import { TRUST_BUNDLE } from "../../shared/link/trust.ts";
import { apiKeySecret, nameInStage } from "../../shared/runtime/deployed-names.ts";
import type { SecretParts } from "./relay-secret.ts";

export interface ReadableSecret {
  readonly arn: string;
  /** The customer's key that it is encrypted with. */
  readonly kmsKeyArn: string;
}

export interface ApiKeySecret extends ReadableSecret {
  /** The key's name in the link. */
  readonly name: string;
}

export interface WorkloadSecrets {
  readonly apiKeys: readonly ApiKeySecret[];
  readonly trustBundle: ReadableSecret | undefined;
}

/** Throws for a secret that the deployment lacks, or that is under no key of its own. */
export function workloadSecrets(
  { app, stage, secrets }: Pick<SecretParts, "app" | "stage" | "secrets">,
  link: Pick<Link, "bunnies" | "trust">,
): WorkloadSecrets {
  const find = (thing: string): ReadableSecret => {
    const wanted = nameInStage(app, stage, thing);
    const secret = secrets.find(({ name }) => name === wanted);
    if (secret === undefined) throw new Error(`the deployment has no secret ${wanted}`);
    const { arn, kmsKeyArn } = secret;
    if (kmsKeyArn === undefined) throw new Error(`${wanted} is under no key of its own`);
    return { arn, kmsKeyArn };
  };
  return {
    apiKeys: apiKeysOf(link).map(({ bunny, desired: { name } }) => ({
      name,
      ...find(apiKeySecret(bunny, name)),
    })),
    trustBundle: link.trust === undefined ? undefined : find(TRUST_BUNDLE),
  };
}

/** All of them. */
export const readableSecrets = ({ apiKeys, trustBundle }: WorkloadSecrets): ReadableSecret[] =>
  trustBundle === undefined ? [...apiKeys] : [...apiKeys, trustBundle];
