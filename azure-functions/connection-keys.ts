/** The hand's endpoints for pre-shared keys, where the link has them rotated. */
import { type ConnectionKeyHand, observeTunnelKeys, setTunnelKey } from "../shared/keys/pre-shared-hand.ts";
import { type App, register, registerAct } from "./register.ts";

export function registerConnectionKeys(app: App, hand: ConnectionKeyHand): void {
  register(app, "keys.observe-tunnels", (body) => observeTunnelKeys(hand, body));
  registerAct(
    app,
    "keys.set-tunnel",
    ({ name }) => name,
    (body) => setTunnelKey(hand, body),
  );
}
