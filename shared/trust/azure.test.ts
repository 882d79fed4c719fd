import { afterEach, describe, expect, it } from "vitest";
import {
  deleteSecretByHand,
  disableSecretByHand,
  recoverSecretByHand,
} from "../../local/azure/key-vault/secret-person.ts";
import { BUNNY, HAND, NOBODY, VAULT_ID } from "../../local/azure/world-for-tests.ts";
import { type LocalVaultSecretsOptions, openVaultSecrets } from "../../local/testing/vault-secrets-client.ts";
import { vaultCopy } from "./azure.ts";

const NAME = "trust-bundle";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options?: LocalVaultSecretsOptions) {
  const { world, secrets, vault } = await openVaultSecrets(options);
  closing.push(world.close);
  return { world, vault, store: vaultCopy(secrets) };
}

describe("vaultCopy", () => {
  it("knows nothing of what never was", async () => {
    const { store } = await open();
    expect(await store.read()).toBeNull();
  });

  it("adds a version and reads the newest, which is what bunny is given", async () => {
    const { world, store } = await open();
    const first = await store.write("one");
    const second = await store.write("two");
    expect(second).not.toEqual(first);
    const given = await world.secrets(BUNNY).getSecret(NAME);
    expect(given).toMatchObject({ value: "two", properties: { contentType: "application/json" } });
    expect(await store.read()).toEqual({
      ...{ version: given.properties.version, text: "two" },
      at: Math.floor((given.properties.createdOn?.getTime() ?? 0) / 1_000),
    });
    expect(second).toEqual({ version: given.properties.version });
  });

  it("keeps a text of the largest size, and of any characters", async () => {
    const { store } = await open();
    const text = `"\\\n\u{1f430}${"x".repeat(24_576 - 10)}`;
    await store.write(text);
    expect(await store.read()).toMatchObject({ text });
  });

  it("reads a deleted one as none, and says that its name is blocked until it is recovered", async () => {
    const { vault, store } = await open();
    await store.write("one");
    deleteSecretByHand(vault, NAME);
    expect(await store.read()).toBeNull();
    expect(await store.write("two")).toBe("deleted");
    recoverSecretByHand(vault, NAME);
    expect(await store.read()).toMatchObject({ text: "one" });
  });

  it("says the same while it is still being deleted", async () => {
    const { vault, store } = await open();
    await store.write("one");
    deleteSecretByHand(vault, NAME, true);
    expect(await store.write("two")).toBe("deleted");
  });

  it("does not take a disabled one for none", async () => {
    const { vault, store } = await open();
    await store.write("one");
    const version = vault.secrets.get(NAME)?.versions.at(-1)?.id ?? "";
    disableSecretByHand(vault, NAME, version);
    await expect(store.read()).rejects.toMatchObject({
      ...{ name: "CloudError", operation: "GetSecret", code: "SecretDisabled", retryable: false },
    });
  });

  it("looks at no certificate's secret, and does not take its place", async () => {
    const { world, store } = await open();
    const scope = VAULT_ID;
    world.rbac.assign({ principalId: HAND.principalId, roleDefinitionId: "issuer-role", scope });
    const client = world.certificates(HAND);
    const contentType = "application/x-pem-file";
    const wanted = { issuerName: "Self", subject: "CN=bunny", keyType: "EC", contentType } as const;
    await client.beginCreateCertificate(NAME, wanted);
    await client.getCertificateOperation(NAME);
    expect(await store.read()).toBe("taken");
    expect(await store.write("one")).toBe("taken");
  });

  it("throws what stands in the way of whoever may not, and nothing of the vault's text", async () => {
    const other = await open();
    const { store } = await open({ credential: other.world.credential(NOBODY) });
    await expect(store.read()).rejects.toMatchObject({ name: "CloudError", cause: undefined });
    await expect(store.write("one")).rejects.toMatchObject({ name: "CloudError", cause: undefined });
  });
});
