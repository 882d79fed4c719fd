/** The tunnels of every life, as its link declares them: both of one VPN connection, which AWS changes one at a time. */
export const TUNNELS_INPUT = {
  azure: { resourceGroup: "network" },
  connections: [
    {
      name: "one",
      aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
      tunnels: [
        { name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } },
        { name: "one-b", outsideIp: "198.51.100.11", azure: { adopt: "aws-one-b" } },
      ],
    },
  ],
  preSharedKeys: { rotateEvery: "28 days", pauseAfterFailure: "2 hours" },
};
