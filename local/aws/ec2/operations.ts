/** What the local EC2 can do and how it refuses; docs/fidelity.md names the source of each row. */
import type { OperationTable } from "../../stand-in/operations.ts";
import { securityGroupOperations } from "./security-groups/operations.ts";
import { ec2CommonErrors } from "./wire.ts";

const ofConnection = [...ec2CommonErrors, "InvalidVpnConnectionID", "InvalidVpnConnectionID.NotFound"];
const ofChange = [...ofConnection, "IncorrectState", "InvalidVpnConnection.InvalidState"];

export const ec2Operations: OperationTable = {
  "ec2:DescribeVpnConnections": { mutates: false, errors: ofConnection },
  "ec2:GetActiveVpnTunnelStatus": { mutates: false, errors: ofConnection },
  "ec2:GetVpnTunnelReplacementStatus": { mutates: false, errors: ofConnection },
  "ec2:ReplaceVpnTunnel": { mutates: true, errors: ofChange },
  "ec2:ModifyVpnTunnelOptions": { mutates: true, errors: [...ofChange, "InvalidParameterCombination"] },
  ...securityGroupOperations,
};
