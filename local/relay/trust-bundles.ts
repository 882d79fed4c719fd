/**
 * Looks after the trust bundle that relay holds its callers to: what `AWSCURRENT` of its secret says. Where nothing
 * was ever published, the CAs that relay's people gave it count. Once one is loaded relay goes on with it whatever the
 * secret says or fails to say; before it knows which is which it is not ready, as the one that it cannot read may
 * refuse somebody.
 */
import { NUMBER_STEP_MAX } from "../../shared/trust/schema.ts";
import { realTimers, type Timers } from "../aws/timers.ts";
import { type Anchors, readAnchors } from "../trust/anchors.ts";
import type { LabelledSecret } from "./labelled-secret.ts";
import type { RelayLog, UnusableBundleReason } from "./log.ts";
import { LOOK_EVERY_MS, LookAgain } from "./look-again.ts";
import { type SecretVersion, SecretVersions, type VersionRules } from "./secret-versions.ts";
import type { TrustBundle } from "./tls.ts";

export interface TrustBundlesOptions {
  readonly secret: LabelledSecret;
  /** What counts until a first one is published. */
  readonly initial: TrustBundle;
  readonly log: RelayLog;
  readonly everyMs?: number;
  readonly timers?: Timers;
}

const BUNDLE_VERSIONS: VersionRules<Anchors> = {
  labels: ["AWSCURRENT"],
  parse(text) {
    const value = readAnchors(text);
    return value === undefined ? "malformed" : { value };
  },
};

export class TrustBundles {
  readonly #options: TrustBundlesOptions;
  readonly #versions: SecretVersions<Anchors>;
  readonly #again: LookAgain;
  readonly #ready = Promise.withResolvers<void>();
  #loaded: Anchors | undefined;
  #said = "";
  #onLoaded: (bundle: TrustBundle) => void = () => {};

  constructor(options: TrustBundlesOptions) {
    this.#options = options;
    this.#versions = new SecretVersions(options.secret, BUNDLE_VERSIONS);
    const timers = options.timers ?? realTimers;
    this.#again = new LookAgain(() => this.look(), options.everyMs ?? LOOK_EVERY_MS, timers);
  }

  /** Resolves once it is known what counts. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get current(): TrustBundle {
    return this.#loaded ?? this.#options.initial;
  }

  onLoaded(listener: (bundle: TrustBundle) => void): void {
    this.#onLoaded = listener;
  }

  start(): void {
    this.#again.start();
  }

  async stop(): Promise<void> {
    await this.#again.stop();
  }

  async look(): Promise<void> {
    const versions = await this.#versions.read();
    if (versions === undefined) return this.#say("unreadable", undefined);
    const current = versions.get("AWSCURRENT");
    const fault = current === undefined ? undefined : this.#load(current);
    this.#say(fault, current?.versionId);
    if (fault === undefined) this.#ready.resolve();
  }

  /** Says why it is not loaded. */
  #load(version: SecretVersion<Anchors>): UnusableBundleReason | undefined {
    // One that is named by the label and not there was read between two writes: the next look tells.
    if (version.kind === "nothing") return "unreadable";
    if (version.kind !== "read") return version.kind;
    const { value } = version;
    if (this.#loaded !== undefined && value.number < this.#loaded.number) return "older";
    // After it none could be loaded: it would be the last one that somebody writes.
    if (this.#loaded !== undefined && value.number > this.#loaded.number + NUMBER_STEP_MAX) return "too-far";
    if (value.version === this.#loaded?.version) return undefined;
    this.#loaded = value;
    this.#onLoaded(value);
    return undefined;
  }

  /** Once for each version and reason. */
  #say(reason: UnusableBundleReason | undefined, versionId: string | undefined): void {
    const saying = reason === undefined ? "" : `${versionId} ${reason}`;
    if (this.#said === saying) return;
    this.#said = saying;
    if (reason === undefined) return;
    const { version: trustBundleVersion } = this.current;
    const about = versionId === undefined ? {} : { versionId };
    this.#options.log({ event: "trust-bundle.unusable", reason, ...about, trustBundleVersion });
  }
}
