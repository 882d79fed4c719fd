/**
 * The secrets, their versions and labels. A change is kept at once; for a second afterwards a read may still see
 * what was there before, because reads come from wherever the service has a copy.
 */
import type { Kernel } from "../../stand-in/kernel.ts";
import type { Labels } from "./labels.ts";

export type Value = { readonly SecretString: string } | { readonly SecretBinary: string };

export interface Version {
  readonly id: string;
  readonly value: Value;
  readonly createdAtMs: number;
  /** Undefined for the account's own key. */
  readonly kmsKeyArn: string | undefined;
}

export interface Contents {
  /** By id, in the order of their creation. */
  readonly versions: ReadonlyMap<string, Version>;
  readonly labels: Labels;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly kmsKeyArn: string | undefined;
  readonly createdAtMs: number;
  contents: Contents;
  lastChangedAtMs: number;
  /** When it goes for good, once it was marked for deletion. */
  deletionAtMs: number | undefined;
  /** Version id -> the start of the day of its last read. */
  readonly accessedAtMs: Map<string, number>;
  before: Contents;
}

export interface NewSecret {
  readonly name: string;
  readonly arn: string;
  readonly kmsKeyArn?: string | undefined;
}

const staleMsMax = 1000;
const dayMs = 86_400_000;

export class SecretStore {
  readonly #kernel: Kernel;
  readonly #clock: () => number;
  readonly #secrets = new Map<string, Secret>();

  constructor(kernel: Kernel, clock: () => number) {
    this.#kernel = kernel;
    this.#clock = clock;
  }

  create({ name, arn, kmsKeyArn }: NewSecret): void {
    if (this.#secrets.has(arn)) throw new Error(`the secret ${arn} exists already`);
    const nowMs = this.#clock();
    const empty = { versions: new Map(), labels: new Map() };
    this.#secrets.set(arn, {
      arn,
      name,
      kmsKeyArn,
      createdAtMs: nowMs,
      contents: empty,
      before: empty,
      lastChangedAtMs: nowMs,
      deletionAtMs: undefined,
      accessedAtMs: new Map(),
    });
  }

  /**
   * By its name, its ARN, or its ARN without the suffix that the service adds. An ARN that ends in a hyphen and six
   * characters is always taken for complete.
   */
  find(id: string): Secret | undefined {
    const secrets = [...this.#secrets.values()];
    if (!id.startsWith("arn:")) return secrets.find(({ name }) => name === id);
    const exact = this.#secrets.get(id);
    if (exact !== undefined || /-[A-Za-z0-9]{6}$/.test(id)) return exact;
    const matches = secrets.filter(({ arn }) => arn.slice(0, -7) === id);
    return matches.length === 1 ? matches[0] : undefined;
  }

  /** What a read sees. */
  seen(secret: Secret): Contents {
    const fresh = this.#clock() >= secret.lastChangedAtMs + staleMsMax;
    if (fresh || !this.#kernel.faults.chance("secretsmanager stale read", 0.3)) return secret.contents;
    return secret.before;
  }

  change(secret: Secret, contents: Contents): void {
    secret.before = secret.contents;
    secret.contents = contents;
    secret.lastChangedAtMs = this.#clock();
  }

  accessed(secret: Secret, versionId: string): void {
    const nowMs = this.#clock();
    secret.accessedAtMs.set(versionId, nowMs - (nowMs % dayMs));
  }
}
