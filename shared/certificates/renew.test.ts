import { describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { type CertificateInput, linkOf, linkWith } from "../../local/model/link.ts";
import { storedPolicy } from "../../local/model/vault-request.ts";
import { policyOf } from "./azure-policy.ts";

const WEEK = 604_800;
const DUE = START + Math.floor((WEEK * 2) / 3);

const versionsOf = (model: Model) => model.vault.entries.get("bunny-client")?.versions ?? [];
const changesOf = (model: Model) => [...model.calls.brain, ...model.calls.vault].filter(isChange);
const isChange = ({ name }: { readonly name: string }) =>
  /^(hand\.(request|drop-request|merge)|authority\.issue)$/.test(name);

describe("renewCertificates", () => {
  it("has the first certificate made, signed and merged, in one run", async () => {
    const model = await createModel();
    const report = await model.run();
    expect(report).toEqual({
      trouble: [],
      untold: null,
      outcomes: [
        {
          certificate: "bunny-client",
          outcome: "settled",
          proof: "awaited",
          nextAt: DUE,
          changes: ["request", "sign-and-merge"],
        },
      ],
    });
    expect(isUsable(model)).toBe(true);
    expect(model.authority.issues).toHaveLength(1);
    expect([...model.journal.intents.values()]).toMatchObject([{ state: "merged", notAfter: START + WEEK }]);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("changes nothing when nothing is due", async () => {
    const model = await createModel();
    await model.run();
    model.calls.forget();
    const report = await model.run();
    expect(report).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled", changes: [] }] });
    expect(changesOf(model)).toEqual([]);
  });

  it("renews at the second that it is due, and not one before", async () => {
    const model = await createModel();
    await model.run();
    model.clock.moveTo(DUE - 1);
    expect((await model.run()).outcomes).toMatchObject([{ changes: [] }]);
    model.clock.moveTo(DUE);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect(versionsOf(model)).toHaveLength(2);
    expect(isUsable(model)).toBe(true);
  });

  const ours = policyOf({
    identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
    key: { type: "EC", curve: "P-256" },
    purpose: "client",
  });

  it("signs a waiting request that is exactly as the link asks, whoever made it", async () => {
    const model = await createModel();
    await model.vault.requestByHand("bunny-client", storedPolicy(ours));
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["sign-and-merge"] }]);
    expect(isUsable(model)).toBe(true);
  });

  it.each([
    ["another subject", { ...ours, x509_props: { ...ours.x509_props, subject: "CN=relay.example.com" } }],
    [
      "another DNS name",
      { ...ours, x509_props: { ...ours.x509_props, sans: { dns_names: ["evil.example"] } } },
    ],
    [
      "one DNS name more",
      {
        ...ours,
        x509_props: { ...ours.x509_props, sans: { dns_names: ["bunny.example.com", "x.example"] } },
      },
    ],
    ["a server's purpose", { ...ours, x509_props: { ...ours.x509_props, ekus: ["1.3.6.1.5.5.7.3.1"] } }],
    ["another curve", { ...ours, key_props: { ...ours.key_props, crv: "P-384" } }],
    ["another kind of key", { ...ours, key_props: { exportable: true, reuse_key: false, kty: "RSA" } }],
    ["a key that no pod could mount", { ...ours, key_props: { ...ours.key_props, exportable: false } }],
    ["a key used before", { ...ours, key_props: { ...ours.key_props, reuse_key: true } }],
    ["a secret that is not PEM", { ...ours, secret_props: { contentType: "application/x-pkcs12" } }],
  ])("drops a waiting request with %s, has it never signed, and makes its own", async (_name, policy) => {
    const model = await createModel();
    await model.vault.requestByHand("bunny-client", storedPolicy(policy));
    const foreign = model.vault.entries.get("bunny-client")?.request?.csr;
    const report = await model.run();
    expect(report).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["drop-request", "request", "sign-and-merge"] }],
    });
    expect(model.authority.issues).toHaveLength(1);
    expect(model.records).toContainEqual(
      expect.objectContaining({
        event: "certificate.planned",
        change: expect.objectContaining({ kind: "drop-request" }),
      }),
    );
    expect(foreign).toBeDefined();
    expect(isUsable(model)).toBe(true);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("drops a waiting request whose CSR cannot be read, rather than letting it block every renewal", async () => {
    const model = await createModel();
    await model.vault.requestByHand("bunny-client", storedPolicy(ours));
    const entry = model.vault.entries.get("bunny-client");
    if (entry?.request !== undefined) entry.request = { ...entry.request, csr: Buffer.from("no CSR") };
    expect((await model.run()).outcomes).toMatchObject([
      { outcome: "settled", changes: ["drop-request", "request", "sign-and-merge"] },
    ]);
  });

  it("asks again after a person cancelled the request", async () => {
    const model = await createModel();
    await model.vault.requestByHand("bunny-client", storedPolicy(ours));
    model.vault.cancelByHand("bunny-client");
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
  });

  it.each(["first issue", "renewal"])("issues once in two runs at once: %s", async (stage) => {
    const model = await createModel();
    if (stage === "renewal") {
      await model.run();
      model.clock.moveTo(DUE);
    }
    const before = versionsOf(model).length;
    const reports = await Promise.all([model.run(), model.run()]);
    expect(reports.map(({ trouble }) => trouble)).toEqual([[], []]);
    expect(model.authority.issues).toHaveLength(before + 1);
    expect(versionsOf(model)).toHaveLength(before + 1);
    expect(isUsable(model)).toBe(true);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("begins with the certificate that ends first", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const lifetimes = ["6 days", "5 days", "7 days", "3 days", "4 days", "2 days"];
    const named = names.map((name, index) => ({ name, lifetime: lifetimes[index] ?? "" }));
    const model = await createModel({ link: linkWith(...named) });
    await model.run();
    model.clock.moveTo(START + WEEK);
    const before = model.records.length;
    await model.run();
    const requests = model.records.slice(before).flatMap(({ event, certificate, change }) => {
      const isRequest = event === "certificate.planned" && JSON.stringify(change).includes('"request"');
      return isRequest ? [certificate] : [];
    });
    expect(requests).toEqual(["f", "d", "e", "b", "a", "c"]);
  });

  it("keeps each bunny's certificates in that bunny's vault", async () => {
    const model = await createModel({
      link: linkOf({ one: [{ name: "first" }], two: [{ name: "second" }] }),
    });
    await model.run();
    expect([...model.vaults].map(([name, { entries }]) => [name, [...entries.keys()]])).toEqual([
      ["one", ["first"]],
      ["two", ["second"]],
    ]);
  });
});

describe("the proof of use", () => {
  async function issued(certificate: Partial<CertificateInput> = {}) {
    const model = await createModel({ link: linkWith(certificate) });
    await model.run();
    model.calls.forget();
    return { model, serial: model.authority.issues[0]?.serial ?? "" };
  }

  it("is seen once relay's log shows the serial, is kept, and is not searched for again", async () => {
    const { model, serial } = await issued();
    model.usage.accept(serial, START + 60);
    model.clock.moveTo(START + 120);
    expect((await model.run()).outcomes).toMatchObject([{ proof: "seen" }]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "certificate.seen-in-use", serial, at: START + 60 }),
    );
    expect(model.journal.seen.get("bunny-client")).toEqual({
      certificate: "bunny-client",
      serial,
      at: START + 60,
    });
    await model.run();
    expect(model.calls.count("usage.first-accepted")).toBe(1);
  });

  it("counts no other serial", async () => {
    const { model } = await issued();
    model.usage.accept("abc123", START + 60);
    expect((await model.run()).outcomes).toMatchObject([{ proof: "awaited" }]);
  });

  it("is awaited up to the declared time, and trouble after it", async () => {
    const { model } = await issued({ proofWithin: "30 minutes" });
    model.clock.moveTo(START + 1_800);
    expect(await model.run()).toMatchObject({ outcomes: [{ proof: "awaited" }], trouble: [] });
    model.clock.moveTo(START + 1_801);
    expect(await model.run()).toMatchObject({
      outcomes: [{ proof: "overdue" }],
      trouble: ["bunny-client: its new certificate was not seen in use"],
    });
  });

  it("is looked for anew after each renewal", async () => {
    const { model, serial } = await issued();
    model.usage.accept(serial, START + 60);
    await model.run();
    model.clock.moveTo(DUE);
    expect((await model.run()).outcomes).toMatchObject([
      { proof: "awaited", changes: ["request", "sign-and-merge"] },
    ]);
  });

  it("is left to a person, or to time, where the link says so", async () => {
    const manual = await issued({ proof: "manual" });
    expect((await manual.model.run()).outcomes).toMatchObject([{ proof: "manual" }]);
    const timed = await issued({ proof: { after: "1 hour" } });
    expect((await timed.model.run()).outcomes).toMatchObject([{ proof: "awaited" }]);
    timed.model.clock.advance(3_600);
    expect((await timed.model.run()).outcomes).toMatchObject([{ proof: "seen" }]);
    expect(timed.model.calls.count("usage.first-accepted")).toBe(0);
  });
});
