import { describe, expect, it } from "vitest";
import { issue, makeCa } from "../../local/testing/certificates.ts";
import { readAuthority } from "./authority.ts";
import { BUNDLE_BYTES_MAX, parseBundle, writeBundle } from "./document.ts";
import { toBundle } from "./schema.ts";
import { A, bundleOf } from "./test-trust.ts";

async function realBundle() {
  const root = await makeCa({ commonName: "Root" });
  const ca = await makeCa({ commonName: "Issuing", parent: root });
  const facts = readAuthority(ca.certificatePem + root.certificatePem);
  const bundle = toBundle({ number: 1, authorities: [{ ...facts, since: 1, closedAt: null }], revoked: [] });
  return { root, ca, facts, bundle };
}

describe("parseBundle", () => {
  it("reads what was written", async () => {
    const { bundle } = await realBundle();

    expect(parseBundle(writeBundle(bundle))).toEqual(bundle);
  });

  it.each([
    ["no JSON", "-----BEGIN CERTIFICATE-----", "not JSON"],
    ["another document", '{"kind":"request"}', "no trust bundle"],
    ["one whose CA is no certificate", writeBundle(bundleOf(1, [A])), "no certificate"],
    ["one that is too large", " ".repeat(BUNDLE_BYTES_MAX + 1), "at most"],
  ])("refuses %s", (_, text, why) => {
    expect(() => parseBundle(text)).toThrow(why);
  });

  it("refuses a field that it does not know: its version would not cover it", async () => {
    const { bundle } = await realBundle();

    expect(() => parseBundle(JSON.stringify({ ...bundle, more: 1 }))).toThrow("no trust bundle");
  });

  it("refuses a CA with more around it than its certificates", async () => {
    const { bundle } = await realBundle();
    const authorities = bundle.authorities.map((ca) => ({ ...ca, pem: `# trust me\n${ca.pem}` }));

    expect(() => parseBundle(writeBundle(toBundle({ number: 1, authorities, revoked: [] })))).toThrow(
      "not what its certificates say",
    );
  });

  it("refuses a CA under another one's name", async () => {
    const { bundle, root } = await realBundle();
    const { pem } = readAuthority(root.certificatePem);
    const authorities = bundle.authorities.map((ca) => ({ ...ca, pem }));

    expect(() => parseBundle(writeBundle(toBundle({ number: 1, authorities, revoked: [] })))).toThrow(
      "not what its certificates say",
    );
  });
});

describe("readAuthority", () => {
  it("names a CA by its own certificate, and ends with the first of its chain", async () => {
    const root = await makeCa({ notAfter: new Date("2040-01-01") });
    const ca = await makeCa({ parent: root, notAfter: new Date("2050-01-01") });
    const alone = readAuthority(ca.certificatePem);
    const chained = readAuthority(ca.certificatePem + root.certificatePem);

    expect(chained.id).toBe(alone.id);
    expect(alone.notAfter).toBe(Date.parse("2050-01-01") / 1000);
    expect(chained.notAfter).toBe(Date.parse("2040-01-01") / 1000);
  });

  it("reads the same from other line ends and words around", async () => {
    const { ca, facts, root } = await realBundle();
    const text = `# the link's\n${ca.certificatePem}${root.certificatePem}`.replaceAll("\n", "\r\n");

    expect(readAuthority(text)).toEqual(facts);
  });

  it("refuses a leaf, a stranger in the chain, nothing at all, and more than a bundle can hold", async () => {
    const { ca, root } = await realBundle();
    const leaf = await issue(ca, { commonName: "bunny", usages: ["clientAuth"] });
    const stranger = await makeCa({ commonName: "Root" });

    expect(() => readAuthority(leaf.certificatePem)).toThrow("no CA's");
    expect(() => readAuthority(ca.certificatePem + stranger.certificatePem)).toThrow(
      "not issued by the next",
    );
    expect(() => readAuthority("")).toThrow("no certificate");
    expect(() => readAuthority(ca.certificatePem + root.certificatePem.repeat(30))).toThrow("over 16384");
  });
});
