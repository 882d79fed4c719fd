import { afterEach, describe, expect, it } from "vitest";
import { createModel } from "../../local/model/brain.ts";
import { certify, makeCa, publicKeyOf } from "../../local/testing/certificates.ts";
import { openVault } from "../../local/testing/vault-client.ts";
import { readCsr, readCsrPublicKey } from "./csr.ts";
import { checkCsr } from "./match.ts";
import type { KeyKind } from "./schema.ts";
import type { Vault, VaultPolicy, VaultRequest } from "./vault.ts";

const NAME = "bunny";
const identity = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["bunny.example.com"],
};
const policy: VaultPolicy = {
  identity,
  key: { type: "EC", curve: "P-256" },
  purpose: "client",
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openAdapter(): Promise<Vault> {
  const { vault, world } = await openVault();
  closing.push(world.close);
  return vault;
}

async function openModel(): Promise<Vault> {
  const model = await createModel();
  // Its certificates are signed for now.
  model.clock.moveTo(Math.max(model.clock.now(), Math.floor(Date.now() / 1000)));
  return model.vault;
}

async function request(vault: Vault, wanted: VaultPolicy = policy): Promise<VaultRequest> {
  const made = await vault.createRequest(NAME, wanted, null);
  if (typeof made === "string") throw new Error(`the request was answered with ${made}`);
  return made;
}

/** A chain of two for the request's key, as a CA would sign it. */
async function sign({ csr }: VaultRequest): Promise<Uint8Array[]> {
  const ca = await makeCa();
  const notAfter = new Date(Date.now() + 365 * 86_400_000);
  const leaf = await certify(ca, {
    ...identity,
    usages: ["clientAuth"],
    publicKey: publicKeyOf(csr),
    notAfter,
  });
  return [leaf.der, ca.der];
}

async function merge(vault: Vault, waiting: VaultRequest) {
  const chain = await sign(waiting);
  const merged = await vault.merge(NAME, chain, waiting.requestId);
  if (merged === "gone" || merged === "other-key") throw new Error(`the merge was answered with ${merged}`);
  return { merged, leaf: Buffer.from(chain[0] ?? []) };
}

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over Key Vault's stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("knows nothing of a name that never was", async () => {
    const vault = await open();
    expect(await vault.readCertificate(NAME)).toBeNull();
    expect(await vault.readRequest(NAME)).toBeNull();
    expect(await vault.dropRequest(NAME, "1")).toBe("gone");
    const stray = await certify(await makeCa(), {
      ...identity,
      usages: ["clientAuth"],
      publicKey: (await makeCa()).keys.publicKey,
    });
    expect(await vault.merge(NAME, [stray.der], "1")).toBe("gone");
  });

  it.each<[string, KeyKind]>([
    ["P-256", { type: "EC", curve: "P-256" }],
    ["P-384", { type: "EC", curve: "P-384" }],
    ["RSA", { type: "RSA", size: 2048 }],
  ])("makes a %s key and a CSR that asks for what the link wants and nothing more", async (_kind, key) => {
    const vault = await open();
    const { csr, requestId } = await request(vault, { ...policy, key });
    expect(checkCsr(readCsr(csr, "client"), { identity, key })).toEqual([]);
    expect(requestId).not.toBe("");
  });

  it("asks for no alternative names where there are none", async () => {
    const vault = await open();
    const wanted = { ...policy, identity: { commonName: "bunny", dnsNames: [] } };
    const { csr } = await request(vault, wanted);
    expect(checkCsr(readCsr(csr, "client"), wanted)).toEqual([]);
  });

  it("shows what waits, and no certificate while the first one is pending", async () => {
    const vault = await open();
    const made = await request(vault);
    const read = await vault.readRequest(NAME);
    expect(read?.requestId).toBe(made.requestId);
    expect(Buffer.from(read?.csr ?? []).equals(made.csr)).toBe(true);
    expect(await vault.readCertificate(NAME)).toBeNull();
  });

  it("makes no second request while one waits", async () => {
    const vault = await open();
    const { requestId } = await request(vault);
    expect(await vault.createRequest(NAME, policy, null)).toBe("request-pending");
    expect((await vault.readRequest(NAME))?.requestId).toBe(requestId);
  });

  it("drops a request once, leaves no certificate, and takes another request then", async () => {
    const vault = await open();
    const { requestId } = await request(vault);
    expect(await vault.dropRequest(NAME, "1")).toBe("dropped");
    expect(await vault.dropRequest(NAME, "1")).toBe("gone");
    expect(await vault.readRequest(NAME)).toBeNull();
    expect(await vault.readCertificate(NAME)).toBeNull();
    expect((await request(vault)).requestId).not.toBe(requestId);
  });

  it("makes what was signed the current version, once", async () => {
    const vault = await open();
    const waiting = await request(vault);
    const { merged, leaf } = await merge(vault, waiting);
    expect(merged).toMatchObject({ enabled: true, version: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(Buffer.from(merged.leaf).equals(leaf)).toBe(true);
    expect(Math.abs(merged.createdAt * 1000 - Date.now())).toBeLessThan(86_400_000);
    expect(await vault.readCertificate(NAME)).toMatchObject({
      version: merged.version,
      createdAt: merged.createdAt,
    });
    expect(await vault.readRequest(NAME)).toBeNull();
    expect(await vault.merge(NAME, [leaf], "1")).toBe("gone");
  });

  it("does not merge a certificate for another key, and goes on waiting", async () => {
    const vault = await open();
    const first = await request(vault);
    await vault.dropRequest(NAME, "1");
    const { requestId } = await request(vault);
    expect(await vault.merge(NAME, await sign(first), first.requestId)).toBe("other-key");
    expect((await vault.readRequest(NAME))?.requestId).toBe(requestId);
  });

  it("keeps the current version until the next one is merged, with a key of its own", async () => {
    const vault = await open();
    const first = await request(vault);
    const { merged } = await merge(vault, first);
    const second = await request(vault);
    expect((await vault.readCertificate(NAME))?.version).toBe(merged.version);
    expect(readCsrPublicKey(second.csr)).not.toEqual(readCsrPublicKey(first.csr));
    const next = await merge(vault, second);
    expect((await vault.readCertificate(NAME))?.version).toBe(next.merged.version);
    expect(next.merged.version).not.toBe(merged.version);
  });

  it("does not compare: it makes a request over a version that the caller has not seen", async () => {
    const vault = await open();
    await merge(vault, await request(vault));
    expect(vault.compares).toBe(false);
    expect(await vault.createRequest(NAME, policy, null)).toMatchObject({ requestId: expect.any(String) });
  });

  it("finds no fault in the policy that it was given, and the difference to another one", async () => {
    const vault = await open();
    await request(vault);
    expect(await vault.readPolicyFaults(NAME, policy)).toEqual([]);
    expect(await vault.readPolicyFaults(NAME, { ...policy, key: { type: "EC", curve: "P-384" } })).toEqual([
      "its key is of another kind",
    ]);
  });
});

describe("keyVault, of its own calls", () => {
  it("says by which id the vault knows each of them, the one that changed something last", async () => {
    const ids: string[] = [];
    const { vault, world } = await openVault({ note: (requestId) => ids.push(requestId) });
    closing.push(world.close);
    await vault.readCertificate(NAME);
    await request(vault);
    expect(ids.length).toBeGreaterThan(1);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
