/** The tunnels that the demo cuts, hangs and restores. */
import type { Stack } from "../stack/stack.ts";
import { check } from "./chapter.ts";

export function tunnelPair({ vpn }: Stack): readonly [string, string] {
  const [first, second] = vpn.tunnels().map(({ name }) => name);
  check(first !== undefined && second !== undefined, "the link has two tunnels");
  return [first, second];
}

/** How often Azure took on the reset of a connection. */
export const resets = ({ kernel }: Stack): number =>
  kernel.calls("network:ResetConnection").filter(({ outcome }) => outcome === "ok").length;

/** How often AWS took on the replacement of a tunnel's endpoint. */
export const replacements = ({ kernel }: Stack): number =>
  kernel.calls("ec2:ReplaceVpnTunnel").filter(({ outcome }) => outcome === "ok").length;
