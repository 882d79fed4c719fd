/** Negotiations that fail, again and again, because the two ends hold different keys. */
import type { TunnelChange } from "./changes.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Durations } from "./durations.ts";
import { isKeyRefused, type Tunnel } from "./tunnel.ts";

export interface HandshakeParts {
  readonly durations: Pick<Durations, "handshakeMs">;
  readonly deadlines: Deadlines;
  readonly tell: (kind: TunnelChange["kind"], tunnel: Tunnel) => void;
}

export class Handshakes {
  readonly #parts: HandshakeParts;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
  }

  /** After whatever may have changed: begins the attempts, lets them go on, or ends them. */
  follow(tunnel: Tunnel): void {
    const { deadlines, durations, tell } = this.#parts;
    const name = `${tunnel.outsideIp} handshake`;
    if (!isKeyRefused(tunnel)) {
      deadlines.clear(name);
    } else if (!deadlines.isSet(name)) {
      deadlines.set(name, durations.handshakeMs, () => {
        tell("key-refused", tunnel);
        this.follow(tunnel);
      });
    }
  }
}
