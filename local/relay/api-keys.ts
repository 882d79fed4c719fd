/**
 * Looks after the API keys that relay accepts, each in a secret of its own. relay is not ready before it has read them
 * all once; afterwards it goes on with what it knows, whatever the secrets say or fail to say.
 */
import type { KeyFacts, KeyId } from "../../shared/keys/api-key-schema.ts";
import { realTimers, type Timers } from "../aws/timers.ts";
import { KeyRing } from "./key-ring.ts";
import type { LabelledSecret } from "./labelled-secret.ts";
import type { RelayLog } from "./log.ts";
import { LOOK_EVERY_MS, LookAgain } from "./look-again.ts";

export interface ApiKeySource {
  /** The key's name in the link. */
  readonly name: string;
  readonly secret: LabelledSecret;
}

export interface ApiKeysOptions {
  readonly sources: readonly ApiKeySource[];
  readonly log: RelayLog;
  readonly trustBundleVersion: () => string;
  readonly everyMs?: number;
  readonly timers?: Timers;
}

export class ApiKeys {
  readonly #options: ApiKeysOptions;
  readonly #rings: readonly { readonly name: string; readonly ring: KeyRing }[];
  readonly #again: LookAgain;
  readonly #ready = Promise.withResolvers<void>();
  readonly #said = new Map<string, string>();
  #onChanged: () => void = () => {};

  constructor(options: ApiKeysOptions) {
    this.#options = options;
    this.#rings = options.sources.map(({ name, secret }) => ({ name, ring: new KeyRing(secret) }));
    const timers = options.timers ?? realTimers;
    this.#again = new LookAgain(() => this.look(), options.everyMs ?? LOOK_EVERY_MS, timers);
  }

  /** Resolves once all of them have been read. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** In order. */
  get loadedIds(): KeyId[] {
    return [...new Set(this.#rings.flatMap(({ ring }) => ring.loadedIds))].toSorted();
  }

  find(digest: string): KeyFacts | undefined {
    for (const { ring } of this.#rings) {
      const facts = ring.find(digest);
      if (facts !== undefined) return facts;
    }
    return undefined;
  }

  /** Called whenever what is loaded may be another than before. */
  onChanged(listener: () => void): void {
    this.#onChanged = listener;
  }

  start(): void {
    this.#again.start();
  }

  async stop(): Promise<void> {
    await this.#again.stop();
  }

  async look(): Promise<void> {
    for (const { name, ring } of this.#rings) this.#say(name, await ring.look());
    this.#onChanged();
    if (this.#rings.every(({ ring }) => ring.isComplete)) this.#ready.resolve();
  }

  /** Once for each version and reason: said at each look it would fill the log. */
  #say(apiKey: string, faults: Awaited<ReturnType<KeyRing["look"]>>): void {
    const saying = JSON.stringify(faults);
    if ((this.#said.get(apiKey) ?? "[]") === saying) return;
    this.#said.set(apiKey, saying);
    const trustBundleVersion = this.#options.trustBundleVersion();
    for (const fault of faults) {
      this.#options.log({ event: "api-key.unusable", apiKey, ...fault, trustBundleVersion });
    }
  }
}
