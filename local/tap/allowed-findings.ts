/**
 * Where a private key may be seen: bunny's on its way from its own vault to bunny, relay's on its way from the
 * function that makes it through Secrets Manager to relay. Anywhere else it is a leak.
 */
import type { AllowedFindings } from "./tap.ts";

/**
 * A vault's answer to a GET of one of these secrets, asked for by bunny's own identity. `from` is the caller and
 * `to` the vault's host, in the request and in its answer.
 */
export function vaultToBunny(rule: {
  /** Such as `bunny-one.vault.azure.net`. */
  readonly vaults: readonly string[];
  readonly secrets: readonly string[];
  /** As the vault knows its caller: the principal id of bunny's identity. */
  readonly identity: string;
}): AllowedFindings {
  return ({ from, to, what }) => {
    const secret = /^GET \/secrets\/([^/]+)(?:\/[^/]*)? answer$/.exec(what)?.[1];
    return (
      from === rule.identity &&
      rule.vaults.includes(to) &&
      secret !== undefined &&
      rule.secrets.includes(secret)
    );
  };
}

const SECRETS_MANAGER = "secretsmanager";
const WRITTEN = `${SECRETS_MANAGER}:PutSecretValue`;
const READ = `${SECRETS_MANAGER}:GetSecretValue answer`;

/**
 * What the function writes to Secrets Manager, what it reads there of a request that it made before, and what relay
 * reads. Callers of AWS are known by their session's ARN.
 */
export function secretToRelay(rule: {
  /** The role of the one function that makes the key. */
  readonly writerRoleArn: string;
  readonly relayRoleArn: string;
}): AllowedFindings {
  const isWriter = sessionOf(rule.writerRoleArn);
  const isRelay = sessionOf(rule.relayRoleArn);
  return ({ from, to, what }) => {
    if (what === WRITTEN) return to === SECRETS_MANAGER && isWriter(from);
    return what === READ && from === SECRETS_MANAGER && (isWriter(to) || isRelay(to));
  };
}

/** `arn:aws:sts::<account>:assumed-role/<name>/<session>`; a role's path is not in it. */
export function sessionOf(roleArn: string): (caller: string) => boolean {
  const [, account, name] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
  if (account === undefined || name === undefined) throw new Error(`${roleArn} is not the ARN of a role`);
  const prefix = `arn:aws:sts::${account}:assumed-role/${name}/`;
  return (caller) => caller.startsWith(prefix);
}
