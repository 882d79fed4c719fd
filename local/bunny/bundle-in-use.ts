/**
 * Which trust bundle bunny holds relay to: the last good one that was mounted. One with a lower number is never
 * loaded: somebody who can bring back an old file must not bring back a leaf that was revoked since.
 */
import { NUMBER_STEP_MAX } from "../../shared/trust/schema.ts";
import { type Anchors, readAnchors } from "../trust/anchors.ts";
import type { BunnyLog } from "./log.ts";
import type { FileReason, MountedText } from "./mounted-text.ts";

export type BundleReason = FileReason | "malformed" | "older" | "too-far";

export class BundleInUse {
  readonly #log: BunnyLog;
  #anchors: Anchors | undefined;
  #text: string | undefined;
  #unusable: BundleReason | undefined;

  constructor(log: BunnyLog) {
    this.#log = log;
  }

  /** Undefined before there was a first one. */
  get anchors(): Anchors | undefined {
    return this.#anchors;
  }

  /** Takes note of what is mounted now. True when another one is in use from now on. */
  offer(mounted: MountedText): boolean {
    if (mounted.kind === "unusable") return this.#refuse(mounted.reason);
    if (mounted.text === this.#text) {
      this.#unusable = undefined;
      return false;
    }
    const anchors = readAnchors(mounted.text);
    if (anchors === undefined) return this.#refuse("malformed");
    if (this.#anchors !== undefined && anchors.number < this.#anchors.number) return this.#refuse("older");
    if (this.#anchors !== undefined && anchors.number > this.#anchors.number + NUMBER_STEP_MAX)
      return this.#refuse("too-far");
    const isOther = anchors.version !== this.#anchors?.version;
    this.#anchors = anchors;
    this.#text = mounted.text;
    this.#unusable = undefined;
    if (isOther) this.#log({ event: "trust-bundle.loaded", version: anchors.version });
    return isOther;
  }

  /** Said once. */
  #refuse(reason: BundleReason): false {
    if (this.#unusable !== reason) this.#log({ event: "trust-bundle.unusable", reason });
    this.#unusable = reason;
    return false;
  }
}
