import { describe, expect, it } from "vitest";
import { CERTIFICATE as C, faultsOf, linkWith } from "../../local/testing/links.ts";

const DURATION = 'write a duration such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours"';
const NAME = "must be 3 to 20 lower-case letters, digits and single hyphens, starting with a letter";
const DNS = 'is no DNS name: write one such as "bunny.example.com"';
const ZONE = 'is no IANA time zone: write one such as "Europe/London" or "UTC"';
const FRACTION = "it must be a fraction of the lifetime between 0 and 1, such as 2 / 3";
const ISSUER = "is no OIDC issuer: copy the https URL from `az aks show --query oidcIssuerProfile.issuerUrl`";
const VAULT_NAME = "is no certificate name that Key Vault takes: use 1 to 127 letters, digits and hyphens";
const SPECIAL = 'has spaces around it, control characters or one of " , + = < > ; \\ #: leave them out';
const EITHER =
  'either adopts or creates a CA: write { adopt: "arn:…", mode } or { commonName, mode, lifetime }, not both';
const ISSUES =
  "must be a whole number from 1 to 1000: the signatures a second that the CA's quota leaves to this link";
const KEYS =
  "name, aws, azure, relay, certificateAuthority, certificates, bunnies, trust, vpn, allowlists, authFailures, alerts";
const arn = `arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/${"0".repeat(36)}`;
const reader = "arn:aws:iam::111122223333:role/relay";
const NO_ROLE = 'is no ARN of a role: copy it from IAM; it looks like "arn:aws:iam::ACCOUNT:role/NAME"';
const window = { days: ["mon"], from: "22:00", to: "05:00", timeZone: "UTC" };
const long = `${"a.".repeat(126)}ab`;

describe("a link with one wrong field", () => {
  it.each<[what: string, path: string, value: unknown, fault: string]>([
    ["a missing part", "azure", undefined, "is missing; must be an object with location, vnet"],
    ["a part that is no object", "azure", "uksouth", "must be an object with location, vnet"],
    ["a name in capitals", "name", "Example", NAME],
    ["a name that is too short", "name", "ab", NAME],
    ["a name that is too long", "name", "a".repeat(21), NAME],
    ["a name that starts with a digit", "name", "1link", NAME],
    ["a region by its city", "aws.region", "London", 'is no AWS region: write one such as "eu-west-2"'],
    ["federation switched on", "aws.outboundIdentityFederation", true, 'must be "create" or "adopt"'],
    [
      "a location by its display name",
      "azure.location",
      "UK South",
      'is no Azure location: write its short name, such as "uksouth"',
    ],
    ["a missing text", "relay.host", undefined, 'is missing; must be a DNS name such as "bunny.example.com"'],
    [
      "a host in capitals",
      "relay.host",
      "Relay.example.com",
      '"Relay.example.com" has capitals: write "relay.example.com"',
    ],
    ["a host that is an address", "relay.host", "10.0.0.1", `"10.0.0.1" ${DNS}`],
    ["port zero", "relay.port", 0, "must be a port from 1 to 65535"],
    ["a port too high", "relay.port", 65_536, "must be a port from 1 to 65535"],
    ["a port in text", "relay.port", "443", "must be a port from 1 to 65535"],
    [
      "a log group with a space",
      "relay.log.group",
      "my log",
      'is no log group name: use letters, digits and . - _ / #, such as "/example/relay"',
    ],
    ["an unsaid creation", "relay.log.create", undefined, "is missing; must be true or false"],
    ["a CA that is adopted and created", "certificateAuthority", { adopt: arn, commonName: "CA" }, EITHER],
    ["a lifetime for an adopted CA", "certificateAuthority", { adopt: arn, lifetime: "1 year" }, EITHER],
    ["a CA that is neither", "certificateAuthority", {}, EITHER],
    ["an unknown mode", "certificateAuthority.mode", "short", 'must be "short-lived" or "general-purpose"'],
    ["a CA without signatures", "certificateAuthority.issuePerSecond", 0, ISSUES],
    ["half a signature a second", "certificateAuthority.issuePerSecond", 0.5, ISSUES],
    ["a rate beyond every quota", "certificateAuthority.issuePerSecond", 1_001, ISSUES],
    ["no bunny", "bunnies", [], "must have at least one of the bunnies"],
    [
      "a bunny without certificates",
      "bunnies[0].certificates",
      [],
      "must have at least one of the certificates",
    ],
    ["an issuer without TLS", "bunnies[0].workload.issuer", "http://oidc.example.com", ISSUER],
    ["an issuer with a query", "bunnies[0].workload.issuer", "https://oidc.example.com/?a", ISSUER],
    [
      "a namespace in capitals",
      "bunnies[0].workload.namespace",
      "Bunny",
      "is no Kubernetes namespace: use at most 63 lower-case letters, digits and hyphens",
    ],
    [
      "a service account with a slash",
      "bunnies[0].workload.serviceAccount",
      "a/b",
      "is no Kubernetes service account: use lower-case letters, digits, hyphens and dots",
    ],
    [
      "a check between minutes",
      "certificates.checkEvery",
      "90 seconds",
      "must be whole minutes: the schedule fires at most once a minute",
    ],
    ["a check never", "certificates.checkEvery", "0 minutes", `must be longer than nothing: ${DURATION}`],
    ["an unknown time zone", "certificates.timeZone", "Europe/Lundon", `"Europe/Lundon" ${ZONE}`],
    ["a time zone in small letters", "certificates.timeZone", "europe/london", `"europe/london" ${ZONE}`],
    ["a time zone by offset", "certificates.timeZone", "+01:00", `"+01:00" ${ZONE}`],
    ["a name that Key Vault refuses", `${C}.name`, "bunny_client", VAULT_NAME],
    ["a name longer than Key Vault's", `${C}.name`, "b".repeat(128), VAULT_NAME],
    [
      "a common name that is too long",
      `${C}.identity.commonName`,
      "b".repeat(65),
      "has 65 characters: X.509 takes 1 to 64",
    ],
    ["an empty common name", `${C}.identity.commonName`, "", "has 0 characters: X.509 takes 1 to 64"],
    [
      "an organization with a comma",
      `${C}.identity.organization`,
      "Example, Inc.",
      `"Example, Inc." ${SPECIAL}`,
    ],
    ["a common name with a space before it", `${C}.identity.commonName`, " bunny", `" bunny" ${SPECIAL}`],
    [
      "a DNS name in capitals",
      `${C}.identity.dnsNames[0]`,
      "Bunny.example.com",
      '"Bunny.example.com" has capitals: write "bunny.example.com"',
    ],
    ["a wildcard", `${C}.identity.dnsNames[0]`, "*.example.com", `"*.example.com" ${DNS}`],
    [
      "a DNS name with an empty label",
      `${C}.identity.dnsNames[0]`,
      "bunny..example.com",
      `"bunny..example.com" ${DNS}`,
    ],
    ["a DNS name that is too long", `${C}.identity.dnsNames[0]`, long, `"${long}" ${DNS}`],
    [
      "a DNS name twice",
      `${C}.identity.dnsNames`,
      ["a.example.com", "a.example.com"],
      "names one DNS name twice: write it once",
    ],
    ["a lifetime as a number", `${C}.lifetime`, 604_800, DURATION],
    ["a lifetime in other words", `${C}.lifetime`, "a week", `"a week" is not a duration: ${DURATION}`],
    ["a lifetime of nothing", `${C}.lifetime`, "0 days", `must be longer than nothing: ${DURATION}`],
    ["renewal at the end", `${C}.renewAt`, 1, `would renew at or after the certificate's end: ${FRACTION}`],
    [
      "renewal after the end",
      `${C}.renewAt`,
      1.5,
      `would renew at or after the certificate's end: ${FRACTION}`,
    ],
    ["renewal at once", `${C}.renewAt`, 0, `would renew at once, again and again: ${FRACTION}`],
    ["renewal by duration", `${C}.renewAt`, "5 days", FRACTION.replace("it ", "")],
    ["an unknown proof", `${C}.proof`, "seen", 'must be "observed", "manual" or { after: "2 hours" }'],
    ["a window without days", `${C}.window`, { ...window, days: [] }, "days: must name at least one day"],
    [
      "a window on no day",
      `${C}.window`,
      { ...window, days: ["monday"] },
      "days[0]: must be one of mon, tue, wed, thu, fri, sat, sun",
    ],
    [
      "a window at no time",
      `${C}.window`,
      { ...window, to: "24:00" },
      'to: is no time of day: write "00:00" to "23:59"',
    ],
    [
      "a window in no zone",
      `${C}.window`,
      { ...window, timeZone: "Mars/Olympus" },
      `timeZone: "Mars/Olympus" ${ZONE}`,
    ],
    [
      "a proof with a wrong time",
      `${C}.proof`,
      { after: "2h" },
      `after: "2h" is not a duration: ${DURATION}`,
    ],
    [
      "a key of another curve",
      `${C}.key`,
      { type: "EC", curve: "P-521" },
      'curve: Invalid option: expected one of "P-256"|"P-384"',
    ],
    [
      "a CA ARN that is none",
      "certificateAuthority",
      { adopt: "arn:aws:acm-pca" },
      'adopt: is no ARN of a private CA: copy it from AWS Private CA; it looks like "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"',
    ],
    [
      "a certificate of relay's that nobody may read",
      "relay.certificate",
      { readers: [] },
      "readers: must have at least one of the role ARNs",
    ],
    [
      "a reader that is a user",
      "relay.certificate",
      { readers: ["arn:aws:iam::111122223333:user/someone"] },
      `readers[0]: ${NO_ROLE}`,
    ],
    [
      "a reader that is any role",
      "relay.certificate",
      { readers: ["arn:aws:iam::111122223333:role/*"] },
      `readers[0]: ${NO_ROLE}`,
    ],
    [
      "a reader twice",
      "relay.certificate",
      { readers: [reader, reader] },
      "readers: names one role twice: write it once",
    ],
  ])("is told of %s", (_, path, value, fault) => {
    const separator = /^[a-zA-Z]+(\[\d\])?: /.test(fault) ? "." : ": ";
    expect(faultsOf(linkWith({ [path]: value }))).toEqual([`${path}${separator}${fault}`]);
  });

  it("is told of an unknown key and what is known", () => {
    expect(faultsOf(linkWith({ tunnels: [] }))).toEqual([
      `the link: unknown key "tunnels"; known here: ${KEYS}`,
    ]);
  });

  it("is told that it is none at all", () => {
    expect(faultsOf(5)).toEqual([`the link: must be an object with ${KEYS}`]);
  });
});

describe("a link's time zone", () => {
  // Intl's list has neither the first three nor every zone's second name: those are asked for one by one.
  it.each(["UTC", "Etc/UTC", "Asia/Kolkata", "Asia/Calcutta", "Europe/London"])("may be %s", (zone) => {
    expect(faultsOf(linkWith({ "certificates.timeZone": zone }))).toEqual([]);
  });
});
