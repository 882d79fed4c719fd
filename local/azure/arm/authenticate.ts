/** Who calls: a token signed by the tenant's Entra, for Resource Manager, within its time. */
import { Refusal } from "../../stand-in/operations.ts";
import { RESOURCE_MANAGER_RESOURCE } from "../resources.ts";
import type { Principal, TokenIssuer } from "../tokens.ts";

export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly refusal: Refusal };

/** As the refusal of another audience lists them. */
const AUDIENCES = [
  "https://management.core.windows.net/",
  "https://management.core.windows.net",
  `${RESOURCE_MANAGER_RESOURCE}/`,
  RESOURCE_MANAGER_RESOURCE,
];

export async function authenticate(tokens: TokenIssuer, header: string | undefined): Promise<Authentication> {
  const refused = (code: string, message: string): Authentication => {
    const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${tokens.tenantId}", error="invalid_token"`;
    return { ok: false, refusal: new Refusal(401, code, message, { "www-authenticate": challenge }) };
  };
  const token = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) {
    return refused("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  }
  const verified = await tokens.verify(token, AUDIENCES);
  if (verified.ok) return { ok: true, principal: verified.principal };
  switch (verified.fault) {
    case "expired":
      return refused(
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time is earlier than current UTC time.",
      );
    case "wrong-audience":
      return refused(
        "InvalidAuthenticationTokenAudience",
        `The access token has been obtained for wrong audience or resource '${verified.audience}'. It should exactly ` +
          `match with one of the allowed audiences '${AUDIENCES.join("','")}'.`,
      );
    case "invalid":
      return refused("InvalidAuthenticationToken", "The access token is invalid.");
  }
}
