/** Both ends of the tunnels as their clouds tell of them, late and in their own words, and what they refuse. */

import type { AwsKeys } from "../../../shared/keys/pre-shared-ports.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { AwsTunnels } from "../../../shared/tunnels/aws-tunnels.ts";
import type { AzureEnd } from "../../../shared/tunnels/schema.ts";
import type { CallName } from "../../model/calls.ts";
import { modelRows } from "../../model/rows.ts";
import { type ModelTunnel, modelAws } from "../../model/tunnel-ends.ts";
import type { SimulatedCalls } from "../calls.ts";
import type { Timeline } from "../timeline.ts";
import type { LivingTunnel, TunnelModel } from "../tunnel-model.ts";
import { TUNNELS } from "../tunnels.ts";
import type { Weather } from "../weather.ts";

export interface TunnelEndsOptions {
  readonly model: TunnelModel;
  readonly calls: SimulatedCalls;
  readonly weather: Weather;
  readonly timeline: Timeline;
}

/** While a replacement is under way, no second one of its connection is taken. */
const REFUSED = { refused: "IncorrectState" } as const;

export function awsEnds(options: TunnelEndsOptions): AwsTunnels {
  const { model, calls, timeline } = options;
  const { now } = timeline.clock;
  const told = modelAws({
    calls,
    tunnels: new Map(TUNNELS.map(({ name }) => [name, toldOf(options, model.named(name))])),
    desired: TUNNELS,
    states: new ConnectionStates(options),
    repairs: [],
    rows: modelRows(),
    clock: now,
  });
  return {
    ...told,
    activeStatus: ({ name }) =>
      calls.perform("tunnels.active-status", name, () => {
        const tunnel = model.named(name);
        const isPending = isShownModified(options, tunnel);
        return {
          ipsec: isShownUp(options, tunnel) ? "up" : "down",
          provisioning: isPending ? "pending" : "available",
        };
      }),
    replace: ({ name }) =>
      calls.perform("tunnels.replace", name, () => {
        const tunnel = model.named(name);
        if (model.isModified(tunnel)) return REFUSED;
        model.replace(tunnel, null, "us");
        return "begun" as const;
      }),
  };
}

/** To look at one end more is a step only where something may become of it: else it is part of the look. */
export const looking = <T>(
  { calls, weather, timeline }: Omit<TunnelEndsOptions, "model">,
  name: CallName,
  target: string,
  read: () => T,
): Promise<T> =>
  weather.mayStrike(name, timeline.clock.now()) ? calls.perform(name, target, read) : Promise.resolve(read());

export function awsKeys({ model, calls, weather, timeline }: TunnelEndsOptions): AwsKeys {
  const keys = () => new Map(model.all.map(({ name, awsKey }) => [name, new Secret(awsKey)] as const));
  return {
    read: () => looking({ calls, weather, timeline }, "tunnel-keys.read", "", keys),
    set: ({ name }, key) =>
      calls.perform("tunnel-keys.set", name, () => {
        const tunnel = model.named(name);
        if (model.isModified(tunnel)) return REFUSED;
        model.replace(tunnel, key.unwrap(), "us");
        return "begun" as const;
      }),
  };
}

/** Azure's word on whether a tunnel is up may come minutes late. */
export function azureEnd({ model, timeline }: TunnelEndsOptions, tunnel: LivingTunnel): AzureEnd {
  const isLate = timeline.clock.now() < tunnel.changedAt + model.azureLagSeconds;
  return {
    outsideIp: TUNNELS.find(({ name }) => name === tunnel.name)?.outsideIp ?? "",
    status: tunnel.isUp === isLate ? "not-connected" : "connected",
    provisioning: tunnel.azureChange === null ? "succeeded" : "updating",
    bgp: true,
  };
}

/** As a read shows it that may be of some seconds ago. */
function isShownUp({ weather, timeline }: TunnelEndsOptions, { isUp, changedAt }: LivingTunnel): boolean {
  const now = timeline.clock.now();
  const isOld = now < changedAt + (weather.is("stale-reads", now)?.secondsAgo ?? 0);
  return isOld ? !isUp : isUp;
}

const isShownModified = ({ model, timeline }: TunnelEndsOptions, { replaced }: LivingTunnel): boolean =>
  replaced !== null && timeline.clock.now() >= replaced.since + model.awsLagSeconds;

/** What AWS's model tells of a tunnel, always as it is at the time. */
const toldOf = (options: TunnelEndsOptions, tunnel: LivingTunnel): ModelTunnel => ({
  get aws() {
    return isShownUp(options, tunnel) ? "up" : "down";
  },
  get maintenance() {
    return tunnel.maintenance;
  },
  outsideIp: TUNNELS.find(({ name }) => name === tunnel.name)?.outsideIp ?? "",
  ipsec: "down",
  azure: "unknown",
  provisioning: "unknown",
  azureBgp: true,
  routes: 2,
  isHidden: false,
  azureTrouble: null,
  mendedBy: null,
});

class ConnectionStates extends Map<string, string> {
  readonly #options: TunnelEndsOptions;

  constructor(options: TunnelEndsOptions) {
    super();
    this.#options = options;
  }

  override get(id: string): string {
    const its = this.#options.model.all.filter(({ connection }) => connection === id);
    return its.some((tunnel) => isShownModified(this.#options, tunnel)) ? "modifying" : "available";
  }
}
