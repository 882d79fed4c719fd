/**
 * The hand for tunnels and their keys: the product's own verbs over Azure's ends, each call in a run of its own. What it
 * changes goes through `carryOut`, as in azure-functions/register.ts: not in a freeze, and with a note.
 */
import type { HandOf } from "../../../shared/azure-api/client.ts";
import type { Body, EndpointOf, Outcome, Refused } from "../../../shared/azure-api/contract.ts";
import type { ConnectionKeys } from "../../../shared/keys/connection-keys.ts";
import {
  type ConnectionKeyHand,
  observeTunnelKeys,
  setTunnelKey,
} from "../../../shared/keys/pre-shared-hand.ts";
import { carryOut } from "../../../shared/notes/carry-out.ts";
import type { Rows } from "../../../shared/rows/rows.ts";
import type { Log } from "../../../shared/runtime/log.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { Connections } from "../../../shared/tunnels/connections.ts";
import { observeTunnelEnds, resetTunnel } from "../../../shared/tunnels/hand.ts";
import type { CallName } from "../../model/calls.ts";
import type { Draw } from "../draw.ts";
import { currentRun } from "../runs.ts";
import { connectionId, TUNNELS } from "../tunnels.ts";
import { type HandRuns, inHand, OTHER_LINK } from "./hand.ts";
import { azureEnd, looking, type TunnelEndsOptions } from "./tunnel-ends.ts";

type Asked = EndpointOf<"tunnels"> | "keys.observe-tunnels" | "keys.set-tunnel";

const CALLS: Readonly<Record<Asked, CallName>> = {
  "tunnels.observe": "hand.tunnels-observe",
  "tunnels.reset": "hand.tunnels-reset",
  "keys.observe-tunnels": "hand.tunnel-keys-observe",
  "keys.set-tunnel": "hand.tunnel-key-set",
};

type Reading = <T>(name: CallName, id: string, read: () => T) => Promise<T>;
type Verbs = { readonly [E in Asked]: (body: Body<E>) => Promise<Outcome<E> | Refused> };

export interface TunnelHandOptions extends HandRuns, TunnelEndsOptions {
  readonly calls: TunnelEndsOptions["calls"];
  readonly rows: Rows;
  readonly log: Log;
  readonly draw: Draw;
  readonly areApart: () => boolean;
}

export function tunnelHand(options: TunnelHandOptions): HandOf<Asked> {
  const { calls, areApart, rows } = options;
  const places = new Map(TUNNELS.map(({ name }) => [name, connectionId(name)]));
  const handWith = (reading: Reading): ConnectionKeyHand => ({
    places,
    rows,
    connections: connectionsOf(options, reading),
    keys: connectionKeysOf(options, reading),
  });
  const observing = handWith((name, id, read) => looking(options, name, id, read));
  // Between what is read there and what is then changed, everything may happen.
  const acting = handWith((name, id, read) => calls.perform(name, id, read));
  const act = <O extends { readonly outcome: string }>(
    name: "tunnels.reset" | "keys.set-tunnel",
    target: string,
    change: () => Promise<O>,
  ) => carryOut(keeperOf(options), { act: name, target, function: currentRun().name }, change);
  const verbs: Verbs = {
    "tunnels.observe": (body) => observeTunnelEnds(observing, body),
    "tunnels.reset": (body) => act("tunnels.reset", body.name, () => resetTunnel(acting, body)),
    "keys.observe-tunnels": (body) => observeTunnelKeys(observing, body),
    "keys.set-tunnel": (body) => act("keys.set-tunnel", body.name, () => setTunnelKey(acting, body)),
  };
  return (endpoint, body) =>
    calls.perform(CALLS[endpoint], "name" in body ? body.name : "", async () =>
      areApart() ? OTHER_LINK : await inHand(options, endpoint, () => verbs[endpoint](body)),
    );
}

function connectionsOf(options: TunnelHandOptions, reading: Reading): Connections {
  const { model, calls } = options;
  return {
    read: (id) => reading("connections.read", id, () => azureEnd(options, tunnelAt(options, id))),
    reset: (id) =>
      calls.perform("connections.reset", id, () => {
        if (model.isGatewayBusy) return "busy";
        model.reset(tunnelAt(options, id));
        return "resetting";
      }),
  };
}

function connectionKeysOf(options: TunnelHandOptions, reading: Reading): ConnectionKeys {
  const { model, calls, weather, timeline, draw } = options;
  return {
    read: (id) =>
      reading("connection-keys.read", id, () => {
        const { azureKey } = tunnelAt(options, id);
        return azureKey === null ? null : new Secret(azureKey);
      }),
    set: (id, key) =>
      calls.perform("connection-keys.set", id, () => {
        if (model.isGatewayBusy) return "busy";
        const ignored = weather.is("puts-ignored", timeline.clock.now());
        const isIgnored = ignored !== undefined && draw.chance(ignored.share);
        model.setAzure(tunnelAt(options, id), isIgnored ? null : key.unwrap(), "us");
        return "begun";
      }),
  };
}

const tunnelAt = ({ model }: TunnelHandOptions, id: string) =>
  model.named(TUNNELS.find(({ name }) => connectionId(name) === id)?.name ?? id);

function keeperOf({ rows, log, draw, timeline }: TunnelHandOptions) {
  const { skewSeconds } = currentRun();
  return {
    rows,
    log,
    clock: () => timeline.clock.now() + skewSeconds,
    random: () => draw.whole(0, 0xffff_ffff).toString(16).padStart(8, "0"),
  };
}
