import { afterEach, describe, expect, it } from "vitest";
import { createTestCa, createWorld, HAND, type World } from "../world-for-tests.ts";
import { issue, request } from "./test-requests.ts";

const worlds: World[] = [];

async function openWorld(): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

describe("merging", () => {
  it("refuses a leaf with another key, in Microsoft's words", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const other = await issue(client);
    await request(client);
    await expect(client.mergeCertificate("bunny", [other.leaf])).rejects.toMatchObject({
      statusCode: 400,
      code: "BadParameter",
      message: /^The public key of the end-entity certificate .* does not match/,
    });
  });

  it("refuses an empty chain, an expired leaf and what is no certificate", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const ca = await createTestCa();
    const csr = await request(client);
    const attempts = [[], [await ca.sign(csr, -60)], [new Uint8Array([1, 2, 3])]];
    for (const chain of attempts) {
      await expect(client.mergeCertificate("bunny", chain)).rejects.toMatchObject({ code: "BadParameter" });
    }
    expect(world.vault.certificates.get("bunny")?.versions).toEqual([]);
  });

  it("takes a chain's entries as base64 of base64, as the SDK's README sends them", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const ca = await createTestCa();
    const leaf = await ca.sign(await request(client));
    const text = Buffer.from(Buffer.from(leaf).toString("base64"));
    const { cer = new Uint8Array() } = await client.mergeCertificate("bunny", [text]);
    expect(Buffer.from(cer).equals(leaf)).toBe(true);
  });

  it("finds nothing to merge into when no request is pending", async () => {
    const world = await openWorld();
    const ca = await createTestCa();
    await expect(world.certificates(HAND).mergeCertificate("bunny", [ca.der])).rejects.toMatchObject({
      statusCode: 404,
      code: "PendingCertificateNotFound",
    });
  });
});
