import { describe, expect, it } from "vitest";
import reference from "../../link.config.ts";
import { CERTIFICATE, faultsOf, linkWith, minimalLink } from "../../local/testing/links.ts";
import { ConfigError } from "../runtime/errors.ts";
import { linkDigest, parseLink } from "./load.ts";

const certificateWith = (fields: object) => {
  const changes = Object.entries(fields).map(([key, value]) => [`${CERTIFICATE}.${key}`, value]);
  return parseLink(linkWith(Object.fromEntries(changes))).bunnies[0]?.certificates[0];
};

describe("parseLink", () => {
  it("takes the reference link", () => {
    expect(faultsOf(reference)).toEqual([]);
  });

  it("fills in every default, in seconds and in order", () => {
    expect(parseLink(minimalLink)).toEqual({
      name: "example-link",
      aws: {
        region: "eu-west-2",
        vpc: { cidr: "10.0.0.0/16", privateSubnets: ["10.0.1.0/24", "10.0.2.0/24"] },
        outboundIdentityFederation: "create",
      },
      azure: { location: "uksouth", vnet: { cidr: "10.10.0.0/16", subnets: ["10.10.1.0/24"] } },
      relay: {
        host: "relay.example.com",
        port: 443,
        log: { group: "/example/relay", create: true },
        readers: [],
      },
      certificateAuthority: {
        commonName: "Example Link CA",
        mode: "short-lived",
        issuePerSecond: 25,
        lifetimeSeconds: 315_360_000,
      },
      certificates: { checkEverySeconds: 900, timeZone: "UTC" },
      bunnies: [
        {
          name: "bunny",
          workload: {
            issuer: "https://oidc.example.com/1/",
            namespace: "bunny",
            serviceAccount: "bunny",
          },
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
          apiKeys: [],
        },
      ],
    });
  });

  it("fills in relay's certificate from relay's host, when there is to be one", () => {
    const readers = ["arn:aws:iam::111122223333:role/relay-b", "arn:aws:iam::111122223333:role/relay-a"];
    expect(parseLink(linkWith({ "relay.certificate": { readers } })).relay).toMatchObject({
      certificate: {
        name: "relay-server",
        identity: { commonName: "relay.example.com", dnsNames: ["relay.example.com"] },
        key: { type: "EC", curve: "P-256" },
        lifetimeSeconds: 604_800,
        renewAt: 2 / 3,
        jitterMaxSeconds: 30_240,
        proof: "observed",
        proofWithinSeconds: 1_800,
        readers: readers.toReversed(),
      },
    });
  });

  it("keeps a jitter of zero apart from none", () => {
    expect(certificateWith({ jitter: "0 seconds" })?.jitterMaxSeconds).toBe(0);
  });

  it("shrinks the default jitter where an early renewal leaves no room for it", () => {
    expect(
      certificateWith({ lifetime: "10000 seconds", renewAt: 0.05, proofWithin: "1 minute" })
        ?.jitterMaxSeconds,
    ).toBe(249);
  });

  it("puts DNS names and days in order", () => {
    const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    const window = { days, from: "22:00", to: "05:00", timeZone: "UTC" };
    const identity = { commonName: "b", dnsNames: ["b.example.com", "a.example.com"] };
    expect(certificateWith({ window, identity })).toMatchObject({
      window: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] },
      identity: { dnsNames: ["a.example.com", "b.example.com"] },
    });
  });

  it("takes another key, proof and deadline of proof", () => {
    const fields = { key: { type: "RSA", size: 3072 }, proof: { after: "2 hours" }, proofWithin: "1 hour" };
    expect(certificateWith(fields)).toMatchObject({
      key: { type: "RSA", size: 3072 },
      proof: { after: 7_200 },
      proofWithinSeconds: 3_600,
    });
  });

  it("adopts a CA of its region", () => {
    const adopt = `arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/${"0".repeat(36)}`;
    const link = parseLink(
      linkWith({ certificateAuthority: { adopt, mode: "general-purpose", issuePerSecond: 5 } }),
    );
    expect(link.certificateAuthority).toEqual({ adopt, mode: "general-purpose", issuePerSecond: 5 });
  });

  it("names every fault of the structure in one message", () => {
    const input = linkWith({
      nmae: "x",
      "aws.region": "London",
      "aws.vpc": { cidr: "10.0.0.1/16", privateSubnets: [] },
      [`${CERTIFICATE}.lifetimeSeconds`]: 60,
    });
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
    const input = linkWith({
      "azure.vnet": { cidr: "10.0.0.0/24", subnets: ["10.0.1.0/24"] },
      [`${CERTIFICATE}.lifetime`]: "8 days",
      [`${CERTIFICATE}.jitter`]: "7 days",
    });
    expect(faultsOf(input)).toEqual([
      "azure.vnet.subnets[0]: 10.0.1.0/24 is outside of azure.vnet.cidr 10.0.0.0/24: choose a part of it",
      "azure.vnet.cidr: 10.0.0.0/24 overlaps aws.vpc.cidr 10.0.0.0/16: no route could tell them apart, so choose another network",
      'bunnies[0].certificates[0].lifetime: 8 days is over 7 days, the most a short-lived CA signs: shorten it, or set certificateAuthority.mode to "general-purpose"',
      'bunnies[0].certificates[0].jitter: 7 days must be under half of renewAt x lifetime, or a fresh certificate could be due at once: write at most "2 days 15 hours 59 minutes 59 seconds"',
    ]);
  });
});

describe("linkDigest", () => {
  it("is the same whether a default is written or left out", () => {
    const written = linkWith({
      certificates: { checkEvery: "900 seconds" },
      [`${CERTIFICATE}.jitter`]: "30240 seconds",
    });
    expect(linkDigest(parseLink(written))).toBe(linkDigest(parseLink(minimalLink)));
  });

  it("is the same in whatever order a parsed link's fields stand", () => {
    const link = parseLink(minimalLink);
    const { name, aws, ...rest } = link;
    const { region, ...others } = aws;
    expect(linkDigest({ ...rest, aws: { ...others, region }, name })).toBe(linkDigest(link));
  });

  it("differs when anything differs", () => {
    const other = parseLink(linkWith({ [`${CERTIFICATE}.jitter`]: "30239 seconds" }));
    expect(linkDigest(other)).not.toBe(linkDigest(parseLink(minimalLink)));
  });

  it("is a SHA-256 in lower-case hexadecimal", () => {
    expect(linkDigest(parseLink(minimalLink))).toMatch(/^[0-9a-f]{64}$/);
  });
});
