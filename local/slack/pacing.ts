/**
 * Slack's rate limits (https://docs.slack.dev/apis/web-api/rate-limits): messages by channel, one a second with short
 * bursts; methods of tier 3 by method and app, 50 a minute and more. How long a burst may be is not documented.
 */
import { ratelimited } from "./operations.ts";

interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const MESSAGES: Rate = { perSecond: 1, burst: 5 };
const TIER_3: Rate = { perSecond: 50 / 60, burst: 50 };

export class Pacing {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; atMs: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws when the channel has had enough for now; otherwise the message counts. */
  admitMessage(channelId: string): void {
    this.#take(`message ${channelId}`, MESSAGES);
  }

  admitCall(method: string, appId: string): void {
    this.#take(`${method} ${appId}`, TIER_3);
  }

  #take(name: string, { perSecond, burst }: Rate): void {
    const atMs = this.#now();
    const before = this.#buckets.get(name) ?? { left: burst, atMs };
    const left = Math.min(burst, before.left + ((atMs - before.atMs) / 1_000) * perSecond);
    const isAdmitted = left >= 1;
    this.#buckets.set(name, { left: isAdmitted ? left - 1 : left, atMs });
    if (!isAdmitted) throw ratelimited(Math.ceil((1 - left) / perSecond));
  }
}
