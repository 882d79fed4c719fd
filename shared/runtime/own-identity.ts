/**
 * Under which object id the function itself calls Azure: what its own token says, which is what Azure's events name
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
import type { TokenCredential } from "@azure/core-auth";
import { decodeJwt } from "jose";
import { ARM_SCOPE } from "./arm.ts";

/** None when it cannot be told: then its own changes look like anybody's. The credential keeps the token. */
export const ownIdentities = (credential: TokenCredential) => async (): Promise<readonly string[]> => {
  try {
    const token = await credential.getToken(ARM_SCOPE);
    const id = token === null ? undefined : decodeJwt(token.token)["oid"];
    return typeof id === "string" ? [id] : [];
  } catch {
    // What it cannot get a token for it cannot change either.
    return [];
  }
};
