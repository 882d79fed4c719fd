/** A link with every kind of tunnel, for the promises of the deployment: both ends adopted, and both created. */
export default {
  name: "tunnel-link",
  aws: { region: "eu-west-2" },
  azure: { location: "uksouth" },
  relay: { host: "relay.example.com", log: { group: "/example/relay", create: true } },
  certificateAuthority: { commonName: "Tunnel Link CA" },
  bunnies: [
    {
      name: "bunny",
      workload: { issuer: "https://oidc.example.com/1/", namespace: "bunny", serviceAccount: "bunny" },
      certificates: [{ name: "bunny-client", identity: { commonName: "bunny.example.com" } }],
    },
  ],
  vpn: {
    azure: { resourceGroup: "network" },
    connections: [
      {
        name: "old",
        aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
        tunnels: [
          { name: "old-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-old-a" } },
          { name: "old-b", outsideIp: "198.51.100.11", azure: { adopt: "aws-old-b" } },
        ],
      },
      {
        name: "new",
        aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.200" } },
        tunnels: [
          created("new-a", "169.254.21.0/30", "169.254.21.2"),
          created("new-b", "169.254.22.0/30", "169.254.22.2"),
        ],
      },
      {
        name: "fixed",
        aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.200" } },
        routing: "static",
        tunnels: [{ name: "fixed-a", azure: { create: { gateway: "gateway" } } }],
      },
    ],
  },
  alerts: { slack: { channel: "C0123456789" }, emails: ["on-call@example.com"] },
};

function created(name: string, insideCidr: string, address: string) {
  const bgpAddresses = [{ ipConfiguration: "default", address }];
  return { name, insideCidr, azure: { create: { gateway: "gateway", bgpAddresses } } };
}
