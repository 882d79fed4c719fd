/**
 * Who may call the local AWS: each role's session gets credentials of its own, made at random and valid nowhere
 * else. Key ids carry none of AWS's prefixes, so that no scanner and no reader takes them for real ones.
 */
import { randomBytes } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface Identity {
  /** `arn:aws:iam::<account>:role/[path/]<name>`. */
  readonly roleArn: string;
  readonly sessionName: string;
  /** `arn:aws:sts::<account>:assumed-role/<name>/<session>`, as refusals name the caller. */
  readonly sessionArn: string;
  readonly accountId: string;
  /** The function that runs as this session, when one does. */
  readonly functionArn: string | undefined;
  readonly expiresAtMs: number;
  readonly credentials: Credentials;
}

export interface IssueRequest {
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly functionArn?: string;
  /** Default: 12 hours. */
  readonly lifetimeSeconds?: number;
}

const defaultLifetimeSeconds = 12 * 3600;

export class Identities {
  readonly #clock: () => number;
  readonly #byKey = new Map<string, Identity>();

  /** `clock` tells milliseconds since the epoch. */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  issue(request: IssueRequest): Identity {
    const { accountId, name } = parseRoleArn(request.roleArn);
    const sessionName = request.sessionName ?? name;
    const identity: Identity = {
      roleArn: request.roleArn,
      sessionName,
      sessionArn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`,
      accountId,
      functionArn: request.functionArn,
      expiresAtMs: this.#clock() + (request.lifetimeSeconds ?? defaultLifetimeSeconds) * 1000,
      credentials: {
        accessKeyId: `LOCAL${randomBytes(8).toString("hex").toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString("base64url"),
        sessionToken: randomBytes(96).toString("base64"),
      },
    };
    this.#byKey.set(identity.credentials.accessKeyId, identity);
    return identity;
  }

  find(accessKeyId: string): Identity | undefined {
    return this.#byKey.get(accessKeyId);
  }
}

function parseRoleArn(roleArn: string): { accountId: string; name: string } {
  const match = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@/-]+\/)?([\w+=,.@-]{1,64})$/.exec(roleArn);
  const [, accountId, name] = match ?? [];
  if (accountId === undefined || name === undefined) {
    throw new Error(
      `${roleArn} is not the ARN of a role: give one like arn:aws:iam::111122223333:role/the-name`,
    );
  }
  return { accountId, name };
}
