/** The Key Vault adapter at a local vault, as the hand's own identity: through the proxy, with real tokens. */
import type { ClientOptions } from "@azure-rest/core-client";
import { keyVault, keyVaultClient } from "../../shared/certificates/azure.ts";
import type { Vault } from "../../shared/certificates/vault.ts";
import { createWorld, HAND, VAULT_URI, type World } from "../azure/world-for-tests.ts";

type PipelinePolicy = NonNullable<ClientOptions["additionalPolicies"]>[number]["policy"];
type Token = { readonly token: string; readonly expiresOnTimestamp: number };

export interface LocalVault {
  readonly world: World;
  readonly vault: Vault;
}

export interface LocalVaultOptions {
  /** Another host than the vault's, for one that the test itself serves. */
  readonly uri?: string;
  /** The adapter's pauses after a throttled call; none by default. */
  readonly backOffMs?: readonly number[];
  readonly getToken?: () => Promise<Token>;
  /** Told the vault's id of each request. */
  readonly note?: (requestId: string) => void;
}

/** Without retries, so that each refusal is seen. */
export async function openVault(options: LocalVaultOptions = {}): Promise<LocalVault> {
  const world = await createWorld();
  const throughProxy: PipelinePolicy = {
    name: "throughLocalProxy",
    sendRequest(request, next) {
      request.agent = world.http.agent;
      return next(request);
    },
  };
  const network: ClientOptions = {
    additionalPolicies: [{ policy: throughProxy, position: "perCall" }],
    retryOptions: { maxRetries: 0 },
  };
  const mint = async (): Promise<Token> => {
    const wanted = { principal: HAND, audience: "https://vault.azure.net", lifetimeSeconds: 3_600 };
    return { token: await world.entra.tokens.mint(wanted), expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  const credential = { getToken: options.getToken ?? mint };
  const client = keyVaultClient(options.uri ?? VAULT_URI, credential, network);
  return { world, vault: keyVault(client, options.backOffMs ?? [], options.note) };
}
