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
});
