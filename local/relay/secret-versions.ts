/**
 * What the labelled versions of a secret hold. Each version is fetched once and kept while it has a label: it never
 * changes, and what is secret in it should not travel more often than it must.
 */
import type { LabelledSecret } from "./labelled-secret.ts";
import type { Label } from "./log.ts";

export type SecretVersion<Value> =
  /** It could not be read, which is neither there nor gone. */
  | { readonly kind: "unreadable"; readonly versionId: string }
  /** A version that is not there, or that concerns relay in nothing. */
  | { readonly kind: "nothing"; readonly versionId: string }
  | { readonly kind: "malformed"; readonly versionId: string }
  | { readonly kind: "read"; readonly versionId: string; readonly value: Value };

export interface VersionRules<Value> {
  /** The only ones that are looked at. */
  readonly labels: readonly Label[];
  /** Must not throw: an error's text could quote what is secret. */
  readonly parse: (text: string) => { readonly value: Value } | "nothing" | "malformed";
}

export class SecretVersions<Value> {
  readonly #secret: LabelledSecret;
  readonly #rules: VersionRules<Value>;
  #kept = new Map<string, SecretVersion<Value>>();

  constructor(secret: LabelledSecret, rules: VersionRules<Value>) {
    this.#secret = secret;
    this.#rules = rules;
  }

  /** By label. Undefined when not even the labels could be read. */
  async read(): Promise<ReadonlyMap<Label, SecretVersion<Value>> | undefined> {
    const labels = await readOr(undefined, () => this.#secret.readLabels());
    if (labels === undefined) return undefined;
    const versions = new Map<Label, SecretVersion<Value>>();
    for (const label of this.#rules.labels) {
      const versionId = labels.get(label);
      if (versionId !== undefined) versions.set(label, await this.#version(versionId));
    }
    const known = [...versions.values()].filter(isFinal);
    this.#kept = new Map(known.map((version) => [version.versionId, version]));
    return versions;
  }

  async #version(versionId: string): Promise<SecretVersion<Value>> {
    const kept = this.#kept.get(versionId);
    if (kept !== undefined) return kept;
    const read = await readOr("failed" as const, async () => ({
      text: await this.#secret.readVersion(versionId),
    }));
    if (read === "failed") return { kind: "unreadable", versionId };
    const version = this.#parse(versionId, read.text);
    // Two labels may be on one version.
    if (isFinal(version)) this.#kept.set(versionId, version);
    return version;
  }

  #parse(versionId: string, text: string | undefined): SecretVersion<Value> {
    const parsed = text === undefined ? "nothing" : this.#rules.parse(text);
    return typeof parsed === "string"
      ? { kind: parsed, versionId }
      : { kind: "read", versionId, value: parsed.value };
  }
}

const isFinal = ({ kind }: SecretVersion<unknown>): boolean => kind === "read" || kind === "malformed";

async function readOr<T, Otherwise>(otherwise: Otherwise, read: () => Promise<T>): Promise<T | Otherwise> {
  try {
    return await read();
  } catch {
    return otherwise;
  }
}
