import { describe, expect, it } from "vitest";
import { adoptedVpn, faultsOf, linkWith } from "../../local/testing/links.ts";
import { apiKeysOf } from "../keys/api-keys-desired.ts";
import { parseLink } from "./load.ts";

const READERS = ["arn:aws:iam::123456789012:role/relay"];
const KEYS = "bunnies[0].apiKeys";
const linkOf = (keys: readonly unknown[], changes: Readonly<Record<string, unknown>> = {}) =>
  linkWith({ "relay.readers": READERS, [KEYS]: keys, ...changes });
const bunny = {
  ...parsedBunny(),
  certificates: [{ name: "other-client", identity: { commonName: "other.example.com" } }],
};

function parsedBunny() {
  return {
    name: "other",
    workload: { issuer: "https://oidc.example.com/1/", namespace: "bunny", serviceAccount: "other" },
  };
}

describe("bunnies[].apiKeys", () => {
  it("are none where the link has none", () => {
    const link = parseLink(linkWith({}));
    expect(link.bunnies.map(({ apiKeys }) => apiKeys)).toEqual([[]]);
    expect(link.relay.readers).toEqual([]);
  });

  it("are filled in, and are for the name that bunny's certificates bear", () => {
    expect(apiKeysOf(parseLink(linkOf([{ name: "bunny-key" }])))).toEqual([
      {
        bunny: "bunny",
        desired: {
          name: "bunny-key",
          identity: "bunny.example.com",
          asGood: ["bunny.example.com"],
          callers: ["bunny.example.com"],
          scopes: ["poll", "results"],
          rotateEverySeconds: 30 * 86_400,
          graceSeconds: 3_600,
          proof: "observed",
          provenWithinSeconds: 1_800,
        },
      },
    ]);
  });

  it("take every field, and keep scopes in order", () => {
    const key = {
      name: "bunny-key",
      identity: "b.example.com",
      scopes: ["results", "poll"],
      rotateEvery: "7 days",
      grace: "10 minutes",
      proof: { after: "10 minutes" },
      provenWithin: "1 hour",
    };
    const dnsNames = ["a.example.com", "b.example.com"];
    const link = linkOf([key], { "bunnies[0].certificates[0].identity.dnsNames": dnsNames });
    expect(apiKeysOf(parseLink(link))[0]?.desired).toEqual({
      name: "bunny-key",
      identity: "b.example.com",
      asGood: ["a.example.com", "b.example.com"],
      callers: ["a.example.com", "b.example.com"],
      scopes: ["poll", "results"],
      rotateEverySeconds: 7 * 86_400,
      graceSeconds: 600,
      proof: { after: 600 },
      provenWithinSeconds: 3_600,
    });
  });

  it("are for the DNS name where a certificate has one: relay looks at no other", () => {
    const link = linkOf([{ name: "bunny-key" }], {
      "bunnies[0].certificates[0].identity": { commonName: "bunny", dnsNames: ["bunny.example.com"] },
    });
    expect(apiKeysOf(parseLink(link))[0]?.desired.identity).toBe("bunny.example.com");
  });

  it("are read by whoever may read relay's certificate, where nobody else is named", () => {
    const certificate = { readers: ["arn:aws:iam::123456789012:role/other"] };
    const changes = { "relay.readers": undefined, "relay.certificate": certificate };
    expect(parseLink(linkOf([{ name: "bunny-key" }], changes)).relay.readers).toEqual(certificate.readers);
  });

  it("want somebody who may read them", () => {
    expect(faultsOf(linkOf([{ name: "bunny-key" }], { "relay.readers": undefined }))).toEqual([
      "relay.readers: is missing, and relay could read no API key: write the ARNs of the IAM roles of relay's pods, which must exist",
    ]);
  });

  it.each([
    [
      "name",
      { name: "No" },
      "must be 2 to 40 lower-case letters, digits and single hyphens, starting with a letter",
    ],
    [
      "scopes",
      { scopes: [] },
      'must have "poll" or "results": without either, nothing can be done with the key',
    ],
    ["scopes", { scopes: ["poll", "poll"] }, "names one scope twice: write it once"],
    ["scopes[0]", { scopes: ["admin"] }, 'must be "poll" or "results"'],
    [
      "identity",
      { identity: "eve.example.com" },
      '"eve.example.com" is on none of its bunny\'s certificates: write "bunny.example.com"',
    ],
    [
      "grace",
      { grace: "9 minutes 59 seconds" },
      '9 minutes 59 seconds is too short to see who still uses the old key: write "10 minutes" or more',
    ],
    [
      "proof.after",
      { grace: "10 minutes", proof: { after: "601 seconds" } },
      "10 minutes 1 second is longer than the grace of 10 minutes, after which the old key is refused: shorten it, or lengthen grace",
    ],
    [
      "rotateEvery",
      { grace: "23 hours", rotateEvery: "1 day" },
      "1 day is over before a rotation may be, which takes up to 1 day (both proofs and the grace): lengthen it",
    ],
    [
      "rotateEvery",
      { rotateEvery: "23 hours" },
      '23 hours is too often for the versions that a secret may have: write "1 day" or more',
    ],
    [
      "provenWithin",
      { provenWithin: "59 seconds" },
      '59 seconds is too short for relay\'s replicas to load a key: write "1 minute" or more',
    ],
    [
      "proof",
      { proof: "manual" },
      'cannot be "manual": nobody may read a new key, so nobody could push it by hand; it must be "observed" or { after: "10 minutes" }',
    ],
    ["proof", { proof: "seen" }, 'must be "observed" or { after: "10 minutes" }'],
  ])("have a fault at %s for %o", (path, changes, message) => {
    expect(faultsOf(linkOf([{ name: "bunny-key", ...changes }]))).toEqual([`${KEYS}[0].${path}: ${message}`]);
  });

  it("of one identity have each scope once: bunny sends one key with a request", () => {
    const keys = [
      { name: "poll-key", scopes: ["poll"] },
      { name: "result-key", scopes: ["results"] },
    ];
    expect(faultsOf(linkOf(keys))).toEqual([]);
    expect(faultsOf(linkOf([...keys, { name: "both-key" }]))).toEqual([
      `${KEYS}[2].scopes: has a scope that ${KEYS}[0] has too, for "bunny.example.com": give each scope to one of the two`,
    ]);
  });

  it("are as good for another name that is on each certificate with theirs, and for no other", () => {
    const certificates = [
      { name: "one", identity: { commonName: "x", dnsNames: ["old.example.com", "new.example.com"] } },
      { name: "two", identity: { commonName: "x", dnsNames: ["old.example.com", "two.example.com"] } },
    ];
    const namesFor = (identity: string) => {
      const link = linkOf([{ name: "bunny-key", identity }], { "bunnies[0].certificates": certificates });
      return apiKeysOf(parseLink(link))[0]?.desired;
    };
    expect(namesFor("old.example.com")).toMatchObject({
      asGood: ["old.example.com"],
      callers: ["new.example.com", "old.example.com", "two.example.com"],
    });
    expect(namesFor("new.example.com")).toMatchObject({
      asGood: ["new.example.com", "old.example.com"],
      callers: ["new.example.com", "old.example.com"],
    });
  });

  it("want an identity where no name is on all of bunny's certificates", () => {
    const certificates = ["one", "two"].map((name) => ({
      name,
      identity: { commonName: `${name}.example.com` },
    }));
    expect(faultsOf(linkOf([{ name: "bunny-key" }], { "bunnies[0].certificates": certificates }))).toEqual([
      `${KEYS}[0].identity: is missing, and no name is on all of bunny's certificates: write "one.example.com" or "two.example.com"`,
    ]);
  });

  it.each([
    ["bunny-client", "of a certificate"],
    ["one-a", "of a tunnel"],
    ["trust-bundle", "under which the trust bundle is in the vault"],
  ])("cannot be named %s", (name, what) => {
    expect(faultsOf(linkOf([{ name }], { vpn: adoptedVpn }))).toEqual([
      `${KEYS}[0].name: "${name}" is also the name ${what}: choose another`,
    ]);
  });

  it("each have a name of their own in the whole link, and so does a tunnel", () => {
    const other = { ...bunny, apiKeys: [{ name: "bunny-key" }] };
    const changes = { "bunnies[1]": other, vpn: adoptedVpn, "bunnies[0].certificates[0].name": "one-a" };
    expect(faultsOf(linkOf([{ name: "bunny-key" }], changes))).toEqual([
      'bunnies[1].apiKeys[0].name: "bunny-key" is already the API key at bunnies[0].apiKeys[0].name: each API key of a link needs its own name',
      'vpn.connections[0].tunnels[0].name: "one-a" is also the name of a certificate: choose another',
    ]);
  });

  it("have secrets of their own in AWS, wherever the bunny's name ends", () => {
    const changes = {
      "bunnies[0].name": "bun",
      "bunnies[1]": { ...bunny, name: "bun-ny", apiKeys: [{ name: "key" }] },
    };
    expect(faultsOf(linkOf([{ name: "ny-key" }], changes))).toEqual([
      'bunnies[1].apiKeys[0].name: its secret in AWS would be named "bun-ny-key", as that of bunnies[0].apiKeys[0] is: choose another name',
    ]);
    expect(faultsOf(linkOf([{ name: "certificate" }], { "bunnies[0].name": "relay" }))).toEqual([
      `${KEYS}[0].name: its secret in AWS would be named "relay-certificate", as a secret of the deployment's own is: choose another name`,
    ]);
  });
});
