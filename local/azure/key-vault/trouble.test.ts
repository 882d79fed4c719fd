import { afterEach, describe, expect, it } from "vitest";
import { createTestCa, createWorld, HAND, VAULT_URI, type World } from "../world-for-tests.ts";

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

async function tokenOf(
  world: World,
  grant: { audience?: string; lifetimeSeconds?: number } = {},
): Promise<string> {
  const { audience = "https://vault.azure.net", lifetimeSeconds = 60 } = grant;
  return world.entra.tokens.mint({ principal: HAND, audience, lifetimeSeconds });
}

async function read(world: World, path: string, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await world.http.send({ url: `${VAULT_URI}${path}`, headers });
  return { status: answer.status, headers: answer.headers, text: answer.body.toString() };
}

describe("trouble", () => {
  it("throttles key creation beyond 20 in 10 seconds, without a Retry-After", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const policy = { ...POLICY, keyType: "EC", keyCurveName: "P-256" };
    for (let made = 0; made < 20; made += 1) {
      await client.beginCreateCertificate("bunny", policy);
      await client.deleteCertificateOperation("bunny");
    }
    const refused = await client.beginCreateCertificate("bunny", policy).catch((error: unknown) => error);
    expect(refused).toMatchObject({ statusCode: 429, code: "Throttled" });
    expect(refused).not.toHaveProperty("response.headers.retry-after");
  });

  it("is drawn from the seed when it is not calm", async () => {
    const outcomes = async (seed: number) => {
      const world = await openWorld({ calm: false, seed });
      const client = world.certificates(HAND);
      for (let count = 0; count < 120; count += 1) await client.getCertificate("bunny").catch(() => {});
      return world.kernel.calls().map(({ outcome }) => outcome);
    };
    const [first, again] = [await outcomes(7), await outcomes(7)];
    expect(first).toContain("Throttled");
    expect(again).toEqual(first);
  });

  it("may lose the answer of a merge that took effect", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const ca = await createTestCa();
    const operation = await client.beginCreateCertificate("bunny", { ...POLICY, keyType: "EC" });
    operation.stopPolling();
    const csr = world.vault.certificates.get("bunny")?.pending?.csr ?? Buffer.alloc(0);
    world.kernel.faults.add({
      operation: "key-vault:MergeCertificate",
      nth: 1,
      when: "after",
      effect: { kind: "lose-connection" },
    });
    await expect(client.mergeCertificate("bunny", [await ca.sign(csr)])).rejects.toThrow();
    expect(world.vault.certificates.get("bunny")?.versions).toHaveLength(1);
    expect(world.kernel.calls("key-vault:MergeCertificate").at(-1)?.outcome).toBe("lost");
  });

  it("answers 501 with its name to an operation that it does not know", async () => {
    const world = await openWorld();
    const answer = await read(world, "/keys/bunny?api-version=7.4", await tokenOf(world));
    expect([answer.status, answer.text]).toEqual([501, expect.stringContaining("GET /keys/bunny")]);
  });
});
