/**
 * The link you want. This is the one file to edit: names, networks, lifetimes. Everything here is checked when
 * it is loaded, and a wrong value is named by its path together with what to do about it.
 *
 * Durations are texts such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours".
 */
import { defineLink } from "./shared/link/load.ts";

export default defineLink({
  // What the journal and the logs call this link: 3 to 20 lower-case letters, digits and hyphens. What is deployed
  // is named by its stage; two links in one account are two stages.
  name: "example-link",

  aws: {
    region: "eu-west-2",
    vpc: { cidr: "10.0.0.0/16", privateSubnets: ["10.0.1.0/24", "10.0.2.0/24"] },
    // Lets the functions prove to Azure who they are. It is one switch for the whole AWS account: write "adopt"
    // when the account has it on already.
    outboundIdentityFederation: "create",
  },

  azure: {
    location: "uksouth",
    vnet: { cidr: "10.10.0.0/16", subnets: ["10.10.1.0/24"] },
  },

  // The private job queue. Its log shows which certificates it accepts; `create: false` uses a log group that
  // is there already.
  relay: {
    host: "relay.example.com",
    port: 443,
    log: { group: "/example/relay", create: true },

    // relay's own server certificate, kept with its key in AWS Secrets Manager and renewed like the bunnies' below,
    // with the same fields. Left out, relay's operators look after it themselves.
    certificate: {
      // Left out, its identity is relay's host.
      lifetime: "6 days",
      jitter: "8 hours",
      // A new one is staged first. It is served once every replica says in relay's log that it has loaded it; for
      // a relay whose log cannot say that: { after: "2 hours" }, or "manual" leaves the step to you.
      proof: "observed",
      // Everywhere in service within this time, or somebody is told: it takes two looks at least.
      proofWithin: "1 hour",
      // The IAM roles of relay's pods, which alone may read the secret. They must exist when this is deployed.
      readers: ["arn:aws:iam::123456789012:role/relay"],
    },
  },

  // A new private CA. To use one that you have: { adopt: "<its ARN>", mode: "short-lived" }.
  // A short-lived CA signs certificates of 7 days at most and costs an eighth of a general-purpose one; the mode
  // of a CA cannot be changed later (https://aws.amazon.com/private-ca/pricing/).
  certificateAuthority: {
    commonName: "Example Link CA",
    mode: "short-lived",
    lifetime: "10 years",
  },

  // How often certificates are looked at, in whole minutes.
  certificates: { checkEvery: "15 minutes", timeZone: "UTC" },

  bunnies: [
    {
      name: "bunny",

      // The Kubernetes service account that alone may read this bunny's private key. The issuer is printed by
      // `az aks show --name <cluster> --resource-group <group> --query oidcIssuerProfile.issuerUrl`.
      workload: {
        issuer: "https://oidc.example.com/00000000-0000-0000-0000-000000000000/",
        namespace: "bunny",
        serviceAccount: "bunny",
      },

      certificates: [
        {
          // The certificate's name in the vault.
          name: "bunny-client",
          identity: {
            commonName: "bunny.example.com",
            organization: "Example Organization",
            dnsNames: ["bunny.example.com"],
          },
          key: { type: "EC", curve: "P-256" },
          // A day under the most that a short-lived CA signs: how it measures those 7 days was never tried.
          lifetime: "6 days",
          // Renewed at the latest when this part of the lifetime has passed; what is left is for mending a
          // renewal that fails.
          renewAt: 2 / 3,
          // Drawn forward by up to this much, by a fixed amount for each certificate, so that not all renew at
          // once. Left out, it is a twentieth of the lifetime.
          jitter: "8 hours",
          // Renewal moves into these hours where it can; it never moves past the point above for their sake.
          window: {
            days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            from: "22:00",
            to: "05:00",
            timeZone: "Europe/London",
          },
          // A new certificate must be seen accepted in relay's log within this time, or somebody is told.
          // For a relay whose log cannot show it: { after: "2 hours" } takes it for granted, "manual" leaves it
          // to you.
          proof: "observed",
          proofWithin: "30 minutes",
        },
      ],
    },
  ],

  // The VPN tunnels between the two clouds. Left out, nobody looks after them. Tunnels that exist are only named;
  // their options are never changed.
  //
  // vpn: {
  //   // Where the Azure connections are; `subscription` is said when it is another than the deployment's.
  //   azure: { resourceGroup: "network" },
  //   connections: [
  //     {
  //       name: "one",
  //       // To create one: { create: { gateway: "vgw-…" or "tgw-…", azureIp: "203.0.113.20", azureAsn: 65515 } }.
  //       aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
  //       routing: "bgp",
  //       // The outside address is AWS's, and joins the two ends: Azure's local network gateway has it too. A tunnel
  //       // that is created has none yet, and with BGP a network of its own: insideCidr: "169.254.21.0/30".
  //       tunnels: [
  //         { name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } },
  //         { name: "one-b", outsideIp: "198.51.100.11", azure: { adopt: "aws-one-b" } },
  //       ],
  //     },
  //   ],
  //   // A tunnel that is down is reset at its Azure end first, then replaced at its AWS end; "off" only tells.
  //   repair: "on",
  //   // How long it must be down before the first repair, and between two; doubled with each that did not help.
  //   repairAfter: "3 minutes",
  //   repairBackOff: "10 minutes",
  //   // Of one tunnel; after that it waits for a person.
  //   repairsPerDay: 4,
  //   // Down this often within this time is told as one unsteady tunnel, until it has been steady for that long.
  //   flap: { count: 3, within: "1 hour" },
  //   // How long before AWS replaces a tunnel of its own accord somebody is told.
  //   maintenanceWarning: "7 days",
  // },

  // Who is told of incidents. Each is an event on the link's bus besides.
  //
  // alerts: {
  //   slack: { channel: "C0123456789" },
  //   // Told by AWS when an alarm rings, even when nothing of this link runs any more.
  //   emails: ["on-call@example.com"],
  //   // Where you publish docs/operating.md.
  //   runbook: "https://example.com/operating.md",
  // },
});
