import { describe, expect, it } from "vitest";
import { CERTIFICATE as C, faultsOf, linkWith, minimalLink } from "../../local/testing/links.ts";

const [bunny] = minimalLink.bunnies;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const window = { days, from: "22:00", to: "05:00", timeZone: "Europe/London" };
const certificate = { name: "other", identity: { commonName: "other.example.com" } };
const generalPurpose = { commonName: "CA", mode: "general-purpose", lifetime: "1 year" };
const vpc = (cidr: string, ...privateSubnets: string[]) => ({ cidr, privateSubnets });
const irishCa = `arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/${"0".repeat(36)}`;

const reader = "arn:aws:iam::111122223333:role/relay";
const relay = (certificate: object) => ({ "relay.certificate": { readers: [reader], ...certificate } });
const longHost = `${"a".repeat(60)}.example.com`;

describe("linkFaults", () => {
  it.each<[what: string, changes: Record<string, unknown>, faults: string[]]>([
    [
      "a subnet that overlaps another, and one outside of its network",
      { "aws.vpc": vpc("10.0.0.0/16", "10.0.0.0/20", "10.0.1.0/24", "10.1.0.0/24") },
      [
        "aws.vpc.privateSubnets[1]: 10.0.1.0/24 overlaps 10.0.0.0/20: choose another part",
        "aws.vpc.privateSubnets[2]: 10.1.0.0/24 is outside of aws.vpc.cidr 10.0.0.0/16: choose a part of it",
      ],
    ],
    [
      "networks that overlap each other",
      { "aws.vpc": vpc("10.10.0.0/20", "10.10.1.0/24") },
      [
        "azure.vnet.cidr: 10.10.0.0/16 overlaps aws.vpc.cidr 10.10.0.0/20: no route could tell them apart, so choose another network",
      ],
    ],
    [
      "an adopted CA of another region",
      { certificateAuthority: { adopt: irishCa } },
      ["certificateAuthority.adopt: is in eu-west-1, but aws.region is eu-west-2: adopt a CA of that region"],
    ],
    [
      "a lead in which no second run would come",
      {
        "certificates.checkEvery": "15 minutes",
        [`${C}.lifetime`]: "20 minutes",
        [`${C}.proofWithin`]: "1 minute",
      },
      [
        `${C}.renewAt: leaves 6 minutes 40 seconds after the latest renewal, less than 2 looks (certificates.checkEvery is 15 minutes): lower it, lengthen the lifetime, or look more often`,
      ],
    ],
    [
      "a proof that is due only after the next renewal",
      { [`${C}.lifetime`]: "2 hours", [`${C}.jitter`]: "10 minutes", [`${C}.proofWithin`]: "70 minutes" },
      [
        `${C}.proofWithin: 1 hour 10 minutes is not over before the next renewal, which may come after 1 hour 10 minutes: shorten it`,
      ],
    ],
    [
      "a time for granted that is over only after the next renewal",
      {
        [`${C}.lifetime`]: "2 hours",
        [`${C}.jitter`]: "10 minutes",
        [`${C}.proof`]: { after: "70 minutes" },
      },
      [
        `${C}.proof.after: 1 hour 10 minutes is not over before the next renewal, which may come after 1 hour 10 minutes: shorten it`,
      ],
    ],
    [
      "two bunnies of one name",
      { "bunnies[1]": { ...bunny, certificates: [certificate] } },
      [
        'bunnies[1].name: "bunny" is already the bunny at bunnies[0].name: each bunny of a link needs its own name',
      ],
    ],
    [
      "two certificates whose names differ in case only, which Key Vault ignores",
      { "bunnies[1]": { ...bunny, name: "other", certificates: [{ ...certificate, name: "Bunny-Client" }] } },
      [
        'bunnies[1].certificates[0].name: "bunny-client" is already the certificate at bunnies[0].certificates[0].name: each certificate of a link needs its own name',
      ],
    ],
    [
      "a lifetime over 7 days with a short-lived CA",
      { [`${C}.lifetime`]: "7 days 1 second" },
      [
        `${C}.lifetime: 7 days 1 second is over 7 days, the most a short-lived CA signs: shorten it, or set certificateAuthority.mode to "general-purpose"`,
      ],
    ],
    [
      "a lifetime as long as the CA's",
      { certificateAuthority: generalPurpose, [`${C}.lifetime`]: "1 year" },
      [
        `${C}.lifetime: 1 year does not end before the CA, which lives for 1 year: shorten it, or lengthen certificateAuthority.lifetime`,
      ],
    ],
    [
      "a lifetime too short to be renewed",
      { [`${C}.lifetime`]: "1 second" },
      [`${C}.renewAt: would renew at once, again and again, with a lifetime of 1 second: raise one of them`],
    ],
    [
      "a jitter of half of the time to renewal",
      { [`${C}.lifetime`]: "6 days", [`${C}.jitter`]: "2 days" },
      [
        `${C}.jitter: 2 days must be under half of renewAt x lifetime, or a fresh certificate could be due at once: write at most "1 day 23 hours 59 minutes 59 seconds"`,
      ],
    ],
    [
      "a window that closes as it opens",
      { [`${C}.window`]: { ...window, from: "05:00" } },
      [`${C}.window: opens and closes at 05:00: widen it, or leave it out for any time`],
    ],
    [
      "a window between two checks",
      { [`${C}.window`]: { ...window, from: "04:50" } },
      [
        `${C}.window: is open for 10 minutes, shorter than certificates.checkEvery (15 minutes), so it could be missed: widen it`,
      ],
    ],
    [
      "an impossible window",
      { [`${C}.window`]: { ...window, days: ["sat"] } },
      [
        `${C}.window: stays closed for up to 6 days 19 hours (a clock change included), but a certificate must meet it in the second half of renewAt x lifetime, which is 2 days 8 hours: add days, open it longer, or lengthen the lifetime`,
      ],
    ],
    [
      "a certificate of relay's whose name is a bunny's, in another case",
      relay({ name: "Bunny-Client" }),
      [
        `${C}.name: "bunny-client" is already the certificate at relay.certificate.name: each certificate of a link needs its own name`,
      ],
    ],
    [
      "a certificate of relay's that does not name its host",
      relay({ identity: { commonName: "relay.example.com", dnsNames: ["other.example.com"] } }),
      [
        'relay.certificate.identity.dnsNames: does not name relay.host "relay.example.com", so no client would accept it: add it',
      ],
    ],
    [
      "a host that is too long for relay's common name",
      { "relay.host": longHost, ...relay({}) },
      [
        `relay.certificate.identity: is missing, and relay.host has over 64 characters, too long for a common name: write { commonName, dnsNames: ["${longHost}"] }`,
      ],
    ],
    [
      "a life of relay's certificate as it names a bunny's",
      relay({ lifetime: "8 days", renewAt: 0.99999, jitter: "1 day", proofWithin: "1 minute" }),
      [
        'relay.certificate.lifetime: 8 days is over 7 days, the most a short-lived CA signs: shorten it, or set certificateAuthority.mode to "general-purpose"',
        "relay.certificate.renewAt: leaves 7 seconds after the latest renewal, less than 2 looks (certificates.checkEvery is 15 minutes): lower it, lengthen the lifetime, or look more often",
      ],
    ],
  ])("names %s", (_, changes, faults) => {
    expect(faultsOf(linkWith(changes))).toEqual(faults);
  });

  it.each<[what: string, changes: Record<string, unknown>]>([
    ["seven days from a short-lived CA", { [`${C}.lifetime`]: "7 days" }],
    [
      "a lifetime an hour shorter than the CA's",
      { certificateAuthority: generalPurpose, [`${C}.lifetime`]: "364 days 23 hours" },
    ],
    [
      "the most jitter",
      { [`${C}.lifetime`]: "6 days", [`${C}.jitter`]: "1 day 23 hours 59 minutes 59 seconds" },
    ],
    ["a window as long as the time between checks", { [`${C}.window`]: { ...window, from: "04:45" } }],
    [
      "a window that just opens often enough",
      {
        [`${C}.window`]: { days: ["mon", "wed", "fri", "sun"], from: "00:00", to: "16:00", timeZone: "UTC" },
      },
    ],
    ["a certificate of relay's of which only the readers are said", relay({})],
    ["networks side by side", { "azure.vnet": { cidr: "10.1.0.0/16", subnets: ["10.1.0.0/16"] } }],
  ])("finds nothing wrong with %s", (_, changes) => {
    expect(faultsOf(linkWith(changes))).toEqual([]);
  });
});
