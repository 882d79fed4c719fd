import { describe, expect, it } from "vitest";
import { linkWith } from "../../local/testing/links.ts";
import type { Authority } from "../certificates/authority.ts";
import { parseLink } from "../link/load.ts";
import { ConfigError } from "../runtime/errors.ts";
import { deployedCas, desiredTrust } from "./linked.ts";
import { bunnyOf } from "./parties.ts";
import { renewingCas } from "./renewing.ts";
import { deployed } from "./test-publisher.ts";

const readers = ["arn:aws:iam::123456789012:role/relay"];
const link = parseLink(
  linkWith({
    "relay.certificate": { readers },
    trust: { bunnies: { proof: { after: "1 hour" } } },
    "certificateAuthority.next": { commonName: "Next" },
    "bunnies[0].certificates[0].identity.dnsNames": ["bunny.internal"],
  }),
);
const environment = async () => {
  const [one, two] = [await deployed("issuing", "one"), await deployed("next", "two")];
  return {
    ...{ CA_ARN: one.arn, NEXT_CA_ARN: two.arn },
    ...{ PINNED_CA: one.facts.pem, PINNED_NEXT_CA: two.facts.pem },
  };
};
const authorityOf = (arn: string) => ({ arn }) as Authority;

describe("deployedCas", () => {
  it("knows each CA of the link by its ARN and its certificates", async () => {
    const cas = deployedCas(link, await environment());
    expect(cas).toEqual([await deployed("issuing", "one"), await deployed("next", "two")]);
    const { trust } = link;
    if (trust === undefined) throw new Error("the link has no trust");
    expect(desiredTrust(link, trust, cas)).toMatchObject({
      issuing: cas[0]?.facts,
      next: cas[1]?.facts,
      failover: null,
      relay: { name: "relay", proof: "observed" },
      bunnies: [{ name: "bunny", proof: { after: 3_600 } }],
    });
  });

  it("refuses a deployment that does not tell of each, or tells of one twice", async () => {
    const { NEXT_CA_ARN: _, ...without } = await environment();
    expect(() => deployedCas(link, without)).toThrow(ConfigError);
    const { PINNED_CA } = await environment();
    expect(() => deployedCas(link, { ...without, NEXT_CA_ARN: "arn:x", PINNED_NEXT_CA: PINNED_CA })).toThrow(
      "two CAs of the link have the same certificate",
    );
  });
});

describe("renewingCas", () => {
  it("is the one CA where the link publishes no trust, whatever is pinned", () => {
    const plain = parseLink(linkWith({}));
    const cas = renewingCas(plain, { CA_ARN: "arn:one" }, authorityOf, { mergesItself: false });
    expect(cas).toEqual({ authority: { arn: "arn:one" } });
  });

  it("is all of them where it does, the issuing one first", async () => {
    const told = await environment();
    const { authority, issuers } = renewingCas(link, told, authorityOf, { mergesItself: true });
    expect([authority.arn, authority.others]).toEqual([told.CA_ARN, [told.NEXT_CA_ARN]]);
    expect(issuers?.all.map(({ arn }) => arn)).toEqual([told.CA_ARN, told.NEXT_CA_ARN]);
  });

  it("refuses to begin without pins where they are needed", async () => {
    const { PINNED_CA: _, ...told } = await environment();
    expect(() => renewingCas(link, told, authorityOf, { mergesItself: false })).toThrow(
      "PINNED_CA is missing",
    );
  });
});

describe("bunnyOf", () => {
  it("knows a bunny by each name of its certificates, and nobody else", () => {
    const find = bunnyOf(link);
    expect(["bunny.example.com", "bunny.internal", "relay.example.com"].map(find)).toEqual([
      "bunny",
      "bunny",
      null,
    ]);
  });
});
