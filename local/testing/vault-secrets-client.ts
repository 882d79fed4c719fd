/** The adapter of a vault's secrets at a local vault, as the hand's own identity: through the proxy, with real tokens. */
import type { TokenCredential } from "@azure/core-auth";
import { keyVaultSecretClient, keyVaultSecrets } from "../../shared/vault-secrets/azure.ts";
import type { VaultSecrets } from "../../shared/vault-secrets/vault-secrets.ts";
import type { Vault } from "../azure/key-vault/state.ts";
import { createWorld, HAND, VAULT_URI, type World } from "../azure/world-for-tests.ts";

export interface LocalVaultSecrets {
  readonly world: World;
  readonly secrets: VaultSecrets;
  /** What is in the vault. */
  readonly vault: Vault;
}

export interface LocalVaultSecretsOptions {
  /** Another host than the vault's, for one that the test itself serves. */
  readonly uri?: string;
  /** The adapter's pauses after a throttled call; none by default. */
  readonly backOffMs?: readonly number[];
  readonly credential?: TokenCredential;
  readonly note?: (requestId: string) => void;
}

export async function openVaultSecrets(options: LocalVaultSecretsOptions = {}): Promise<LocalVaultSecrets> {
  const world = await createWorld();
  const { additionalPolicies = [] } = world.network;
  const credential = options.credential ?? world.credential(HAND);
  const client = keyVaultSecretClient(options.uri ?? VAULT_URI, credential, { additionalPolicies });
  const secrets = keyVaultSecrets(client, { backOffMs: options.backOffMs ?? [], note: options.note });
  return { world, secrets, vault: world.vault };
}
