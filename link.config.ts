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

    // Who may read what relay is given besides its certificate, such as bunny's API keys. Left out, whoever may read
    // its certificate.
    // readers: ["arn:aws:iam::123456789012:role/relay"],

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

      // With what bunny comes to relay beside its certificate. Left out, relay lets it in by that alone; once there is
      // one, relay lets nobody pass for this bunny without.
      // apiKeys: [
      //   {
      //     // Of the secret in bunny's vault.
      //     name: "bunny-key",
      //     // What it is good for. A request is refused without a key of its scope.
      //     scopes: ["poll", "results"],
      //     rotateEvery: "30 days",
      //     // For so long at least the old key is accepted beside the new one.
      //     grace: "1 hour",
      //     // Seen in relay's log as loaded by every replica, and then as used. For a relay whose log cannot show it:
      //     // { after: "10 minutes" }, no longer than the grace.
      //     proof: "observed",
      //     // Loaded, and used, each within this time, or somebody is told.
      //     provenWithin: "30 minutes",
      //   },
      // ],
    },
  ],

  // Relay and the bunnies are told which CAs to trust and which certificates to refuse: a revoked one is refused within
  // minutes, and the CA can be changed (docs/operating.md): with certificateAuthority.next, which takes the place of the
  // one above once everybody trusts it, and .failover, which issues while the others cannot; each { commonName, lifetime }
  // or { adopt: "<its ARN>" }. Both sides must load the bundle (docs/workloads.md), and relay must have a certificate of
  // the link (relay.certificate), by which bunny then knows it. Left out, that is their own affair.
  //
  // trust: {
  //   // How it is known that a bundle was loaded: "observed" in relay's log, or { after: "2 hours" }.
  //   relay: { proof: "observed" },
  //   bunnies: { proof: "observed" },
  //   // So much later than it is written a line of relay's may be found in its log.
  //   logWithin: "5 minutes",
  //   // So long a replica is waited for that fell silent with an earlier bundle.
  //   missedFor: "1 day",
  // },

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
  //   // New pre-shared keys, one tunnel at a time. Left out, nobody looks after them. Where an existing connection has
  //   // its keys in Secrets Manager, it says keyStorage: "secrets-manager" beside `aws` above.
  //   preSharedKeys: {
  //     // "never": only when somebody asks for it.
  //     rotateEvery: "90 days",
  //     // For so long every tunnel must have been up before one is taken down.
  //     steadyFor: "15 minutes",
  //     // For so long after an end was asked to take a key, it may still show the one before.
  //     settleFor: "5 minutes",
  //     // After a rotation that did not succeed.
  //     pauseAfterFailure: "1 day",
  //     // When one may begin; left out, at any time. A link with one tunnel is down meanwhile, and must say when.
  //     window: { days: ["sun"], from: "02:00", to: "05:00", timeZone: "Europe/London" },
  //     // Roles of people who may read the stored keys (docs/break-glass.md); left out, nobody but the function.
  //     readers: ["arn:aws:iam::123456789012:role/break-glass"],
  //   },
  // },

  // The groups of rules that let relay and bunny be reached: AWS security groups and Azure network security groups.
  // Left out, nobody looks after them. Each exists, and is only named; a group that is met for the first time is told
  // of and not touched before `npm run warrener -- accept <group>`.
  //
  // allowlists: {
  //   // So many flows that the last link wanted may a new one close without being asked.
  //   shrinkMax: 0,
  //   // CloudTrail's record of who changes what: "adopt" where the account has a trail of management events.
  //   trail: "create",
  //   groups: [
  //     {
  //       name: "relay",
  //       cloud: "aws",
  //       group: "sg-0a1b2c3d4e5f60718",
  //       // "all": every rule of the group is Warrener's. "marked": only those are that have its mark, and no other
  //       // is touched.
  //       own: "all",
  //       // "report" tells, and touches nothing.
  //       mode: "heal",
  //       // Left out: bunny's subnets to relay's port, and nothing else.
  //       rules: [
  //         { direction: "in", protocol: "tcp", ports: 443, peer: { cidr: "10.10.1.0/24" }, description: "bunny" },
  //       ],
  //       // Closed to the minute. The peer of any rule may also be { prefixList: "pl-…" } or { securityGroup: "sg-…" },
  //       // and on Azure { serviceTag: "…" }.
  //       exceptions: [
  //         {
  //           rule: { direction: "in", protocol: "tcp", ports: 8443, peer: { cidr: "10.20.0.0/24" } },
  //           author: "alice",
  //           reason: "the office, while relay is moved",
  //           until: "2030-01-31T18:00+01:00",
  //         },
  //       ],
  //     },
  //     // Left out, its rules let bunny out to relay and to what AKS needs, and an explicit deny closes the rest. Where
  //     // pods have a network of their own (Azure CNI Overlay, kubenet): pods: ["10.244.0.0/16"].
  //     { name: "bunny", cloud: "azure", group: { resourceGroup: "network", nsg: "aks-subnet" }, own: "all" },
  //   ],
  // },

  // Which logs show refused callers. Left out, nobody looks for them. Each group exists, or is relay.log.group, and gets
  // a subscription filter for what its readers understand; what each exposure can show: docs/workloads.md.
  //
  // authFailures: {
  //   logs: [
  //     // relay, nginx-access, nginx-error, envoy, lattice, waf, ike, or json for a format of your own. Where others
  //     // write into the same group, `pods` says whose lines count.
  //     { group: "/example/relay", readers: [{ reader: "relay" }], pods: { namespace: "relay" } },
  //     { group: "/example/tunnels", readers: [{ reader: "ike" }] },
  //   ],
  //   // So many failures of one source, for one reason and within the window, are told as a flood; so many sources as a
  //   // scan; so many lines that no reader understands, too.
  //   window: "5 minutes",
  //   // So long after it was written a line may come, and still counts where it belongs.
  //   late: "3 minutes",
  //   flood: 20,
  //   scan: 20,
  //   unread: 20,
  //   // One of bunny's own is told at the first failure; from so many on it is critical.
  //   critical: 2,
  //   // Over once nothing more has come for so long.
  //   quiet: "15 minutes",
  //   // Where bunnies call from, as relay's log shows it. Left out, the VNet's address space.
  //   callers: ["10.10.0.0/16"],
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
