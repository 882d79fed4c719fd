/**
 * What relay accepts of one API key's secret: the versions with one of the three labels. Of a key only its digest is
 * kept. A reading may be some seconds old, so a key that is not found any more is accepted for one look longer.
 */
import type { KeyFacts, KeyId } from "../../shared/keys/api-key-schema.ts";
import { parseApiKey } from "../../shared/keys/api-key-value.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import { digestOf } from "./api-key-check.ts";
import type { LabelledSecret } from "./labelled-secret.ts";
import type { Label, UnusableKeyReason } from "./log.ts";
import { type SecretVersion, SecretVersions, type VersionRules } from "./secret-versions.ts";

/** A key as relay keeps it. */
export interface KnownKey {
  readonly digest: string;
  readonly facts: KeyFacts;
}

export interface KeyFault {
  readonly reason: UnusableKeyReason;
  /** Undefined when the whole secret could not be read. */
  readonly label?: Label;
  readonly versionId?: string;
}

const API_KEY_VERSIONS: VersionRules<KnownKey> = {
  labels: ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"],
  parse(text) {
    const read = parseApiKey(new Secret(text));
    return read === null
      ? "malformed"
      : { value: { digest: digestOf(read.key.unwrap()), facts: read.facts } };
  },
};

interface Held {
  readonly facts: KeyFacts;
  readonly missed: boolean;
}

export class KeyRing {
  readonly #versions: SecretVersions<KnownKey>;
  /** By digest. Those with `missed` are accepted still, and not said to be loaded. */
  #known = new Map<string, Held>();
  #isComplete = false;

  constructor(secret: LabelledSecret) {
    this.#versions = new SecretVersions(secret, API_KEY_VERSIONS);
  }

  /** True once everything that has a label could be read at one look. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  get loadedIds(): KeyId[] {
    return [...this.#known.values()].flatMap(({ facts, missed }) => (missed ? [] : [facts.id]));
  }

  find(digest: string): KeyFacts | undefined {
    return this.#known.get(digest)?.facts;
  }

  /** Says what is wrong; what it could not read changes nothing. */
  async look(): Promise<KeyFault[]> {
    const versions = await this.#versions.read();
    if (versions === undefined) return [{ reason: "unreadable" }];
    const found = [...versions.values()].flatMap((version) =>
      version.kind === "read" ? [version.value] : [],
    );
    const faults = [...versions].flatMap(([label, version]) => faultOf(label, version));
    // A version that could not be read never was: a known key has been read, and stays so while it has a label.
    this.#known = new Map([...this.#missing(), ...found.map(asFound)]);
    if (faults.every(({ reason }) => reason !== "unreadable")) this.#isComplete = true;
    return faults;
  }

  /** What is known, as not found this time; what was not found the last time either is left out. */
  #missing(): Map<string, Held> {
    return new Map(
      [...this.#known].flatMap(([digest, { facts, missed }]) =>
        missed ? [] : [[digest, { facts, missed: true }] as const],
      ),
    );
  }
}

const asFound = ({ digest, facts }: KnownKey) => [digest, { facts, missed: false }] as const;

/** A version that is named by a label and not there was read between two writes: the next look tells. */
function faultOf(label: Label, { kind, versionId }: SecretVersion<KnownKey>): KeyFault[] {
  return kind === "unreadable" || kind === "malformed" ? [{ reason: kind, label, versionId }] : [];
}
