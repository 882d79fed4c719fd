import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { BUNNY, createWorld, HAND, type World } from "../world-for-tests.ts";
import { issue, POLICY, request } from "./test-requests.ts";

const worlds: World[] = [];

async function openWorld(): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

describe("a certificate's life in the vault", () => {
  it("makes key and CSR, merges what a CA signed, and hands the key to whom may read the secret", async () => {
    const world = await openWorld();
    const { ca, leaf, merged } = await issue(world.certificates(HAND));
    const secret = await world.secrets(BUNNY).getSecret("bunny");
    const pems = secret.value?.match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? [];
    expect(pems).toHaveLength(3);
    const [key = "", first = "", second = ""] = pems;
    expect(new X509Certificate(first).raw.equals(leaf)).toBe(true);
    expect(new X509Certificate(second).raw.equals(ca.der)).toBe(true);
    expect(new X509Certificate(leaf).checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(secret.properties.version).toBe(merged.properties.version);
    expect(secret.properties.contentType).toBe("application/x-pem-file");
  });

  it("shows a name whose first version is pending as a disabled version without a certificate", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    await expect(world.secrets(BUNNY).getSecret("bunny")).rejects.toMatchObject({ code: "SecretNotFound" });
    await request(client);
    const shown = await client.getCertificate("bunny");
    expect(shown.properties.enabled).toBe(false);
    expect(shown.cer).toBeUndefined();
    expect(shown.secretId).toBeUndefined();
    await expect(world.secrets(BUNNY).getSecret("bunny")).rejects.toMatchObject({
      statusCode: 403,
      details: { error: { innerError: { code: "SecretDisabled" } } },
    });
  });

  it("still shows that disabled version after the pending request was dropped", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    await request(client);
    await client.deleteCertificateOperation("bunny");
    expect((await client.getCertificate("bunny")).properties.enabled).toBe(false);
    await expect(client.getCertificateOperation("bunny")).rejects.toMatchObject({
      statusCode: 404,
      code: "PendingCertificateNotFound",
      message: "Pending certificate not found: bunny",
    });
  });

  it("leaves the current version alone while a new one is pending, and replaces it at the merge", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const first = await issue(client);
    const csr = await request(client);
    expect((await client.getCertificate("bunny")).properties.version).toBe(first.merged.properties.version);
    const second = await client.mergeCertificate("bunny", [await first.ca.sign(csr)]);
    expect((await client.getCertificate("bunny")).properties.version).toBe(second.properties.version);
    expect(second.properties.version).not.toBe(first.merged.properties.version);
    const versions: (string | undefined)[] = [];
    for await (const one of client.listPropertiesOfCertificateVersions("bunny")) versions.push(one.version);
    expect(versions.sort()).toEqual([first.merged.properties.version, second.properties.version].sort());
  });

  it("makes a new key for each version, and keeps it when the policy says so", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const keyOf = (leaf: Uint8Array) =>
      new X509Certificate(leaf).publicKey.export({ type: "spki", format: "pem" });
    const first = await issue(client);
    const second = await issue(client);
    const third = await issue(client, { ...POLICY, reuseKey: true });
    expect(keyOf(second.leaf)).not.toBe(keyOf(first.leaf));
    expect(keyOf(third.leaf)).toBe(keyOf(second.leaf));
  });

  it("keeps a key that is not exportable out of the secret", async () => {
    const world = await openWorld();
    await issue(world.certificates(HAND), { ...POLICY, exportable: false });
    const { value } = await world.secrets(BUNNY).getSecret("bunny");
    expect(value).not.toContain("PRIVATE KEY");
    expect(value).toContain("BEGIN CERTIFICATE");
  });

  it("lets a private key cross the wire in one place only: the secret's answer to its reader", async () => {
    const world = await openWorld();
    await issue(world.certificates(HAND));
    await world.secrets(BUNNY).getSecret("bunny");
    const withKey = world.sightings.filter(({ bytes }) => Buffer.from(bytes).includes("PRIVATE KEY"));
    expect(withKey.map(({ from, to, what }) => [from, to, what])).toEqual([
      ["bunny-object-id", "kv-test.vault.azure.net", "GET /secrets/bunny/ answer"],
    ]);
  });

  it("makes RSA keys", async () => {
    const world = await openWorld();
    const { leaf } = await issue(world.certificates(HAND), { ...POLICY, keyType: "RSA", keySize: 2048 });
    expect(createPublicKey(new X509Certificate(leaf).toString()).asymmetricKeyDetails?.modulusLength).toBe(
      2048,
    );
  });

  it("refuses the secret of a disabled version, though an older one is enabled", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const first = await issue(client);
    const second = await issue(client);
    await client.updateCertificateProperties("bunny", second.merged.properties.version ?? "", {
      enabled: false,
    });
    await expect(world.secrets(BUNNY).getSecret("bunny")).rejects.toMatchObject({
      statusCode: 403,
      message: "Operation get is not allowed on a disabled secret.",
      details: { error: { innerError: { code: "SecretDisabled" } } },
    });
    const old = { version: first.merged.properties.version ?? "" };
    expect((await world.secrets(BUNNY).getSecret("bunny", old)).value).toContain("PRIVATE KEY");
  });
});

describe("the pending request", () => {
  it("blocks another request while it is in progress", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    await request(client);
    await expect(client.beginCreateCertificate("bunny", POLICY)).rejects.toMatchObject({
      statusCode: 409,
      code: "Forbidden",
      message:
        "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
    });
  });

  it("lets only one of two requests at once through", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const outcomes = await Promise.allSettled([
      client.beginCreateCertificate("bunny", POLICY),
      client.beginCreateCertificate("bunny", POLICY),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("is found only under its own request id", async () => {
    const world = await openWorld();
    await request(world.certificates(HAND));
    const token = await world.entra.tokens.mint({
      principal: HAND,
      audience: "https://vault.azure.net",
      lifetimeSeconds: 60,
    });
    const read = (id: string) =>
      world.http.send({
        url: `https://kv-test.vault.azure.net/certificates/bunny/pending?api-version=7.4&request_id=${id}`,
        headers: { authorization: `Bearer ${token}` },
      });
    const id = world.vault.certificates.get("bunny")?.pending?.requestId ?? "";
    expect((await read(id)).status).toBe(200);
    expect((await read("0".repeat(32))).status).toBe(404);
  });

  it("answers a cancellation with the status from before, and is canceled afterwards", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    await request(client);
    const operation = await client.getCertificateOperation("bunny");
    await operation.cancelOperation();
    const state = operation.getOperationState().certificateOperation;
    expect([state?.cancellationRequested, state?.status]).toEqual([true, "inProgress"]);
    const after = (await client.getCertificateOperation("bunny")).getOperationState().certificateOperation;
    expect(after?.status).toBe("canceled");
    await expect(request(client)).resolves.toBeDefined();
  });

  it("shows itself completed after the merge, and takes no second one", async () => {
    const world = await openWorld();
    const client = world.certificates(HAND);
    const { leaf } = await issue(client);
    const operation = (await client.getCertificateOperation("bunny")).getOperationState()
      .certificateOperation;
    expect(operation?.status).toBe("completed");
    await expect(client.mergeCertificate("bunny", [leaf])).rejects.toMatchObject({
      code: "PendingCertificateNotFound",
    });
  });
});
