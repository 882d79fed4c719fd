/**
 * A link with two security groups and one network security group: one of each whose every rule is Warrener's, and one
 * in which only those are that have its mark. Whoever is told of changes is told in Slack.
 */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";

export const RELAY = "sg-0a1b2c3d4e5f60718";
export const BALANCER = "sg-0a1b2c3d4e5f60719";

export default defineLink({
  ...crash,
  allowlists: {
    groups: [
      { name: "relay", cloud: "aws", group: RELAY, own: "all" },
      { name: "balancer", cloud: "aws", group: BALANCER, own: "marked" },
      { name: "bunny", cloud: "azure", group: { resourceGroup: "network", nsg: "aks-subnet" }, own: "all" },
    ],
  },
  alerts: { slack: { channel: "C0123456789" }, runbook: "https://example.com/operating.md" },
});
