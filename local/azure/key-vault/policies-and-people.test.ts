import { afterEach, describe, expect, it } from "vitest";
import { createTestCa, createWorld, HAND, type World } from "../world-for-tests.ts";
import { requestByHand } from "./person.ts";

const POLICY = { issuerName: "Unknown", subject: "CN=bunny" };

const worlds: World[] = [];

async function openWorld(options?: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = await createWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

describe("policies", () => {
  it("are refused without a subject and names, and with what no vault knows", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const wrong = [
      { issuerName: "Unknown", subject: "" },
      { ...POLICY, subject: "bunny" },
      { ...POLICY, keyType: "DSA" },
      { ...POLICY, keyType: "EC", keyCurveName: "P-1" },
      { ...POLICY, keyType: "RSA", keySize: 1024 },
      { ...POLICY, validityInMonths: 0 },
    ];
    for (const policy of wrong) {
      await expect(client.beginCreateCertificate("bunny", policy)).rejects.toMatchObject({
        code: "BadParameter",
      });
    }
    expect(world.vault.certificates.size).toBe(0);
  });

  it("are completed with the service's defaults", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    await client.beginCreateCertificate("bunny", POLICY);
    expect(await client.getCertificatePolicy("bunny")).toMatchObject({
      keyType: "RSA",
      keySize: 2048,
      exportable: true,
      reuseKey: false,
      contentType: "application/x-pkcs12",
      enhancedKeyUsage: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      keyUsage: ["digitalSignature", "keyEncipherment"],
      validityInMonths: 12,
      issuerName: "Unknown",
    });
  });
});

describe("a person", () => {
  it("can leave a foreign request pending, which blocks and can be dropped", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    await requestByHand(world.vault, "bunny", { subject: "CN=x", dnsNames: ["elsewhere.test"] });
    await expect(client.beginCreateCertificate("bunny", POLICY)).rejects.toMatchObject({ statusCode: 409 });
    await client.deleteCertificateOperation("bunny");
    await expect(client.beginCreateCertificate("bunny", POLICY)).resolves.toBeDefined();
  });

  it("gets a self-signed version without any merge", async () => {
    const world = await openWorld();
    await requestByHand(world.vault, "bunny", { subject: "CN=self", issuer: "Self" });
    const shown = await world.certificates(HAND).getCertificate("bunny");
    expect(shown.properties.enabled).toBe(true);
    expect(shown.cer).toBeDefined();
  });

  it("cannot have a request of another issuer completed by a merge", async () => {
    const world = await openWorld();
    const ca = await createTestCa();
    await requestByHand(world.vault, "bunny", { subject: "CN=x", issuer: "DigiCert" });
    await expect(world.certificates(HAND).mergeCertificate("bunny", [ca.der])).rejects.toMatchObject({
      statusCode: 403,
      message: "Merge is forbidden on pending object created with issuer : DigiCert while it is in progess.",
    });
  });
});
