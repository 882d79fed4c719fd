/** Who calls: a token signed by the tenant's Entra, for Key Vault, within its time. */
import { KEY_VAULT_APP_ID, KEY_VAULT_RESOURCE } from "../resources.ts";
import type { Principal, TokenIssuer } from "../tokens.ts";
import { VaultRefusal } from "./operations.ts";

export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly refusal: VaultRefusal };

/** Tells a client where tokens come from: the SDK sends its first request without one, to learn this. */
export function challenge(tenantId: string): string {
  return `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="${KEY_VAULT_RESOURCE}"`;
}

export async function authenticate(tokens: TokenIssuer, header: string | undefined): Promise<Authentication> {
  const token = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) return refused("AKV10000: Request is missing a Bearer or PoP token.");
  const audiences = [KEY_VAULT_RESOURCE, KEY_VAULT_APP_ID];
  const verified = await tokens.verify(token, audiences);
  if (verified.ok) return { ok: true, principal: verified.principal };
  switch (verified.fault) {
    case "expired":
      return refused("[TokenExpired] Error validating token: 'S2S12086'.");
    case "wrong-audience":
      return refused(
        `AKV10022: Invalid audience. Expected ${audiences.join(" or ")}, found: ${verified.audience}.`,
      );
    case "invalid":
      return refused("AKV10046: Unable to resolve the key used for signature validation.");
  }
}

function refused(message: string): Authentication {
  return { ok: false, refusal: new VaultRefusal(401, "Unauthorized", message) };
}
