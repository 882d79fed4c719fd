/**
 * What the labelled versions of relay's secret hold. Each version is fetched once and kept while it has a label:
 * it never changes, and its key should not travel more often than it must.
 */
import * as z from "zod";
import type { Label } from "./log.ts";
import type { ServerSecret } from "./server-secret.ts";
import type { ServerCertificate } from "./tls.ts";

/** A request is the beginning of a certificate, and concerns relay in nothing. */
const SecretValue = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("request") }),
  z.object({ kind: z.literal("certificate"), privateKey: z.string(), certificate: z.string() }),
]);

export type SecretVersion =
  /** It could not be read, which is neither there nor gone. */
  | { readonly kind: "unreadable"; readonly versionId: string }
  /** A request, or a version that is not there. */
  | { readonly kind: "nothing"; readonly versionId: string }
  | { readonly kind: "malformed"; readonly versionId: string }
  | { readonly kind: "certificate"; readonly versionId: string; readonly certificate: ServerCertificate };

export class SecretVersions {
  readonly #secret: ServerSecret;
  #kept = new Map<string, SecretVersion>();

  constructor(secret: ServerSecret) {
    this.#secret = secret;
  }

  /** By label. Undefined when not even the labels could be read. */
  async read(): Promise<ReadonlyMap<Label, SecretVersion> | undefined> {
    const labels = await readOr(undefined, () => this.#secret.readLabels());
    if (labels === undefined) return undefined;
    const versions = new Map<Label, SecretVersion>();
    for (const [label, versionId] of labels) versions.set(label, await this.#version(versionId));
    const known = [...versions.values()].filter(isFinal);
    this.#kept = new Map(known.map((version) => [version.versionId, version]));
    return versions;
  }

  async #version(versionId: string): Promise<SecretVersion> {
    const kept = this.#kept.get(versionId);
    if (kept !== undefined) return kept;
    const read = await readOr("failed" as const, async () => ({
      text: await this.#secret.readVersion(versionId),
    }));
    if (read === "failed") return { kind: "unreadable", versionId };
    const version = parseVersion(versionId, read.text);
    // Two labels may be on one version.
    if (isFinal(version)) this.#kept.set(versionId, version);
    return version;
  }
}

const isFinal = ({ kind }: SecretVersion): boolean => kind === "certificate" || kind === "malformed";

function parseVersion(versionId: string, text: string | undefined): SecretVersion {
  if (text === undefined) return { kind: "nothing", versionId };
  const value = parseValue(text);
  if (value === undefined) return { kind: "malformed", versionId };
  if (value.kind === "request") return { kind: "nothing", versionId };
  const certificate = { privateKeyPem: value.privateKey, chainPem: value.certificate };
  return { kind: "certificate", versionId, certificate };
}

function parseValue(text: string): z.infer<typeof SecretValue> | undefined {
  try {
    return SecretValue.parse(JSON.parse(text));
  } catch {
    // What is wrong with it would quote it, and there is a key in it.
    return undefined;
  }
}

async function readOr<T, Otherwise>(otherwise: Otherwise, read: () => Promise<T>): Promise<T | Otherwise> {
  try {
    return await read();
  } catch {
    return otherwise;
  }
}
