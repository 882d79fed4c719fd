/** EC2: security groups themselves, prefix lists, and VPN connections as far as an emulator has any. */
import * as z from "zod";
import type { Input } from "../call.ts";
import type { Probe } from "../probe.ts";

const absentConnection = {
  VpnConnectionId: "vpn-0fffffffffffffff0",
  VpnTunnelOutsideIpAddress: "198.51.100.10",
};

/** One operation on a tunnel, asked about a connection that is not there, and by an id that is none. */
const tunnelProbe = (name: string, more: Input = {}): Probe => ({
  operation: `ec2:${name}`,
  cases: [
    {
      name: "a connection that is not there",
      refuses: ({ call }) => call("ec2", name, { ...absentConnection, ...more }),
    },
  ],
});

export const groupProbes: readonly Probe[] = [
  {
    operation: "ec2:DescribeSecurityGroups",
    cases: [
      {
        name: "a new group",
        main: true,
        run: async ({ call, securityGroup }) => {
          const { id, vpcId } = await securityGroup();
          const { SecurityGroups: groups } = z
            .object({
              SecurityGroups: z.array(
                z.object({
                  GroupId: z.string(),
                  VpcId: z.string(),
                  IpPermissions: z.array(z.unknown()),
                  IpPermissionsEgress: z.array(
                    z.object({ IpProtocol: z.string(), IpRanges: z.array(z.object({ CidrIp: z.string() })) }),
                  ),
                }),
              ),
            })
            .parse(await call("ec2", "DescribeSecurityGroups", { GroupIds: [id] }));
          return groups.map(({ GroupId, VpcId, ...rest }) => ({
            ...rest,
            same: GroupId === id && VpcId === vpcId,
          }));
        },
      },
      {
        name: "a group that is not there",
        main: true,
        refuses: ({ call }) => call("ec2", "DescribeSecurityGroups", { GroupIds: ["sg-0fffffffffffffff0"] }),
      },
      {
        name: "an id that is none",
        refuses: ({ call }) => call("ec2", "DescribeSecurityGroups", { GroupIds: ["group"] }),
      },
      {
        name: "a group that is not there, by a filter",
        run: async ({ call }) => {
          const Filters = [{ Name: "group-id", Values: ["sg-0fffffffffffffff0"] }];
          const answer = await call("ec2", "DescribeSecurityGroups", { Filters });
          return z.object({ SecurityGroups: z.array(z.unknown()) }).parse(answer).SecurityGroups.length > 0;
        },
      },
    ],
  },
  {
    operation: "ec2:CreateSecurityGroup",
    cases: [
      {
        name: "a name that the VPC has already",
        refuses: async ({ call, securityGroup }) => {
          const { vpcId } = await securityGroup();
          const group = { GroupName: `twice-${vpcId}-${Date.now()}`, Description: "probe", VpcId: vpcId };
          await call("ec2", "CreateSecurityGroup", group);
          await call("ec2", "CreateSecurityGroup", group);
        },
      },
      {
        name: "a VPC that is not there",
        refuses: ({ call }) =>
          call("ec2", "CreateSecurityGroup", {
            GroupName: "probe",
            Description: "probe",
            VpcId: "vpc-0fffffffffffffff0",
          }),
      },
    ],
  },
  {
    operation: "ec2:DeleteSecurityGroup",
    cases: [
      {
        name: "a group, and then again",
        refuses: async ({ call, securityGroup }) => {
          const { id: GroupId } = await securityGroup();
          await call("ec2", "DeleteSecurityGroup", { GroupId });
          await call("ec2", "DeleteSecurityGroup", { GroupId });
        },
      },
    ],
  },
  {
    operation: "ec2:DescribeManagedPrefixLists",
    cases: [
      {
        name: "a list that is not there",
        refuses: ({ call }) =>
          call("ec2", "DescribeManagedPrefixLists", { PrefixListIds: ["pl-0fffffffffffffff0"] }),
      },
      {
        name: "an id that is none",
        refuses: ({ call }) => call("ec2", "DescribeManagedPrefixLists", { PrefixListIds: ["list"] }),
      },
    ],
  },
  {
    operation: "ec2:DescribeVpnConnections",
    cases: [
      {
        name: "a connection that is not there",
        main: true,
        refuses: ({ call }) =>
          call("ec2", "DescribeVpnConnections", { VpnConnectionIds: ["vpn-0fffffffffffffff0"] }),
      },
    ],
  },
  tunnelProbe("GetActiveVpnTunnelStatus"),
  tunnelProbe("GetVpnTunnelReplacementStatus"),
  tunnelProbe("ReplaceVpnTunnel"),
  tunnelProbe("ModifyVpnTunnelOptions", { TunnelOptions: { StartupAction: "start" } }),
];
