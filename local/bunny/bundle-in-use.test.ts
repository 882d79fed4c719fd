import { describe, expect, it } from "vitest";
import { testBundle } from "../relay/test-keys.ts";
import { makeCa } from "../testing/certificates.ts";
import { BundleInUse } from "./bundle-in-use.ts";

async function world() {
  const [ca, next] = [await makeCa(), await makeCa()];
  const events: object[] = [];
  const bundle = new BundleInUse((event) => events.push(event));
  const offer = (text: string) => bundle.offer({ kind: "text", text });
  const one = testBundle(1, [ca.certificatePem]);
  const two = testBundle(2, [ca.certificatePem, next.certificatePem], ["a1"]);
  const far = (number: number) => testBundle(number, [ca.certificatePem]);
  return { bundle, events, offer, one, two, far };
}

describe("BundleInUse", () => {
  it("tells of each other bundle once, and keeps what it was given last", async () => {
    const { bundle, events, offer, one, two } = await world();
    expect(bundle.anchors).toBe(undefined);
    expect([offer(one.text), offer(one.text), offer(two.text), offer(two.text)]).toEqual([
      ...[true, false, true, false],
    ]);
    expect(bundle.anchors).toMatchObject({ version: two.version, revoked: new Set(["a1"]) });
    expect(events).toEqual([
      { event: "trust-bundle.loaded", version: one.version },
      { event: "trust-bundle.loaded", version: two.version },
    ]);
  });

  it("takes another way to write the same bundle for the same", async () => {
    const { offer, one } = await world();
    offer(one.text);
    expect(offer(`${one.text}\n`)).toBe(false);
  });

  it("keeps it when the file is gone, broken or of before, and says each once", async () => {
    const { bundle, events, offer, one, two } = await world();
    offer(two.text);
    const missing = { kind: "unusable", reason: "no-file" } as const;
    expect([
      bundle.offer(missing),
      bundle.offer(missing),
      offer("{}"),
      offer(one.text),
      offer(one.text),
    ]).toEqual(Array(5).fill(false));
    expect(bundle.anchors?.version).toBe(two.version);
    expect(events.slice(1)).toEqual(
      ["no-file", "malformed", "older"].map((reason) => ({ event: "trust-bundle.unusable", reason })),
    );
  });

  it("never takes one so far above its own that numbers would come to an end", async () => {
    const { bundle, events, offer, one, far } = await world();
    offer(one.text);
    expect(offer(far(10_002).text)).toBe(false);
    expect(bundle.anchors?.version).toBe(one.version);
    expect(events.at(-1)).toEqual({ event: "trust-bundle.unusable", reason: "too-far" });
    expect(offer(far(10_001).text)).toBe(true);
  });

  it("says again what comes back after a good one", async () => {
    const { bundle, events, offer, two } = await world();
    const missing = { kind: "unusable", reason: "no-file" } as const;
    bundle.offer(missing);
    offer(two.text);
    bundle.offer(missing);
    offer(two.text);
    bundle.offer(missing);
    expect(events.filter((event) => "reason" in event)).toHaveLength(3);
  });
});
