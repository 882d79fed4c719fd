/**
 * A link with everything whose keys are looked after, for the promises of the deployment: every kind of tunnel and one
 * connection that keeps its keys itself, API keys of two bunnies, and every kind of CA, of which one goes.
 */
import tunnels from "./tunnels-link.ts";

const { vpn, relay, ...link } = tunnels;
const RELAY = "arn:aws:iam::123456789012:role/relay";

const guarded = {
  name: "guarded",
  aws: { adopt: "vpn-0a1b2c3d4e5f6071a" },
  keyStorage: "secrets-manager",
  tunnels: [{ name: "guarded-a", outsideIp: "198.51.100.30", azure: { adopt: "aws-guarded-a" } }],
};

const bunny = (name: string, apiKeys: readonly unknown[]) => ({
  name,
  workload: { issuer: "https://oidc.example.com/1/", namespace: "bunny", serviceAccount: name },
  certificates: [{ name: `${name}-client`, identity: { commonName: `${name}.example.com` } }],
  apiKeys,
});

export default {
  ...link,
  name: "key-link",
  relay: { ...relay, readers: [RELAY], certificate: { readers: [RELAY] } },
  certificateAuthority: {
    commonName: "Key Link CA",
    next: { commonName: "Next Key Link CA" },
    failover: {
      adopt:
        "arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555",
    },
  },
  bunnies: [
    bunny("one", [
      { name: "one-poll", scopes: ["poll"] },
      // Ends as what Secrets Manager adds to a name: by an ARN without that it would not be found.
      { name: "one-result", scopes: ["results"] },
    ]),
    bunny("two", [{ name: "two-key" }]),
  ],
  vpn: { ...vpn, connections: [...vpn.connections, guarded], preSharedKeys: {} },
  trust: {},
};
