import { describe, expect, it } from "vitest";
import type { Model } from "../../local/model/brain.ts";
import { merged } from "../../local/model/requested.ts";
import { issue, makeCa } from "../../local/testing/certificates.ts";
import { ContractError } from "../runtime/errors.ts";
import { readAuthority } from "./authority.ts";
import { writeBundle } from "./document.ts";
import { observeCopies, publishCopy } from "./hand.ts";
import { bundleOf, NAME, NO_VERSION, openHand, published, refusal } from "./test-hand.ts";

describe("observeCopies", () => {
  it("shows a vault without a bundle as such, and the CAs that this half was deployed with", async () => {
    const { hand, ca } = await openHand();
    expect(await observeCopies(hand, { names: [NAME] })).toEqual({
      ...{ outcome: "observed", pinned: [ca.id] },
      copies: [{ name: NAME, copy: { kind: "absent" } }],
    });
  });

  it("shows what was published, with the vault's own name for it and its time", async () => {
    const { hand, ca, publish, model, store } = await openHand();
    const bundle = bundleOf(1, ca);
    await publish(bundle);
    const { copies } = await observeCopies(hand, { names: [NAME] });
    expect(copies).toEqual([
      {
        name: NAME,
        copy: {
          ...{ kind: "published", storeVersion: store.versions[0]?.version },
          ...{ bundle: writeBundle(bundle), at: model.clock.now() },
        },
      },
    ]);
  });

  it.each([
    ["is no JSON", "-----BEGIN PRIVATE KEY-----"],
    ["is no bundle", '{"kind":"trust-bundle"}'],
  ])("tells that what is there %s, and nothing of it", async (_name, text) => {
    const { hand, store } = await openHand();
    const storeVersion = store.writeByHand(text);
    const { copies } = await observeCopies(hand, { names: [NAME] });
    expect(copies).toEqual([{ name: NAME, copy: { kind: "malformed", storeVersion } }]);
  });

  it("tells of each that cannot be read why, and never that it is absent", async () => {
    const { hand, store } = await openHand();
    store.trouble = { call: "read", when: "before", code: "SecretDisabled" };
    const { copies } = await observeCopies(hand, { names: [NAME, "hare"] });
    expect(copies).toMatchObject([
      { name: NAME, problem: { code: "SecretDisabled", operation: "GetSecret" } },
      { name: "hare", problem: { code: "unknown-bunny", retryable: false } },
    ]);
    store.taken = true;
    const taken = await observeCopies(hand, { names: [NAME] });
    expect(taken.copies).toMatchObject([{ name: NAME, problem: { code: "name-taken" } }]);
  });
});

describe("publishCopy", () => {
  it("writes the bundle where there is none, and again where there is that one", async () => {
    const { ca, store, publish } = await openHand();
    expect(await publish(bundleOf(1, ca))).toEqual(published(store.versions[0]?.version));
    expect(await publish(bundleOf(2, ca))).toEqual(published(store.versions[1]?.version));
    expect(store.versions.map(({ text }) => text)).toEqual([1, 2].map((n) => writeBundle(bundleOf(n, ca))));
  });

  it("writes nothing when it is there already, whatever it was to replace", async () => {
    const { ca, store, publish } = await openHand();
    await publish(bundleOf(1, ca));
    expect(await publish(bundleOf(1, ca), NO_VERSION)).toEqual(published(store.versions[0]?.version));
    expect(store.versions).toHaveLength(1);
  });

  it("takes the place of what is no bundle, when that was seen", async () => {
    const { ca, store, publish } = await openHand();
    const version = store.writeByHand("somebody's own");
    expect(await publish(bundleOf(1, ca), null)).toMatchObject(refusal("observation-stale"));
    expect(await publish(bundleOf(1, ca), version)).toMatchObject({ outcome: "published" });
  });

  it("refuses a bunny that its own copy of the link does not name", async () => {
    const { hand, ca } = await openHand();
    const body = { name: "hare", bundle: writeBundle(bundleOf(1, ca)), replaces: null };
    expect(await publishCopy(hand, body)).toMatchObject(refusal("unknown-bunny"));
  });

  it("refuses what was decided over another version", async () => {
    const { ca, store, publish } = await openHand();
    await publish(bundleOf(1, ca));
    expect(await publish(bundleOf(2, ca), null)).toMatchObject(refusal("observation-stale"));
    expect(await publish(bundleOf(2, ca), NO_VERSION)).toMatchObject(refusal("observation-stale"));
    expect(store.versions).toHaveLength(1);
  });

  it("does not take for a bundle what is none", async () => {
    const { hand, store } = await openHand();
    const send = publishCopy(hand, { name: NAME, bundle: '{"kind":"trust-bundle"}', replaces: null });
    await expect(send).rejects.toThrow(ContractError);
    expect(store.versions).toEqual([]);
  });

  it("refuses a CA that came with no deployment, and writes nothing, in the vault or in its own table", async () => {
    const { store, rows, publish } = await openHand();
    const rogue = readAuthority((await makeCa({ commonName: "Test CA" })).certificatePem);
    expect(await publish(bundleOf(1, rogue))).toMatchObject(refusal("chain-not-trusted"));
    expect(store.versions).toEqual([]);
    expect(rows.texts.size).toBe(0);
  });

  it("refuses to lose the CA of what is current in the vault, as the vault itself shows it", async () => {
    const { model, hand, store } = await openHand();
    await merged(model, "bunny-client");
    const next = readAuthority((await makeCa({ commonName: "Next" })).certificatePem);
    const [old] = hand.pins.staying;
    const during = { ...hand, pins: { staying: [next], outgoing: old ?? null } };
    const body = { name: NAME, bundle: writeBundle(bundleOf(1, next)), replaces: null };
    expect(await publishCopy(during, body)).toMatchObject(refusal("ca-in-use"));
    expect(store.versions).toEqual([]);
  });

  it("refuses to revoke what is current in the vault", async () => {
    const { model, ca, publish } = await openHand();
    const { serial, notAfter } = await merged(model, "bunny-client");
    const bundle = bundleOf(1, ca, [{ serial, until: notAfter }]);
    expect(await publish(bundle)).toMatchObject(refusal("revokes-current"));
  });

  describe("remembers what was revoked", () => {
    const abc = (model: Model) => [{ serial: "abc", until: model.clock.now() + 1_000 }];

    it("by what is in the vault", async () => {
      const { model, ca, publish } = await openHand();
      await publish(bundleOf(1, ca, abc(model)));
      expect(await publish(bundleOf(2, ca))).toMatchObject(refusal("revocation-lost"));
    });

    it.each<[string, (store: Awaited<ReturnType<typeof openHand>>["store"]) => void]>([
      ["is no bundle any more", (store) => void store.writeByHand("somebody's own")],
      ["was deleted", (store) => Object.assign(store, { deleted: true })],
    ])("when what is in the vault %s", async (_name, change) => {
      const { model, ca, store, publish } = await openHand();
      await publish(bundleOf(1, ca, abc(model)));
      change(store);
      const replaces = store.deleted ? null : store.versions.at(-1)?.version;
      expect(await publish(bundleOf(2, ca), replaces)).toMatchObject(refusal("revocation-lost"));
    });

    it("no longer than it lasts", async () => {
      const { model, ca, publish } = await openHand();
      await publish(bundleOf(1, ca, abc(model)));
      model.clock.moveTo(model.clock.now() + 1_000);
      expect(await publish(bundleOf(2, ca))).toMatchObject({ outcome: "published" });
    });

    it("until somebody with rights in the vault writes another bundle", async () => {
      const { model, ca, store, publish } = await openHand();
      await publish(bundleOf(1, ca, abc(model)));
      store.writeByHand(writeBundle(bundleOf(2, ca)));
      expect(await publish(bundleOf(3, ca))).toMatchObject({ outcome: "published" });
    });
  });

  it("tells of a deleted secret, which a person must recover", async () => {
    const { ca, store, publish } = await openHand();
    store.deleted = true;
    expect(await publish(bundleOf(1, ca))).toMatchObject(refusal("bundle-deleted"));
    store.deleted = false;
    expect(await publish(bundleOf(1, ca))).toMatchObject({ outcome: "published" });
  });

  it("tells of something else under the bundle's name", async () => {
    const { ca, store, publish } = await openHand();
    store.before = async () => Object.assign(store, { taken: true });
    expect(await publish(bundleOf(1, ca))).toMatchObject(refusal("name-taken"));
    expect(await publish(bundleOf(1, ca))).toMatchObject({
      ...refusal("cannot-tell"),
      detail: "GetSecret failed: name-taken",
    });
  });

  describe("does nothing when it cannot tell", () => {
    it("what is in the vault", async () => {
      const { ca, store, publish } = await openHand();
      store.trouble = { call: "read", when: "before", code: "SecretDisabled" };
      expect(await publish(bundleOf(1, ca))).toEqual({
        ...refusal("cannot-tell"),
        detail: "GetSecret failed: SecretDisabled",
      });
    });

    it("what is current beside it", async () => {
      const { model, ca, store, publish } = await openHand();
      model.calls.fail({ call: "vault.read-certificate", nth: 1, when: "before", code: "unreachable" });
      expect(await publish(bundleOf(1, ca))).toMatchObject(refusal("cannot-tell"));
      model.vault.importByHand("bunny-client", Buffer.from("no certificate"));
      expect(await publish(bundleOf(1, ca))).toMatchObject({
        ...refusal("cannot-tell"),
        detail: "GetCertificate failed: unreadable-certificate",
      });
      expect(store.versions).toEqual([]);
    });

    it("whether another one is at work", async () => {
      const { ca, rows, store, publish } = await openHand();
      rows.trouble = "ServerBusy";
      expect(await publish(bundleOf(1, ca))).toMatchObject(refusal("cannot-tell"));
      expect(store.versions).toEqual([]);
    });
  });

  it("keeps a row as the table can hold it, of the largest bundle", async () => {
    const { model, ca, publish, rows } = await openHand();
    const until = model.clock.now() + 1_000;
    const revoked = Array.from({ length: 200 }, (_, index) => ({
      serial: (index + 1).toString(16).padStart(32, "0").replace(/^0/, "1"),
      until,
    }));
    expect(await publish(bundleOf(1, ca, revoked))).toMatchObject({ outcome: "published" });
    expect(rows.texts.get(`trust/${NAME}`)?.length).toBeLessThan(60_000);
  });

  it("does not look at a certificate of another bunny", async () => {
    const { model, hand, ca, store } = await openHand();
    const foreign = await issue(await makeCa(), { commonName: "hare", usages: ["clientAuth"] });
    model.vault.importByHand("hare-client", foreign.der);
    const places = new Map([[NAME, { store, certificates: new Map() }]]);
    const body = { name: NAME, bundle: writeBundle(bundleOf(1, ca)), replaces: null };
    expect(await publishCopy({ ...hand, places }, body)).toMatchObject({ outcome: "published" });
  });
});
