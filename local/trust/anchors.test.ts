import { describe, expect, it } from "vitest";
import { testBundle } from "../relay/test-keys.ts";
import { makeCa } from "../testing/certificates.ts";
import { readAnchors } from "./anchors.ts";

describe("readAnchors", () => {
  it("takes the first certificate of each CA, and none of those above it", async () => {
    const root = await makeCa({ commonName: "Root" });
    const [issuing, next] = [await makeCa({ parent: root }), await makeCa()];
    const chains = [issuing.certificatePem + root.certificatePem, next.certificatePem];
    const { version, text } = testBundle(7, chains, ["a1"]);
    const anchors = readAnchors(text);
    expect(anchors).toMatchObject({ version, number: 7, revoked: new Set(["a1"]) });
    const pem = anchors?.pem.replaceAll(/\s/g, "") ?? "";
    const has = (ca: { certificatePem: string }) => pem.includes(ca.certificatePem.replaceAll(/\s/g, ""));
    expect([issuing, next, root].map(has)).toEqual([true, true, false]);
  });

  it("takes nothing that is no bundle, or that was changed", async () => {
    const ca = await makeCa();
    const { text } = testBundle(7, [ca.certificatePem], ["a1"]);
    expect(readAnchors(text.replace('"a1"', '"a2"'))).toBe(undefined);
    expect(readAnchors(text.slice(0, -1))).toBe(undefined);
    expect(readAnchors(ca.certificatePem)).toBe(undefined);
  });
});
