/** Options as a caller gives them become the settings of a tunnel, if they go together with what is there already. */
import type { Connection } from "../../vpn/connection.ts";
import type { TunnelSettings } from "../../vpn/settings.ts";
import type { Tunnel } from "../../vpn/tunnel.ts";
import type { VpnWorld } from "../../vpn/world.ts";
import type { ModifyInput, TunnelOptions } from "./inputs.ts";
import { invalidCombination, invalidValue, missingParameter } from "./refusals.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpnTunnelOptionsSpecification.html */
const reservedInside = [0, 1, 2, 3, 4, 5]
  .map((third) => `169.254.${third}.0/30`)
  .concat("169.254.169.252/30");

/** Throws `Refusal`. */
export function settingsAfter(world: VpnWorld, tunnel: Tunnel, options: TunnelOptions): TunnelSettings {
  const old = tunnel.aws.settings;
  const settings: TunnelSettings = {
    tunnelInsideCidr: options.TunnelInsideCidr ?? old.tunnelInsideCidr,
    phase1LifetimeSeconds: options.Phase1LifetimeSeconds ?? old.phase1LifetimeSeconds,
    phase2LifetimeSeconds: options.Phase2LifetimeSeconds ?? old.phase2LifetimeSeconds,
    rekeyMarginTimeSeconds: options.RekeyMarginTimeSeconds ?? old.rekeyMarginTimeSeconds,
    rekeyFuzzPercentage: options.RekeyFuzzPercentage ?? old.rekeyFuzzPercentage,
    replayWindowSize: options.ReplayWindowSize ?? old.replayWindowSize,
    dpdTimeoutSeconds: options.DPDTimeoutSeconds ?? old.dpdTimeoutSeconds,
    dpdTimeoutAction: options.DPDTimeoutAction ?? old.dpdTimeoutAction,
    phase1EncryptionAlgorithms: options.Phase1EncryptionAlgorithm ?? old.phase1EncryptionAlgorithms,
    phase2EncryptionAlgorithms: options.Phase2EncryptionAlgorithm ?? old.phase2EncryptionAlgorithms,
    phase1IntegrityAlgorithms: options.Phase1IntegrityAlgorithm ?? old.phase1IntegrityAlgorithms,
    phase2IntegrityAlgorithms: options.Phase2IntegrityAlgorithm ?? old.phase2IntegrityAlgorithms,
    phase1DhGroupNumbers: options.Phase1DHGroupNumber ?? old.phase1DhGroupNumbers,
    phase2DhGroupNumbers: options.Phase2DHGroupNumber ?? old.phase2DhGroupNumbers,
    ikeVersions: options.IKEVersion ?? old.ikeVersions,
    startupAction: options.StartupAction ?? old.startupAction,
    enableTunnelLifecycleControl: options.EnableTunnelLifecycleControl ?? old.enableTunnelLifecycleControl,
  };
  checkLifetimes(settings);
  if (options.TunnelInsideCidr !== undefined) checkInsideCidr(world, tunnel, options.TunnelInsideCidr);
  return settings;
}

/** Throws `Refusal` for a change of nothing, and for one that cannot do without a new endpoint. */
export function checkChange({
  TunnelOptions,
  SkipTunnelReplacement,
  PreSharedKeyStorage,
}: ModifyInput): void {
  if (TunnelOptions === undefined && PreSharedKeyStorage === undefined)
    throw missingParameter("TunnelOptions");
  if (SkipTunnelReplacement !== true) return;
  const names = Object.keys(TunnelOptions ?? {});
  if (names.join() === "EnableTunnelLifecycleControl" && PreSharedKeyStorage === undefined) return;
  throw invalidCombination(
    "SkipTunnelReplacement is only applicable when turning on or off EnableTunnelLifecycleControl.",
  );
}

function checkLifetimes(settings: TunnelSettings): void {
  const { phase1LifetimeSeconds, phase2LifetimeSeconds, rekeyMarginTimeSeconds } = settings;
  if (phase2LifetimeSeconds >= phase1LifetimeSeconds) {
    const name = "TunnelOptions.Phase2LifetimeSeconds";
    throw invalidValue(name, phase2LifetimeSeconds, "It must be less than Phase1LifetimeSeconds.");
  }
  if (rekeyMarginTimeSeconds > phase2LifetimeSeconds / 2) {
    const name = "TunnelOptions.RekeyMarginTimeSeconds";
    throw invalidValue(name, rekeyMarginTimeSeconds, "It must be at most half of Phase2LifetimeSeconds.");
  }
}

function checkInsideCidr(world: VpnWorld, tunnel: Tunnel, cidr: string): void {
  const [, third, last] = /^169\.254\.(\d{1,3})\.(\d{1,3})\/30$/.exec(cidr) ?? [];
  const sound = Number(third) <= 255 && Number(last) <= 252 && Number(last) % 4 === 0;
  if (!sound || reservedInside.includes(cidr)) {
    const why = "It must be a /30 in 169.254.0.0/16 that is not reserved.";
    throw invalidValue("TunnelOptions.TunnelInsideCidr", cidr, why);
  }
  const taken = neighbours(world, tunnel).some(({ aws }) => aws.settings.tunnelInsideCidr === cidr);
  if (taken) {
    const why = "It is used by another tunnel of the same gateway.";
    throw invalidValue("TunnelOptions.TunnelInsideCidr", cidr, why);
  }
}

/** The other tunnels on the same gateway. */
function neighbours(world: VpnWorld, tunnel: Tunnel): Tunnel[] {
  const gatewayOf = ({ gateway }: Connection) => Object.values(gateway).join();
  const mine = world.connections().find(({ tunnels }) => tunnels.includes(tunnel));
  return world
    .connections()
    .filter((one) => mine !== undefined && gatewayOf(one) === gatewayOf(mine))
    .flatMap(({ tunnels }) => tunnels)
    .filter((one) => one !== tunnel);
}
