/**
 * A secret of Secrets Manager that holds API keys, in memory. What it does by itself is what the API reference of
 * PutSecretValue and UpdateSecretVersionStage says: the version that AWSCURRENT is taken from becomes AWSPREVIOUS, and
 * a secret's first version becomes the current one (or not: that reference says two things). A read may be of some
 * seconds ago.
 */
import type { KeyLabel } from "../../shared/keys/api-key-ports.ts";
import type { KeyLabels, LabelledKey } from "../../shared/keys/api-key-schema.ts";
import { type ApiKey, parseApiKey } from "../../shared/keys/api-key-value.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { Secret } from "../../shared/runtime/secret.ts";

interface Version {
  readonly createdAt: Instant;
  readonly value: Secret;
  /** As it was read once: a version never changes, and it is looked at all the time. */
  read?: ApiKey | null;
}
type Placed = ReadonlyMap<KeyLabel, string>;

const KEPT_SECONDS = 60;

export class KeySecretModel {
  readonly versions = new Map<string, Version>();
  /** Marked for deletion, until a person restores it. */
  deletedUntil: Instant = 0;
  readonly #isFirstCurrent: boolean;
  readonly #clock: () => Instant;
  #history: { readonly at: Instant; readonly placed: Placed }[] = [{ at: 0, placed: new Map() }];

  constructor(clock: () => Instant, isFirstCurrent = true) {
    this.#clock = clock;
    this.#isFirstCurrent = isFirstCurrent;
  }

  get deleted(): boolean {
    return this.#clock() < this.deletedUntil;
  }

  get placed(): Placed {
    return this.#history.at(-1)?.placed ?? new Map();
  }

  write(versionId: string, value: Secret): void {
    if (this.versions.has(versionId)) return;
    const isFirst = this.versions.size === 0;
    this.versions.set(versionId, { createdAt: this.#clock(), value });
    if (isFirst && this.#isFirstCurrent) this.attach("AWSCURRENT", versionId);
  }

  move(label: KeyLabel, from: string | null, to: string | null): "moved" | "elsewhere" {
    if ((this.placed.get(label) ?? null) !== from || (to !== null && !this.versions.has(to)))
      return "elsewhere";
    this.attach(label, to);
    return "moved";
  }

  /** Also a person's hand. The service does not take AWSCURRENT off altogether. */
  attach(label: KeyLabel, to: string | null): void {
    const placed = new Map(this.placed);
    const from = placed.get(label);
    if (to === null) placed.delete(label);
    else placed.set(label, to);
    if (label === "AWSCURRENT" && from !== undefined && from !== to) {
      placed.set("AWSPREVIOUS", from);
      if (placed.get("AWSPENDING") === from) placed.delete("AWSPENDING");
    }
    const at = this.#clock();
    // The last one before that time says how labels were at it.
    const first = this.#history.findLastIndex((entry) => entry.at < at - KEPT_SECONDS);
    this.#history = [...this.#history.slice(Math.max(first, 0)), { at, placed }];
  }

  /** Labels as they were so long ago. */
  placedAgo(seconds: number): Placed {
    const at = this.#clock() - seconds;
    return this.#history.findLast((entry) => entry.at <= at)?.placed ?? new Map();
  }

  keyOf(versionId: string | undefined): ApiKey | null {
    const version = this.versions.get(versionId ?? "");
    if (version === undefined) return null;
    version.read ??= parseApiKey(version.value);
    return version.read;
  }

  labelsOf(placed: Placed): KeyLabels {
    const labelled = (label: KeyLabel): LabelledKey | null => {
      const versionId = placed.get(label);
      const version = this.versions.get(versionId ?? "");
      if (versionId === undefined || version === undefined) return null;
      return { versionId, createdAt: version.createdAt, key: this.keyOf(versionId)?.facts ?? null };
    };
    return {
      current: labelled("AWSCURRENT"),
      pending: labelled("AWSPENDING"),
      previous: labelled("AWSPREVIOUS"),
    };
  }

  /** What relay accepts that has looked. */
  acceptedBy(placed: Placed): string[] {
    return [...placed.values()].flatMap((versionId) => this.keyOf(versionId)?.facts.id ?? []);
  }

  /** A person types a value of their own. */
  putForeign(versionId: string): void {
    this.versions.set(versionId, { createdAt: this.#clock(), value: new Secret("hunter2") });
    this.attach("AWSCURRENT", versionId);
  }
}
