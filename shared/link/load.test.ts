import { describe, expect, it } from "vitest";
import reference from "../../link.config.ts";
import { ConfigError } from "../runtime/errors.ts";
import { linkDigest, parseLink } from "./load.ts";

const certificate = { name: "bunny-client", identity: { commonName: "bunny.example.com" } };
const workload = { issuer: "https://oidc.example.com/1/", namespace: "bunny", serviceAccount: "bunny" };
const bunny = { name: "bunny", workload, certificates: [certificate] };
const minimal = {
  name: "example-link",
  aws: { region: "eu-west-2" },
  azure: { location: "uksouth" },
  relay: { host: "relay.example.com", log: { group: "/example/relay", create: true } },
  certificateAuthority: { commonName: "Example Link CA" },
  bunnies: [bunny],
};

/** The lines of the fault message, without its heading. */
function faultsOf(input: unknown): string[] {
  try {
    parseLink(input);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n  ").slice(1);
  }
}

const withCertificate = (fields: object, link: object = {}) => ({
  ...minimal,
  ...link,
  bunnies: [{ ...bunny, certificates: [{ ...certificate, ...fields }] }],
});

describe("parseLink", () => {
  it("takes the reference link", () => {
    expect(faultsOf(reference)).toEqual([]);
  });

  it("fills in every default, in seconds and in order", () => {
    expect(parseLink(minimal)).toEqual({
      name: "example-link",
      aws: {
        region: "eu-west-2",
        vpc: { cidr: "10.0.0.0/16", privateSubnets: ["10.0.1.0/24", "10.0.2.0/24"] },
        outboundIdentityFederation: "create",
      },
      azure: { location: "uksouth", vnet: { cidr: "10.10.0.0/16", subnets: ["10.10.1.0/24"] } },
      relay: { host: "relay.example.com", port: 443, log: { group: "/example/relay", create: true } },
      certificateAuthority: {
        commonName: "Example Link CA",
        mode: "short-lived",
        lifetimeSeconds: 315_360_000,
      },
      certificates: { checkEverySeconds: 900, timeZone: "UTC" },
      bunnies: [
        {
          name: "bunny",
          workload,
          certificates: [
            {
              name: "bunny-client",
              identity: { commonName: "bunny.example.com", dnsNames: [] },
              key: { type: "EC", curve: "P-256" },
              lifetimeSeconds: 604_800,
              renewAt: 2 / 3,
              jitterMaxSeconds: 30_240,
              proof: "observed",
              proofWithinSeconds: 1_800,
            },
          ],
        },
      ],
    });
  });

  it("keeps a jitter of zero apart from none", () => {
    const link = parseLink(withCertificate({ jitter: "0 seconds" }));
    expect(link.bunnies[0]?.certificates[0]?.jitterMaxSeconds).toBe(0);
  });

  it("shrinks the default jitter where an early renewal leaves no room for it", () => {
    const link = parseLink(withCertificate({ lifetime: "1000 seconds", renewAt: 0.05 }));
    expect(link.bunnies[0]?.certificates[0]?.jitterMaxSeconds).toBe(24);
  });

  it("sorts DNS names and keeps the declared proof, window and key", () => {
    const window = {
      days: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
      from: "22:00",
      to: "05:00",
      timeZone: "UTC",
    };
    const identity = { commonName: "b", dnsNames: ["b.example.com", "a.example.com"] };
    const key = { type: "RSA", size: 3072 };
    const link = parseLink(withCertificate({ window, identity, key, proof: { after: "2 hours" } }));
    expect(link.bunnies[0]?.certificates[0]).toMatchObject({
      window: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] },
      identity: { dnsNames: ["a.example.com", "b.example.com"] },
      key,
      proof: { after: 7_200 },
    });
  });

  it("adopts a CA of its region", () => {
    const adopt =
      "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
    const link = parseLink({ ...minimal, certificateAuthority: { adopt, mode: "general-purpose" } });
    expect(link.certificateAuthority).toEqual({ adopt, mode: "general-purpose" });
  });

  it("names every fault of the structure in one message", () => {
    const input = {
      ...minimal,
      nmae: "x",
      aws: { region: "London", vpc: { cidr: "10.0.0.1/16", privateSubnets: [] } },
      bunnies: [{ ...bunny, certificates: [{ ...certificate, lifetimeSeconds: 60 }] }],
    };
    expect(() => parseLink(input)).toThrow(
      new ConfigError(
        [
          "the link has 5 faults:",
          'aws.region: is no AWS region: write one such as "eu-west-2"',
          'aws.vpc.cidr: "10.0.0.1/16" has host bits set; it would become "10.0.0.0/16": write that if it is meant',
          "aws.vpc.privateSubnets: must have at least one of the subnets",
          'bunnies[0].certificates[0]: unknown key "lifetimeSeconds"; did you mean "lifetime"?',
          'the link: unknown key "nmae"; did you mean "name"?',
        ].join("\n  "),
      ),
    );
  });

  it("names every fault across fields in one message", () => {
    const input = withCertificate(
      { lifetime: "8 days", jitter: "7 days" },
      { azure: { location: "uksouth", vnet: { cidr: "10.0.0.0/24", subnets: ["10.0.1.0/24"] } } },
    );
    expect(faultsOf(input)).toEqual([
      "azure.vnet.subnets[0]: 10.0.1.0/24 is outside of azure.vnet.cidr 10.0.0.0/24: choose a part of it",
      "azure.vnet.cidr: 10.0.0.0/24 overlaps aws.vpc.cidr 10.0.0.0/16: no route could tell them apart, so choose another network",
      'bunnies[0].certificates[0].lifetime: 8 days is over 7 days, the most a short-lived CA signs: shorten it, or set certificateAuthority.mode to "general-purpose"',
      'bunnies[0].certificates[0].jitter: 7 days must be under half of renewAt x lifetime, or a fresh certificate could be due at once: write at most "2 days 15 hours 59 minutes 59 seconds"',
    ]);
  });
});

describe("a fault of one field", () => {
  const at = "bunnies[0].certificates[0]";
  const window = { days: ["mon"], from: "22:00", to: "05:00", timeZone: "UTC" };
  const identity = (fields: object) => withCertificate({ identity: { ...certificate.identity, ...fields } });
  const cases: [name: string, input: unknown, fault: string][] = [
    [
      "a link that is none",
      5,
      "the link: must be an object with name, aws, azure, relay, certificateAuthority, certificates, bunnies",
    ],
    [
      "an unknown key that is near none",
      { ...minimal, tunnels: [] },
      'the link: unknown key "tunnels"; known here: name, aws, azure, relay, certificateAuthority, certificates, bunnies',
    ],
    [
      "a missing part",
      { ...minimal, azure: undefined },
      "azure: is missing; must be an object with location, vnet",
    ],
    [
      "a missing text",
      { ...minimal, relay: { ...minimal.relay, host: undefined } },
      'relay.host: is missing; must be a DNS name such as "bunny.example.com"',
    ],
    [
      "a name in capitals",
      { ...minimal, name: "Example" },
      "name: must be 3 to 20 lower-case letters, digits and single hyphens, starting with a letter",
    ],
    [
      "a name that is too long",
      { ...minimal, name: "a".repeat(21) },
      "name: must be 3 to 20 lower-case letters, digits and single hyphens, starting with a letter",
    ],
    [
      "a location by its display name",
      { ...minimal, azure: { location: "UK South" } },
      'azure.location: is no Azure location: write its short name, such as "uksouth"',
    ],
    [
      "port zero",
      { ...minimal, relay: { ...minimal.relay, port: 0 } },
      "relay.port: must be a port from 1 to 65535",
    ],
    [
      "a host in capitals",
      { ...minimal, relay: { ...minimal.relay, host: "Relay.example.com" } },
      'relay.host: "Relay.example.com" has capitals: write "relay.example.com"',
    ],
    [
      "a host that is an address",
      { ...minimal, relay: { ...minimal.relay, host: "10.0.0.1" } },
      'relay.host: "10.0.0.1" is no DNS name: write one such as "bunny.example.com"',
    ],
    [
      "a log group with a space",
      { ...minimal, relay: { ...minimal.relay, log: { group: "my log", create: true } } },
      'relay.log.group: is no log group name: use letters, digits and . - _ / #, such as "/example/relay"',
    ],
    [
      "an unsaid creation",
      { ...minimal, relay: { ...minimal.relay, log: { group: "/r" } } },
      "relay.log.create: is missing; must be true or false",
    ],
    [
      "a CA that is adopted and created",
      {
        ...minimal,
        certificateAuthority: {
          adopt: `arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/${"0".repeat(36)}`,
          commonName: "x",
        },
      },
      'certificateAuthority: either adopts or creates a CA: write { adopt: "arn:…", mode } or { commonName, mode, lifetime }, not both',
    ],
    [
      "a CA that is neither",
      { ...minimal, certificateAuthority: {} },
      'certificateAuthority: either adopts or creates a CA: write { adopt: "arn:…", mode } or { commonName, mode, lifetime }, not both',
    ],
    [
      "a CA ARN that is none",
      { ...minimal, certificateAuthority: { adopt: "arn:aws:acm-pca" } },
      'certificateAuthority.adopt: is no ARN of a private CA: copy it from AWS Private CA; it looks like "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"',
    ],
    [
      "a check between minutes",
      { ...minimal, certificates: { checkEvery: "90 seconds" } },
      "certificates.checkEvery: must be whole minutes: the schedule fires at most once a minute",
    ],
    [
      "a check never",
      { ...minimal, certificates: { checkEvery: "0 minutes" } },
      'certificates.checkEvery: must be longer than nothing: write a duration such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours"',
    ],
    [
      "an unknown time zone",
      { ...minimal, certificates: { timeZone: "Europe/Lundon" } },
      'certificates.timeZone: "Europe/Lundon" is no IANA time zone: write one such as "Europe/London" or "UTC"',
    ],
    [
      "a time zone in small letters",
      { ...minimal, certificates: { timeZone: "europe/london" } },
      'certificates.timeZone: "europe/london" is no IANA time zone: write one such as "Europe/London" or "UTC"',
    ],
    [
      "a time zone by offset",
      { ...minimal, certificates: { timeZone: "+01:00" } },
      'certificates.timeZone: "+01:00" is no IANA time zone: write one such as "Europe/London" or "UTC"',
    ],
    ["no bunny", { ...minimal, bunnies: [] }, "bunnies: must have at least one of the bunnies"],
    [
      "a bunny without certificates",
      { ...minimal, bunnies: [{ ...bunny, certificates: [] }] },
      "bunnies[0].certificates: must have at least one of the certificates",
    ],
    [
      "an issuer without TLS",
      { ...minimal, bunnies: [{ ...bunny, workload: { ...workload, issuer: "http://oidc.example.com" } }] },
      "bunnies[0].workload.issuer: is no OIDC issuer: copy the https URL from `az aks show --query oidcIssuerProfile.issuerUrl`",
    ],
    [
      "a namespace in capitals",
      { ...minimal, bunnies: [{ ...bunny, workload: { ...workload, namespace: "Bunny" } }] },
      "bunnies[0].workload.namespace: is no Kubernetes namespace: use at most 63 lower-case letters, digits and hyphens",
    ],
    [
      "a service account with a slash",
      { ...minimal, bunnies: [{ ...bunny, workload: { ...workload, serviceAccount: "a/b" } }] },
      "bunnies[0].workload.serviceAccount: is no Kubernetes service account: use lower-case letters, digits, hyphens and dots",
    ],
    [
      "a name that Key Vault refuses",
      withCertificate({ name: "bunny_client" }),
      `${at}.name: is no certificate name that Key Vault takes: use 1 to 127 letters, digits and hyphens`,
    ],
    [
      "a name longer than Key Vault's",
      withCertificate({ name: "b".repeat(128) }),
      `${at}.name: is no certificate name that Key Vault takes: use 1 to 127 letters, digits and hyphens`,
    ],
    [
      "a common name that is too long",
      identity({ commonName: "b".repeat(65) }),
      `${at}.identity.commonName: has 65 characters: X.509 takes 1 to 64`,
    ],
    [
      "an empty common name",
      identity({ commonName: "" }),
      `${at}.identity.commonName: has 0 characters: X.509 takes 1 to 64`,
    ],
    [
      "an organization with a comma",
      identity({ organization: "Example, Inc." }),
      `${at}.identity.organization: "Example, Inc." has spaces around it, control characters or one of " , + = < > ; \\ #: leave them out`,
    ],
    [
      "a DNS name in capitals",
      identity({ dnsNames: ["Bunny.example.com"] }),
      `${at}.identity.dnsNames[0]: "Bunny.example.com" has capitals: write "bunny.example.com"`,
    ],
    [
      "a wildcard",
      identity({ dnsNames: ["*.example.com"] }),
      `${at}.identity.dnsNames[0]: "*.example.com" is no DNS name: write one such as "bunny.example.com"`,
    ],
    [
      "a DNS name with an empty label",
      identity({ dnsNames: ["bunny..example.com"] }),
      `${at}.identity.dnsNames[0]: "bunny..example.com" is no DNS name: write one such as "bunny.example.com"`,
    ],
    [
      "a DNS name that is too long",
      identity({ dnsNames: [`${"a.".repeat(126)}ab`] }),
      `${at}.identity.dnsNames[0]: "${"a.".repeat(126)}ab" is no DNS name: write one such as "bunny.example.com"`,
    ],
    [
      "a DNS name twice",
      identity({ dnsNames: ["a.example.com", "a.example.com"] }),
      `${at}.identity.dnsNames: names one DNS name twice: write it once`,
    ],
    [
      "an unknown key kind",
      withCertificate({ key: { type: "EC", curve: "P-521" } }),
      `${at}.key.curve: Invalid option: expected one of "P-256"|"P-384"`,
    ],
    [
      "a lifetime in seconds",
      withCertificate({ lifetime: 604_800 }),
      `${at}.lifetime: write a duration such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours"`,
    ],
    [
      "renewal at the end",
      withCertificate({ renewAt: 1 }),
      `${at}.renewAt: would renew at or after the certificate's end: it must be a fraction of the lifetime between 0 and 1, such as 2 / 3`,
    ],
    [
      "renewal at once",
      withCertificate({ renewAt: 0 }),
      `${at}.renewAt: would renew at once, again and again: it must be a fraction of the lifetime between 0 and 1, such as 2 / 3`,
    ],
    [
      "an unknown proof",
      withCertificate({ proof: "seen" }),
      `${at}.proof: must be "observed", "manual" or { after: "2 hours" }`,
    ],
    [
      "a wrong time in a proof",
      withCertificate({ proof: { after: "2h" } }),
      `${at}.proof.after: "2h" is not a duration: write a duration such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours"`,
    ],
    [
      "a window without days",
      withCertificate({ window: { ...window, days: [] } }),
      `${at}.window.days: must name at least one day`,
    ],
    [
      "a window on no day",
      withCertificate({ window: { ...window, days: ["monday"] } }),
      `${at}.window.days[0]: must be one of mon, tue, wed, thu, fri, sat, sun`,
    ],
    [
      "a window at no time",
      withCertificate({ window: { ...window, to: "24:00" } }),
      `${at}.window.to: is no time of day: write "00:00" to "23:59"`,
    ],
  ];

  it.each(cases)("is told for %s", (_, input, fault) => {
    expect(faultsOf(input)).toEqual([fault]);
  });
});

describe("a fault across fields", () => {
  const at = "bunnies[0].certificates[0]";
  const everyDay = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const window = { days: everyDay, from: "22:00", to: "05:00", timeZone: "Europe/London" };
  const generalPurpose = {
    certificateAuthority: { commonName: "CA", mode: "general-purpose", lifetime: "1 year" },
  };
  const cases: [name: string, input: unknown, faults: string[]][] = [
    [
      "a subnet outside of its network, and one that overlaps another",
      {
        ...minimal,
        aws: {
          region: "eu-west-2",
          vpc: { cidr: "10.0.0.0/16", privateSubnets: ["10.0.0.0/20", "10.0.1.0/24", "10.1.0.0/24"] },
        },
      },
      [
        "aws.vpc.privateSubnets[1]: 10.0.1.0/24 overlaps 10.0.0.0/20: choose another part",
        "aws.vpc.privateSubnets[2]: 10.1.0.0/24 is outside of aws.vpc.cidr 10.0.0.0/16: choose a part of it",
      ],
    ],
    [
      "an adopted CA of another region",
      {
        ...minimal,
        certificateAuthority: {
          adopt: `arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/${"0".repeat(36)}`,
        },
      },
      ["certificateAuthority.adopt: is in eu-west-1, but aws.region is eu-west-2: adopt a CA of that region"],
    ],
    [
      "two bunnies of one name",
      { ...minimal, bunnies: [bunny, { ...bunny, certificates: [{ ...certificate, name: "other" }] }] },
      [
        'bunnies[1].name: "bunny" is already the bunny at bunnies[0].name: each bunny of a link needs its own name',
      ],
    ],
    [
      "two certificates whose names differ in case only, which Key Vault ignores",
      {
        ...minimal,
        bunnies: [
          bunny,
          { ...bunny, name: "other", certificates: [{ ...certificate, name: "Bunny-Client" }] },
        ],
      },
      [
        'bunnies[1].certificates[0].name: "bunny-client" is already the certificate at bunnies[0].certificates[0].name: each certificate of a link needs its own name',
      ],
    ],
    [
      "a lifetime over 7 days with a short-lived CA",
      withCertificate({ lifetime: "7 days 1 second" }),
      [
        `${at}.lifetime: 7 days 1 second is over 7 days, the most a short-lived CA signs: shorten it, or set certificateAuthority.mode to "general-purpose"`,
      ],
    ],
    [
      "a lifetime as long as the CA's",
      withCertificate({ lifetime: "1 year" }, generalPurpose),
      [
        `${at}.lifetime: 1 year does not end before the CA, which lives for 1 year: shorten it, or lengthen certificateAuthority.lifetime`,
      ],
    ],
    [
      "a lifetime too short to be renewed",
      withCertificate({ lifetime: "1 second" }),
      [`${at}.renewAt: would renew at once, again and again, with a lifetime of 1 second: raise one of them`],
    ],
    [
      "a jitter of half of the time to renewal",
      withCertificate({ lifetime: "6 days", jitter: "2 days" }),
      [
        `${at}.jitter: 2 days must be under half of renewAt x lifetime, or a fresh certificate could be due at once: write at most "1 day 23 hours 59 minutes 59 seconds"`,
      ],
    ],
    [
      "a window that closes as it opens",
      withCertificate({ window: { ...window, from: "05:00" } }),
      [`${at}.window: opens and closes at 05:00: widen it, or leave it out for any time`],
    ],
    [
      "a window between two checks",
      withCertificate({ window: { ...window, from: "04:50" } }),
      [
        `${at}.window: is open for 10 minutes, shorter than certificates.checkEvery (15 minutes), so it could be missed: widen it`,
      ],
    ],
    [
      "an impossible window",
      withCertificate({ window: { ...window, days: ["sat"] } }),
      [
        `${at}.window: stays closed for up to 6 days 19 hours (a clock change included), but a certificate must meet it in the second half of renewAt x lifetime, which is 2 days 8 hours: add days, open it longer, or lengthen the lifetime`,
      ],
    ],
  ];

  it.each(cases)("is told for %s", (_, input, faults) => {
    expect(faultsOf(input)).toEqual(faults);
  });

  it("is none where the longest lifetimes are just kept", () => {
    expect(faultsOf(withCertificate({ lifetime: "7 days" }))).toEqual([]);
    expect(faultsOf(withCertificate({ lifetime: "364 days 23 hours" }, generalPurpose))).toEqual([]);
    expect(
      faultsOf(withCertificate({ lifetime: "6 days", jitter: "1 day 23 hours 59 minutes 59 seconds" })),
    ).toEqual([]);
  });
});

describe("linkDigest", () => {
  it("is the same however the link is written", () => {
    const { name, ...rest } = minimal;
    const explicit = { ...rest, certificates: { timeZone: "UTC", checkEvery: "900 seconds" }, name };
    const jitter = {
      ...explicit,
      bunnies: [{ ...bunny, certificates: [{ jitter: "30240 seconds", ...certificate }] }],
    };
    expect(linkDigest(parseLink(jitter))).toBe(linkDigest(parseLink(minimal)));
  });

  it("differs when anything differs", () => {
    const other = parseLink(withCertificate({ jitter: "30239 seconds" }));
    expect(linkDigest(other)).not.toBe(linkDigest(parseLink(minimal)));
  });

  it("is a SHA-256 in lower-case hexadecimal", () => {
    expect(linkDigest(parseLink(minimal))).toMatch(/^[0-9a-f]{64}$/);
  });
});
