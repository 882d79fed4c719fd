import { afterEach, describe, expect, it } from "vitest";
import { createWorld, HAND, NOBODY, VAULT_ID, VAULT_URI, type World } from "../world-for-tests.ts";
import { deleteCertificate } from "./change-certificate.ts";
import { KEY_VAULT_OPERATIONS } from "./operations.ts";
import { requestByHand, storeSecretByHand } from "./person.ts";

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

describe("who calls", () => {
  const path = "/certificates/bunny/?api-version=7.4";

  it("is asked for with a challenge that names the tenant and the resource", async () => {
    const world = await openWorld();
    const answer = await read(world, path);
    expect(answer.status).toBe(401);
    expect(answer.text).toContain("AKV10000: Request is missing a Bearer or PoP token.");
    expect(answer.headers["www-authenticate"]).toBe(
      'Bearer authorization="https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111", ' +
        'resource="https://vault.azure.net"',
    );
  });

  it("is refused with a token that is expired, for another audience, or signed by somebody else", async () => {
    const world = await openWorld();
    const other = await openWorld();
    const expired = await read(world, path, await tokenOf(world, { lifetimeSeconds: -60 }));
    expect([expired.status, expired.text]).toEqual([401, expect.stringContaining("[TokenExpired]")]);
    const slash = await read(world, path, await tokenOf(world, { audience: "https://vault.azure.net/" }));
    expect([slash.status, slash.text]).toEqual([
      401,
      expect.stringContaining("found: https://vault.azure.net/."),
    ]);
    const forged = await read(world, path, await tokenOf(other));
    expect([forged.status, forged.text]).toEqual([401, expect.stringContaining("AKV10046")]);
  });

  it("is recorded with each call, by principal id", async () => {
    const world = await openWorld();
    await world
      .certificates(HAND)
      .getCertificate("bunny")
      .catch(() => {});
    const seen = world.kernel.calls().map(({ operation, caller, outcome }) => [operation, caller, outcome]);
    expect(seen).toEqual([
      ["key-vault:GetCertificate", "anonymous", "Unauthorized"],
      ["key-vault:GetCertificate", "hand-object-id", "CertificateNotFound"],
    ]);
  });
});

describe("the api-version", () => {
  it("must be given and known", async () => {
    const world = await openWorld();
    const token = await tokenOf(world);
    const absent = await read(world, "/certificates/bunny/", token);
    expect([absent.status, absent.text]).toEqual([
      400,
      expect.stringContaining("api-version must be specified"),
    ]);
    const unknown = await read(world, "/certificates/bunny/?api-version=1999-01-01", token);
    expect([unknown.status, unknown.text]).toEqual([
      400,
      expect.stringContaining("(1999-01-01) is not recognized"),
    ]);
  });
});

describe("role assignments", () => {
  it("deny whom nothing allows, naming the action, the resource and the caller", async () => {
    const world = await openWorld();
    await expect(world.certificates(NOBODY).getCertificate("bunny")).rejects.toMatchObject({
      statusCode: 403,
      code: "Forbidden",
      message: expect.stringMatching(/oid=nobody-object-id.*certificates\/read.*\/certificates\/bunny'/s),
      details: { error: { innerError: { code: "ForbiddenByRbac" } } },
    });
  });

  it("keep the hand from every secret and from other certificates", async () => {
    const world = await openWorld();
    await expect(world.secrets(HAND).getSecret("bunny")).rejects.toMatchObject({ statusCode: 403 });
    await expect(world.certificates(HAND).getCertificate("other")).rejects.toMatchObject({ statusCode: 403 });
  });

  it("are asked before anything is told about what exists", async () => {
    const world = await openWorld();
    await requestByHand(world.vault, "bunny", { subject: "CN=bunny" });
    await expect(world.certificates(NOBODY).beginCreateCertificate("bunny", POLICY)).rejects.toMatchObject({
      statusCode: 403,
    });
  });

  it("deny an import, which is counted among the calls", async () => {
    const world = await openWorld();
    const imported = world.certificates(HAND).importCertificate("bunny", new Uint8Array([1]));
    await expect(imported).rejects.toMatchObject({ statusCode: 403 });
    expect(world.kernel.calls("key-vault:ImportCertificate").at(-1)?.outcome).toBe("Forbidden");
  });
});

describe("names", () => {
  it("of a deleted certificate stay taken", async () => {
    const world = await openWorld();
    world.rbac.assign({ principalId: HAND.principalId, roleDefinitionId: "issuer-role", scope: VAULT_ID });
    await requestByHand(world.vault, "old", { subject: "CN=old", issuer: "Self" });
    deleteCertificate(world.vault, "old");
    await expect(world.certificates(HAND).beginCreateCertificate("old", POLICY)).rejects.toMatchObject({
      statusCode: 409,
      code: "Conflict",
      details: { error: { innerError: { code: "ObjectIsDeletedButRecoverable" } } },
    });
    await expect(world.certificates(HAND).getCertificate("old")).rejects.toMatchObject({
      code: "CertificateNotFound",
    });
  });

  it("of an ordinary secret cannot become a certificate's", async () => {
    const world = await openWorld();
    storeSecretByHand(world.vault, "bunny", "an API key");
    await expect(world.certificates(HAND).beginCreateCertificate("bunny", POLICY)).rejects.toMatchObject({
      statusCode: 409,
      code: "Conflict",
    });
  });
});

describe("the operation table", () => {
  it("marks every operation that changes the vault", () => {
    const mutating = Object.entries(KEY_VAULT_OPERATIONS).filter(([, { mutates }]) => mutates);
    expect(mutating.map(([name]) => name.replace("key-vault:", "")).sort()).toEqual([
      "CreateCertificate",
      "DeleteCertificate",
      "DeleteCertificateOperation",
      "ImportCertificate",
      "MergeCertificate",
      "SetSecret",
      "UpdateCertificate",
      "UpdateCertificateOperation",
    ]);
  });
});
