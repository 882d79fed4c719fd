/** What each cloud shows of a tunnel: AWS once it has noticed, Azure some time behind. */
import type { TunnelChange } from "./changes.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Durations } from "./durations.ts";
import { type AzureStatus, canBeUp, type Instant, type Tunnel } from "./tunnel.ts";

export interface ViewParts {
  readonly durations: Pick<Durations, "bgpMs" | "azureLagMs">;
  readonly deadlines: Deadlines;
  readonly now: () => Instant;
  readonly tell: (kind: TunnelChange["kind"], tunnel: Tunnel) => void;
}

export class Views {
  readonly #parts: ViewParts;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  /** What is to be noticed sooner already stays so. */
  showAws(tunnel: Tunnel, afterMs: number): void {
    const { deadlines } = this.#parts;
    const name = `${tunnel.outsideIp} aws`;
    if (afterMs > 0 && deadlines.isSet(name)) return;
    deadlines.clear(name);
    if (afterMs > 0) deadlines.set(name, afterMs, () => this.#lookFromAws(tunnel));
    else this.#lookFromAws(tunnel);
  }

  showAzure(tunnel: Tunnel): void {
    const { deadlines, durations, tell } = this.#parts;
    const { azure } = tunnel;
    const name = `${tunnel.outsideIp} azure`;
    if (azure === undefined || deadlines.isSet(name)) return;
    deadlines.set(name, durations.azureLagMs, () => {
      const status = azureStatus(tunnel);
      if (azure.shown === status) return;
      azure.shown = status;
      tell("shown-by-azure", tunnel);
    });
  }

  #lookFromAws(tunnel: Tunnel): void {
    const { deadlines, durations } = this.#parts;
    const session = `${tunnel.outsideIp} bgp`;
    const ipsec = tunnel.upSince !== undefined;
    const bgpCan = ipsec && tunnel.routing === "bgp" && !tunnel.bgpBroken;
    const { bgp } = tunnel.aws.shown;
    if (!bgpCan) deadlines.clear(session);
    else if (!bgp && !deadlines.isSet(session)) {
      deadlines.set(session, durations.bgpMs, () => this.#showOfAws(tunnel, true, true));
    }
    this.#showOfAws(tunnel, ipsec, bgpCan && bgp);
  }

  #showOfAws(tunnel: Tunnel, ipsec: boolean, bgp: boolean): void {
    const { shown } = tunnel.aws;
    if (shown.ipsec === ipsec && shown.bgp === bgp) return;
    tunnel.aws.shown = { ipsec, bgp, changedAt: this.#parts.now() };
    this.#parts.tell("shown-by-aws", tunnel);
  }
}

function azureStatus(tunnel: Tunnel): AzureStatus {
  if (tunnel.azure?.silent === true) return "Unknown";
  if (tunnel.upSince !== undefined) return "Connected";
  return canBeUp(tunnel) || tunnel.azure?.resetting === true ? "Connecting" : "NotConnected";
}
