/** The hand's tunnel endpoints, where the link has tunnels. */
import { observeTunnelEnds, resetTunnel, type TunnelHand } from "../shared/tunnels/hand.ts";
import { type App, register, registerAct } from "./register.ts";

export function registerTunnels(app: App, hand: TunnelHand): void {
  register(app, "tunnels.observe", (body) => observeTunnelEnds(hand, body));
  registerAct(
    app,
    "tunnels.reset",
    ({ name }) => name,
    (body) => resetTunnel(hand, body),
  );
}
