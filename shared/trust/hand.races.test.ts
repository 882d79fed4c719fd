import { describe, expect, it } from "vitest";
import { CLAIM_SECONDS } from "./claim.ts";
import { writeBundle } from "./document.ts";
import { bundleOf, NAME, openHand, published, refusal } from "./test-hand.ts";

describe("publishCopy", () => {
  describe("with another publication at the same time", () => {
    it("lets one of them write, when both have seen the same", async () => {
      const { ca, rows, store, publish } = await openHand();
      rows.before = () => publish(bundleOf(1, ca));
      expect(await publish(bundleOf(2, ca))).toMatchObject(refusal("observation-stale"));
      expect(store.versions.map(({ text }) => text)).toEqual([writeBundle(bundleOf(1, ca))]);
    });

    it("waits while the other one may still be writing", async () => {
      const { ca, store, publish } = await openHand();
      let meanwhile: unknown;
      store.before = async () => {
        meanwhile = await publish(bundleOf(2, ca));
      };
      expect(await publish(bundleOf(1, ca))).toMatchObject({ outcome: "published" });
      expect(meanwhile).toMatchObject(refusal("observation-stale"));
      expect(await publish(bundleOf(2, ca))).toMatchObject({ outcome: "published" });
    });
  });

  it("ends no claim but its own, when it took so long that another one has begun", async () => {
    const { model, ca, store, publish } = await openHand();
    store.before = async () => {
      model.clock.moveTo(model.clock.now() + CLAIM_SECONDS);
      store.trouble = { call: "write", when: "before", code: "unreachable" };
      await expect(publish(bundleOf(2, ca))).rejects.toMatchObject({ code: "unreachable" });
    };
    expect(await publish(bundleOf(1, ca))).toMatchObject({ outcome: "published" });
    expect(await publish(bundleOf(3, ca))).toMatchObject(refusal("observation-stale"));
  });

  describe("that ends half-way", () => {
    it("is made again once the claim has ended, when it was not written", async () => {
      const { model, ca, store, publish } = await openHand();
      store.trouble = { call: "write", when: "before", code: "unreachable" };
      await expect(publish(bundleOf(1, ca))).rejects.toMatchObject({ code: "unreachable" });
      model.clock.moveTo(model.clock.now() + CLAIM_SECONDS - 1);
      expect(await publish(bundleOf(1, ca))).toMatchObject(refusal("observation-stale"));
      model.clock.moveTo(model.clock.now() + 1);
      expect(await publish(bundleOf(1, ca))).toMatchObject({ outcome: "published" });
      expect(store.versions).toHaveLength(1);
    });

    it("is found as it is, when it was", async () => {
      const { ca, store, publish } = await openHand();
      store.trouble = { call: "write", when: "after", code: "unreachable" };
      await expect(publish(bundleOf(1, ca))).rejects.toMatchObject({ code: "unreachable" });
      expect(await publish(bundleOf(1, ca), null)).toEqual(published(store.versions[0]?.version));
    });

    it("holds up none for good, though its row cannot be read", async () => {
      const { ca, rows, publish } = await openHand();
      await rows.insert({ partition: "trust", name: NAME }, "of another version");
      expect(await publish(bundleOf(1, ca))).toMatchObject({ outcome: "published" });
    });
  });
});
