import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type Ca, type Issued, makeCa, type Subject } from "../../local/testing/certificates.ts";
import { type LeafKey, type LeafOptions, makeLeaf, makeLeafKey } from "../../local/testing/leaf.ts";
import { type ChainRules, findChainFault, isIssuedBy } from "./chain.ts";
import { issuerOf, type PinnedCa, pinCa } from "./pinned.ts";

const NOW = 1_795_248_000;
const WEEK = 604_800;
const at = (seconds: number) => new Date((NOW + seconds) * 1000);
const years = { notBefore: at(-3_600), notAfter: at(10 * 365 * 86_400) };
const bunny: Subject = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["a.example", "b.example"],
};

let root: Ca;
let ca: Ca;
let key: LeafKey;
let rules: ChainRules;

beforeAll(async () => {
  root = await makeCa({ ...years, commonName: "Root" });
  ca = await makeCa({ ...years, commonName: "CA", parent: root });
  key = await makeLeafKey("P-256");
  rules = {
    pinned: [pinned(ca, root)],
    identity: {
      commonName: "bunny.example.com",
      organization: "Example",
      dnsNames: ["a.example", "b.example"],
    },
    key: { type: "EC", curve: "P-256" },
    purpose: "client",
    lifetimeSeconds: WEEK,
    publicKey: key.spki,
  };
});

const pinned = (...cas: readonly Ca[]): PinnedCa => pinCa(cas.map(({ certificatePem }) => certificatePem));
const leaf = (options: Partial<LeafOptions> = {}, issuer: Ca = ca): Promise<Uint8Array> =>
  makeLeaf(issuer, {
    ...bunny,
    key,
    usages: ["clientAuth"],
    notBefore: at(-3_600),
    notAfter: at(WEEK),
    ...options,
  });
const check = async (options: Partial<LeafOptions>, now = NOW) =>
  findChainFault([await leaf(options), ca.der, root.der], rules, now);

describe("findChainFault", () => {
  it("finds nothing in a leaf of the pinned CA that is what the link asks for", async () => {
    expect(await check({})).toBeNull();
  });

  it("finds nothing in a leaf of any of the pinned CAs with that one's own chain", async () => {
    const next = await makeCa({ ...years, commonName: "Next" });
    const both = { ...rules, pinned: [pinned(ca, root), pinned(next)] };
    expect(findChainFault([await leaf(), ca.der, root.der], both, NOW)).toBeNull();
    expect(findChainFault([await leaf({}, next), next.der], both, NOW)).toBeNull();
  });

  it("finds nothing wrong with the order of the names", async () => {
    expect(await check({ dnsNames: ["b.example", "a.example"] })).toBeNull();
  });

  describe("does not trust", () => {
    const untrusted = { reason: "chain-not-trusted" };

    it("an empty chain", () => {
      expect(findChainFault([], rules, NOW)).toMatchObject(untrusted);
    });

    it("another CA of the same name, in the leaf or in the chain", async () => {
      const twin = await makeCa({ ...years, commonName: "CA", parent: root });
      const ofTwin = await leaf({}, twin);
      expect(findChainFault([ofTwin, twin.der, root.der], rules, NOW)).toMatchObject(untrusted);
      expect(findChainFault([ofTwin, ca.der, root.der], rules, NOW)).toEqual({
        ...untrusted,
        detail: "the leaf was not signed by the CA of its chain",
      });
    });

    it("a leaf that the root signed itself", async () => {
      expect(findChainFault([await leaf({}, root), ca.der, root.der], rules, NOW)).toMatchObject(untrusted);
    });

    it("CA certificates in another order", async () => {
      expect(findChainFault([await leaf(), root.der, ca.der], rules, NOW)).toEqual({
        ...untrusted,
        detail: "its 2 CA certificates are none of the 1 chains pinned",
      });
    });

    it("a CA certificate more, or one less", async () => {
      const other = await makeCa({ ...years, commonName: "Other" });
      const own = await leaf();
      expect(findChainFault([own, ca.der, root.der, other.der], rules, NOW)).toMatchObject(untrusted);
      expect(findChainFault([own, ca.der], rules, NOW)).toEqual({
        ...untrusted,
        detail: "its 1 CA certificates are none of the 1 chains pinned",
      });
      expect(findChainFault([own], rules, NOW)).toMatchObject(untrusted);
    });

    it("a leaf of one pinned CA with the chain of another one, nor with both", async () => {
      const next = await makeCa({ ...years, commonName: "Next" });
      const both = { ...rules, pinned: [pinned(ca, root), pinned(next)] };
      expect(findChainFault([await leaf(), next.der], both, NOW)).toEqual({
        ...untrusted,
        detail: "the leaf was not signed by the CA of its chain",
      });
      expect(findChainFault([await leaf(), ca.der, root.der, next.der], both, NOW)).toMatchObject(untrusted);
      expect(findChainFault([await leaf({}, next), ca.der, root.der], both, NOW)).toMatchObject(untrusted);
    });

    it("a chain whose parent is not the one that was pinned, though the issuing CA is", async () => {
      const other = await makeCa({ ...years, commonName: "Root" });
      expect(findChainFault([await leaf(), ca.der, other.der], rules, NOW)).toMatchObject(untrusted);
    });

    it("anything while nothing is pinned", async () => {
      expect(findChainFault([await leaf()], { ...rules, pinned: [] }, NOW)).toMatchObject(untrusted);
    });

    it("a leaf whose signature is broken", async () => {
      const broken = Buffer.from(await leaf());
      broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
      expect(findChainFault([broken, ca.der, root.der], rules, NOW)).toMatchObject(untrusted);
    });

    it.each([
      ["no certificate", async () => Buffer.from("no certificate")],
      ["PEM where DER is due", async () => Buffer.from(pem(await leaf()))],
      ["followed by more bytes", async () => Buffer.concat([await leaf(), Buffer.from([0])])],
    ])("a leaf that is %s", async (_name, make) => {
      expect(findChainFault([await make(), ca.der, root.der], rules, NOW)).toEqual({
        ...untrusted,
        detail: "the leaf is not exactly one certificate",
      });
    });
  });

  it("refuses a leaf for another key, or another kind of key", async () => {
    expect(await check({ key: await makeLeafKey("P-256") })).toMatchObject({ reason: "other-key" });
    const other: ChainRules = { ...rules, key: { type: "EC", curve: "P-384" } };
    expect(findChainFault([await leaf(), ca.der, root.der], other, NOW)).toMatchObject({
      reason: "other-key",
    });
  });

  it.each<[string, Partial<LeafOptions>]>([
    ["another common name", { commonName: "relay.example.com" }],
    ["another organization", { organization: "Example 2" }],
    ["a foreign DNS name", { dnsNames: ["a.example", "evil.example"] }],
    ["a DNS name more", { dnsNames: ["a.example", "b.example", "c.example"] }],
    ["a DNS name less", { dnsNames: ["a.example"] }],
    ["an address beside its names", { ipAddresses: ["10.0.0.1"] }],
    ["a URI beside its names", { uris: ["spiffe://example/relay"] }],
    ["a unit beside its organization", { organizationalUnit: "Administrators" }],
  ])("refuses a leaf with %s", async (_name, options) => {
    expect(await check(options)).toMatchObject({ reason: "other-identity" });
  });

  it.each<[string, Partial<LeafOptions>]>([
    ["for servers", { usages: ["serverAuth"] }],
    ["for clients and servers", { usages: ["clientAuth", "serverAuth"] }],
    ["for any purpose", { usages: [] }],
    ["that is a CA itself", { isCa: true }],
  ])("refuses a leaf %s", async (_name, options) => {
    expect(await check(options)).toMatchObject({ reason: "other-purpose" });
  });

  it("refuses a leaf from the second of its end, and not before", async () => {
    expect(await check({}, NOW + WEEK - 1)).toBeNull();
    expect(await check({}, NOW + WEEK)).toEqual({ reason: "other-dates", detail: "the leaf has ended" });
  });

  it("refuses a leaf that is not valid yet, but for a difference of clocks", async () => {
    expect(await check({ notBefore: at(300) })).toBeNull();
    expect(await check({ notBefore: at(301) })).toMatchObject({ detail: "the leaf is not valid yet" });
  });

  it("refuses a leaf that lives longer than the link allows, an hour back and clocks aside", async () => {
    expect(await check({ notAfter: at(WEEK + 300) })).toBeNull();
    expect(await check({ notAfter: at(WEEK + 301) })).toMatchObject({
      detail: "the leaf lives longer than the link allows",
    });
  });

  it("refuses a leaf that outlives the CA or one of its parents", async () => {
    const short = await makeCa({ notBefore: at(-3_600), notAfter: at(WEEK - 1), commonName: "Short" });
    const under = await makeCa({ ...years, commonName: "Under", parent: short });
    for (const [issuer, ca] of [
      [short, pinned(short)],
      [under, pinned(under, short)],
    ] as const) {
      const chain = [await leaf({}, issuer), ...ca.chain];
      expect(findChainFault(chain, { ...rules, pinned: [ca] }, NOW)).toEqual({
        reason: "other-dates",
        detail: "the leaf outlives its CA",
      });
    }
  });
});

describe("issuerOf", () => {
  it("names the pinned CA that signed the leaf, and calls any other one so", async () => {
    const next = await makeCa({ ...years, commonName: "Next" });
    const twin = await makeCa({ ...years, commonName: "CA", parent: root });
    const [ours, other] = [pinned(ca, root), pinned(next)];
    expect(issuerOf(await leaf(), [ours, other])).toBe(ours.id);
    expect(issuerOf(await leaf({}, next), [ours, other])).toBe(other.id);
    expect(issuerOf(await leaf({}, twin), [ours, other])).toBe("other");
    expect(issuerOf(await leaf({}, root), [ours])).toBe("other");
  });
});

describe("pinCa", () => {
  it("knows a CA by the digest of its own certificate", () => {
    const digest = createHash("sha256").update(ca.der).digest("hex");
    expect(pinned(ca, root)).toEqual({
      id: digest,
      chain: [ca.der, root.der],
    });
  });

  it("says what to do about one that is no certificate, or none at all", () => {
    expect(() => pinCa([])).toThrow("a pinned CA has no certificate: deploy again");
    expect(() => pinCa(["no certificate"])).toThrow(
      "a pinned CA is no certificate: a certificate is not PEM",
    );
  });
});

describe("isIssuedBy", () => {
  it("is true of the CA that signed, and of no other, not even one of the same name", async () => {
    const twin = await makeCa({ ...years, commonName: "CA", parent: root });
    const own = await leaf();
    expect(isIssuedBy(own, ca.der)).toBe(true);
    expect(isIssuedBy(own, twin.der)).toBe(false);
    expect(isIssuedBy(own, root.der)).toBe(false);
  });

  it("is false of a leaf that signed another one", async () => {
    const parent = await leaf({ commonName: "CA" });
    const child = await makeLeaf({ ...ca, keys: key.pair }, { ...bunny, key, usages: ["clientAuth"] });
    expect(isIssuedBy(child, parent)).toBe(false);
  });
});

const pem = (der: Uint8Array): Issued["certificatePem"] =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`;
