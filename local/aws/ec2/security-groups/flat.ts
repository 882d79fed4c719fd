/** One rule without a list, as older callers write it: of incoming IPv4 traffic only. */
import { invalidCombination } from "../refusals.ts";
import type { AuthorizeInput, IpPermission, RevokeInput } from "./inputs.ts";
import { badRule, missing } from "./refusals.ts";
import type { Direction } from "./rule.ts";

/** The permissions of a call, in whichever form. Throws `Refusal`. */
export function permissionsOf(
  { IpPermissions, IpProtocol, FromPort, ToPort, CidrIp }: AuthorizeInput | RevokeInput,
  direction: Direction,
): readonly IpPermission[] {
  const flat = [IpProtocol, FromPort, ToPort, CidrIp].some((value) => value !== undefined);
  if (!flat) {
    if (IpPermissions !== undefined) return IpPermissions;
    throw missing("The request must contain the parameter ipPermissions");
  }
  if (IpPermissions !== undefined) {
    throw invalidCombination("The parameter ipPermissions cannot be used with the parameter cidrIp");
  }
  if (direction === "out") throw badRule("Use a set of IP permissions for a rule of outgoing traffic.");
  if (CidrIp === undefined) throw missing("Source group ID missing.");
  return [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] }];
}
