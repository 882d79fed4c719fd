/** Somebody else works in the vault under our name: each case has a named outcome, and nothing is lost by it. */
import { afterEach, describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { certify, issue, makeCa } from "../../local/testing/certificates.ts";
import { type HostileVault, NAME, openModel, openStandIn } from "../../local/testing/hostile-vaults.ts";

const IDENTITY = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["bunny.example.com"],
};
/** Exactly what the hand would ask for. */
const OURS = {
  issuer: { name: "Unknown" },
  key_props: { exportable: true, reuse_key: false, kty: "EC", crv: "P-256" },
  secret_props: { contentType: "application/x-pem-file" },
  x509_props: {
    subject: "CN=bunny.example.com, O=Example",
    sans: { dns_names: ["bunny.example.com"] },
    ekus: ["1.3.6.1.5.5.7.3.2"],
    key_usage: ["digitalSignature"],
    validity_months: 1,
  },
};
const FOREIGN = {
  ...OURS,
  x509_props: { ...OURS.x509_props, subject: "CN=somebody", sans: { dns_names: ["elsewhere.example.com"] } },
};
const RENEWAL_SECONDS = 403_200;

const opened: HostileVault[] = [];
afterEach(async () => {
  for (const vault of opened.splice(0)) await vault.close();
});

/** With one version of our own, which is in use. */
async function openWith(open: () => Promise<HostileVault>): Promise<HostileVault> {
  const vault = await open();
  opened.push(vault);
  expect(await vault.run()).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled" }] });
  return vault;
}

/** Not `Serial`: one of them is none. */
const plain = (serial: string) => serial.toLowerCase().replace(/^0+/, "");
const serialsOf = (vault: HostileVault) => vault.versions().map(({ leaf }) => plain(leaf.serialNumber));
const signedBy = ({ model }: HostileVault) => model.authority.issues.map(({ serial }) => plain(serial));
const plannedDrops = ({ model }: HostileVault) =>
  model.records.filter(
    ({ event, change }) => event === "certificate.planned" && JSON.stringify(change).includes("drop-request"),
  );

/** What bunny gets now is our own CA's, enabled and for the link's names. */
function expectHealthy(vault: HostileVault): void {
  const newest = vault.versions().at(-1);
  expect(newest?.enabled).toBe(true);
  expect(serialsOf(vault).at(-1)).toBe(signedBy(vault).at(-1));
  expect(newest?.leaf.subjectAltName).toBe("DNS:bunny.example.com");
  expect(vault.isPending()).toBe(false);
}

describe.each([
  ["the model", openModel],
  ["Key Vault's stand-in, through the adapter", openStandIn],
])("renewCertificates over a hostile vault (%s)", (_name, open) => {
  it("refuses with certificate-deleted until a person recovers the certificate, and finds it whole then", async () => {
    const vault = await openWith(open);
    const before = serialsOf(vault);
    vault.person.delete();
    for (let runs = 0; runs < 2; runs += 1) {
      expect(await vault.run()).toMatchObject({
        outcomes: [{ certificate: NAME, outcome: "refused", reason: "certificate-deleted" }],
        trouble: [`${NAME}: refused, certificate-deleted`],
      });
    }
    expect(signedBy(vault)).toHaveLength(1);
    vault.person.recover();
    expect(await vault.run()).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled", changes: [] }] });
    expect(serialsOf(vault)).toEqual(before);
    expectHealthy(vault);
  });

  it("refuses with name-taken while an ordinary secret has the name, and leaves it there", async () => {
    const vault = await open();
    opened.push(vault);
    vault.person.storeSecret();
    expect(await vault.run()).toMatchObject({
      outcomes: [{ outcome: "refused", reason: "name-taken" }],
      trouble: [`${NAME}: refused, name-taken`],
    });
    expect(vault.hasSecret()).toBe(true);
    expect(vault.isPending()).toBe(false);
    expect(signedBy(vault)).toEqual([]);
  });

  it.each([
    ["for other names", FOREIGN, ["other-subject", "other-dns-names"]],
    ["with another issuer", { ...OURS, issuer: { name: "DigiCert" } }, ["other-policy"]],
    [
      "for a key that no pod could mount",
      { ...OURS, key_props: { ...OURS.key_props, exportable: false } },
      ["other-policy"],
    ],
  ])(
    "drops a foreign request %s, has it never signed, and records what it asked for",
    async (_what, policy, reasons) => {
      const vault = await openWith(open);
      const before = serialsOf(vault);
      await vault.person.request(policy);
      expect(await vault.run()).toMatchObject({ trouble: [], outcomes: [{ changes: ["drop-request"] }] });
      const commonName = policy === FOREIGN ? "somebody" : "bunny.example.com";
      const asked = expect.objectContaining({
        commonName,
        key: "EC P-256",
        csrDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(plannedDrops(vault)).toMatchObject([{ certificate: NAME, change: { reasons, asked } }]);
      const drops = vault.model.audit.changes.filter(({ kind }) => kind === "drop-request");
      expect(drops).toMatchObject([{ target: NAME, before: asked }]);
      expect(serialsOf(vault)).toEqual(before);
      expect(signedBy(vault)).toHaveLength(1);
      expectHealthy(vault);
    },
  );

  it("replaces a disabled newest version, and keeps it", async () => {
    const vault = await openWith(open);
    vault.person.disable();
    expect(await vault.run()).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["request", "sign-and-merge"] }],
    });
    expect(vault.versions().map(({ enabled }) => enabled)).toEqual([false, true]);
    expectHealthy(vault);
  });

  it("drops its own request when the policy was changed under it, and asks anew with the link's", async () => {
    const vault = await openWith(open);
    vault.model.clock.moveTo(Math.max(START, vault.model.clock.now()) + RENEWAL_SECONDS);
    await vault.person.request(OURS);
    vault.person.changePolicy({ ...OURS, key_props: { ...OURS.key_props, exportable: false } });
    expect(await vault.run()).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["drop-request", "request", "sign-and-merge"] }],
    });
    expect(vault.versions()).toHaveLength(2);
    expectHealthy(vault);
  });

  it("replaces a changed policy with the link's own at the next renewal", async () => {
    const vault = await openWith(open);
    vault.person.changePolicy(FOREIGN);
    expect(await vault.run()).toMatchObject({ trouble: [], outcomes: [{ changes: [] }] });
    vault.model.clock.advance(RENEWAL_SECONDS);
    expect(await vault.run()).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["request", "sign-and-merge"] }],
    });
    expect(plannedDrops(vault)).toEqual([]);
    expectHealthy(vault);
  });

  it("replaces a certificate of another CA under its name, and keeps it", async () => {
    const vault = await openWith(open);
    const stranger = await issue(await makeCa(), { ...IDENTITY, usages: ["clientAuth"] });
    await vault.person.import(stranger.der);
    expect(await vault.run()).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["request", "sign-and-merge"] }],
    });
    expect(vault.model.records).toContainEqual(
      expect.objectContaining({
        event: "certificate.planned",
        change: { kind: "request", reason: "other-ca" },
      }),
    );
    expect(vault.versions()).toHaveLength(3);
    expect(vault.versions().at(1)?.leaf.raw.equals(stranger.der)).toBe(true);
    expectHealthy(vault);
  });

  it("touches nothing while the current version cannot be read, and goes on once it can", async () => {
    const vault = await openWith(open);
    const ca = await makeCa();
    const odd = { ...IDENTITY, usages: ["clientAuth"] as const, publicKey: ca.keys.publicKey };
    // A serial number of 21 bytes: over RFC 5280's 20, and taken by OpenSSL.
    await vault.person.import((await certify(ca, { ...odd, serial: "7f".repeat(21) })).der);
    const asked = vault.model.calls.count("hand.request");
    expect(await vault.run()).toMatchObject({
      outcomes: [{ outcome: "failed", code: "unreadable-certificate", retryable: false }],
      trouble: [`${NAME}: GetCertificate failed, unreadable-certificate`],
    });
    expect(vault.model.calls.count("hand.request")).toBe(asked);
    expect(vault.versions()).toHaveLength(2);
    await vault.person.import((await certify(ca, odd)).der);
    expect(await vault.run()).toMatchObject({
      trouble: [],
      outcomes: [{ changes: ["request", "sign-and-merge"] }],
    });
    expect(vault.versions()).toHaveLength(4);
    expectHealthy(vault);
  });

  it("takes rubbish for no fact, and changes nothing for it", async () => {
    const vault = await openWith(open);
    const before = serialsOf(vault);
    const [outcome] = (await vault.runOverRubbish()).outcomes;
    expect(outcome).toMatchObject({ certificate: NAME, outcome: "failed", code: "unreadable-answer" });
    expect(serialsOf(vault)).toEqual(before);
    expect(await vault.run()).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled", changes: [] }] });
    expect(signedBy(vault)).toHaveLength(1);
    expectHealthy(vault);
  });
});
