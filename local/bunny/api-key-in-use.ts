/**
 * Which API key bunny sends. A new one is only a candidate until relay has answered a call made with it; until then,
 * and whenever it is refused, the call is made again with the last one that worked.
 */
import type { Secret } from "../../shared/runtime/secret.ts";
import type { BunnyLog } from "./log.ts";
import type { KeyReason, MountedKey } from "./mounted-api-key.ts";
import type { NoAnswer } from "./relay-client.ts";

interface Candidate {
  readonly key: Secret;
  /** Not tried before this moment. */
  readonly tryAtMs: number;
  /** Why it was not accepted last; the same reason is logged once. */
  readonly failure?: string;
}

export interface ApiKeyOptions {
  /** The key's name in the link. */
  readonly name: string;
  readonly retryAfterMs: number;
  readonly clock: () => number;
  readonly log: BunnyLog;
}

export class ApiKeyInUse {
  readonly #options: ApiKeyOptions;
  #current: Secret | undefined;
  #candidate: Candidate | undefined;
  #unusable: KeyReason | undefined;
  /** How often bunny has changed over, the first key included. */
  adopted = 0;

  constructor(options: ApiKeyOptions) {
    this.#options = options;
  }

  /** False before there was a first one. */
  get isThere(): boolean {
    return this.#current !== undefined || this.#candidate !== undefined;
  }

  /** Takes note of what is mounted now. Whatever it is, the key in use stays. */
  offer(mounted: MountedKey): void {
    const { name: apiKey, log, clock } = this.#options;
    if (mounted.kind === "unusable") {
      const { reason } = mounted;
      if (this.#unusable !== reason) log({ event: "api-key.unusable", apiKey, reason });
      this.#unusable = reason;
      return;
    }
    this.#unusable = undefined;
    const { key } = mounted;
    if (isSame(key, this.#candidate?.key)) return;
    this.#candidate = undefined;
    if (isSame(key, this.#current)) return;
    this.#candidate = { key, tryAtMs: clock() };
    log({ event: "api-key.found", apiKey });
  }

  /** Makes the call, with the candidate first when it is its turn. Only for a key that is there. */
  async use<Answer extends { readonly kind: string }>(
    call: (key: Secret) => Promise<Answer | NoAnswer>,
  ): Promise<Answer | NoAnswer> {
    const tried = await this.#tryCandidate(call);
    if (tried !== undefined && (!isNoAnswer(tried) || this.#current === undefined)) return tried;
    if (this.#current === undefined) throw new Error(`there is no API key ${this.#options.name} yet`);
    const answer = await call(this.#current);
    // When the old one works no more, the new one need not wait for its turn.
    if (isNoAnswer(answer) && this.#candidate !== undefined) {
      this.#candidate = { ...this.#candidate, tryAtMs: this.#options.clock() };
    }
    return answer;
  }

  async #tryCandidate<Answer extends { readonly kind: string }>(
    call: (key: Secret) => Promise<Answer | NoAnswer>,
  ): Promise<Answer | NoAnswer | undefined> {
    const candidate = this.#candidate;
    const { clock, name: apiKey, log } = this.#options;
    if (candidate === undefined || clock() < candidate.tryAtMs) return undefined;
    const answer = await call(candidate.key);
    if (isNoAnswer(answer)) {
      this.#notAccepted(candidate, answer);
      return answer;
    }
    this.#current = candidate.key;
    this.#candidate = undefined;
    this.adopted += 1;
    log({ event: "api-key.adopted", apiKey });
    return answer;
  }

  #notAccepted(candidate: Candidate, { reason }: NoAnswer): void {
    const { clock, name: apiKey, log, retryAfterMs } = this.#options;
    const keeps = this.#current !== undefined;
    // Without one that works there is nothing to spare.
    const tryAtMs = clock() + (keeps ? retryAfterMs : 0);
    this.#candidate = { ...candidate, tryAtMs, failure: reason };
    if (candidate.failure !== reason) log({ event: "api-key.not-accepted", apiKey, reason, keeps });
  }
}

const isSame = (one: Secret, other: Secret | undefined): boolean => one.unwrap() === other?.unwrap();

const isNoAnswer = (answer: { readonly kind: string }): answer is NoAnswer => answer.kind === "no-answer";
