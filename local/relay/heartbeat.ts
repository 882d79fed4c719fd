/**
 * What this replica has loaded, said when it starts, at each change, and again every minute: whoever reads the log
 * learns of each replica by itself, and that one which has fallen silent cannot be asked.
 */
import type { Serial } from "../../shared/certificates/schema.ts";
import type { KeyId } from "../../shared/keys/api-key-schema.ts";
import type { Timers } from "../aws/timers.ts";
import type { RelayLog } from "./log.ts";

export interface Loaded {
  /** The one that new connections are shown, then the one that is ready to follow it. */
  readonly serverCertificateSerials: readonly Serial[];
  readonly trustBundleVersion: string;
  /** In order; left out where relay is given no API keys. */
  readonly apiKeyIds?: readonly KeyId[];
}

export interface HeartbeatOptions {
  readonly log: RelayLog;
  readonly loaded: () => Loaded;
  readonly everyMs: number;
  readonly timers: Timers;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #said = "";
  #cancel: (() => void) | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#beat();
  }

  /** Says what is loaded now, unless that was the last word. */
  changed(): void {
    if (this.#said !== JSON.stringify(this.#options.loaded())) this.#beat();
  }

  stop(): void {
    this.#cancel?.();
  }

  #beat(): void {
    const { log, loaded, timers, everyMs } = this.#options;
    const now = loaded();
    const { trustBundleVersion, apiKeyIds } = now;
    log({
      event: "relay.loaded",
      serverCertificateSerials: [...now.serverCertificateSerials],
      ...(apiKeyIds === undefined ? {} : { apiKeyIds: [...apiKeyIds] }),
      trustBundleVersion,
    });
    this.#said = JSON.stringify(now);
    this.#cancel?.();
    this.#cancel = timers.after(everyMs, () => this.#beat());
  }
}
