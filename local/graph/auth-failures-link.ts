/**
 * A link that looks for refused callers wherever one may be seen, for the promises of the deployment: relay's log, which
 * is created with it, a tunnel's, which is too, and logs of others that are there.
 */
import keys from "./keys-link.ts";

export default {
  ...keys,
  authFailures: {
    logs: [
      { group: "/example/relay", readers: [{ reader: "relay" }] },
      { group: "/aws/vendedlogs/warrener-test-vpn-new", readers: [{ reader: "ike" }] },
      {
        group: "/aws/containerinsights/example_1/application",
        readers: [{ reader: "nginx-access" }, { reader: "nginx-error" }],
        pods: { namespace: "ingress-nginx" },
      },
      // The same but for what a name of a resource cannot have.
      { group: "/aws/containerinsights/example-1/application", readers: [{ reader: "envoy" }] },
    ],
    window: "90 seconds",
    flood: 30,
  },
};
