/**
 * Access tokens as Entra signs them for Azure's own resources, for all stand-ins that give or take them. They
 * are version 1.0 tokens: which version a resource gets is its own choice, and Key Vault and Resource Manager
 * take v1.0 (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
import { randomUUID } from "node:crypto";
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from "jose";

/** A service principal or managed identity: what roles are assigned to, and the id it signs in with. */
export interface Principal {
  /** The object id: `oid` in tokens, `principalId` in role assignments. */
  readonly principalId: string;
  readonly clientId: string;
}

export type TokenFault = "invalid" | "expired" | "wrong-audience";

export type VerifiedToken =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly fault: TokenFault; readonly audience: string };

export interface TokenIssuer {
  readonly tenantId: string;
  readonly issuer: string;
  mint(grant: {
    readonly principal: Principal;
    readonly audience: string;
    readonly lifetimeSeconds: number;
  }): Promise<string>;
  verify(token: string, audiences: readonly string[]): Promise<VerifiedToken>;
  keys(): Promise<JSONWebKeySet>;
}

interface Signer {
  readonly privateKey: CryptoKey;
  readonly jwks: JSONWebKeySet;
}

/** RS256 needs an RSA key; it is generated in the background once, so that nothing waits for it at the start. */
export function createSigner(): Promise<Signer> {
  const made = generateSigner();
  // Whoever awaits it later gets the failure; until then it is not an unhandled one.
  made.catch(() => {});
  return made;
}

async function generateSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", {
    modulusLength: 2048,
    extractable: true,
  });
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), use: "sig", alg: "RS256" };
  return { privateKey, jwks: { keys: [jwk] } };
}

export async function signJwt(signer: Signer, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const kid = signer.jwks.keys[0]?.kid;
  const header = { alg: "RS256", typ: "JWT", ...(kid === undefined ? {} : { kid }) };
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(signer.privateKey);
}

export function createTokenIssuer(tenantId: string): TokenIssuer {
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const signer = createSigner();
  return {
    tenantId,
    issuer,
    keys: async () => (await signer).jwks,
    async mint({ principal, audience, lifetimeSeconds }) {
      const now = Math.floor(Date.now() / 1000);
      return signJwt(await signer, {
        aud: audience,
        iss: issuer,
        iat: now,
        nbf: now,
        exp: now + lifetimeSeconds,
        appid: principal.clientId,
        appidacr: "2",
        idp: issuer,
        oid: principal.principalId,
        sub: principal.principalId,
        tid: tenantId,
        uti: randomUUID(),
        ver: "1.0",
      });
    },
    async verify(token, audiences) {
      try {
        const options = { issuer, audience: [...audiences], algorithms: ["RS256"] };
        const { payload } = await jwtVerify(token, createLocalJWKSet((await signer).jwks), options);
        const { oid, appid } = payload;
        if (typeof oid !== "string" || typeof appid !== "string") return invalid();
        return { ok: true, principal: { principalId: oid, clientId: appid } };
      } catch (error) {
        return faultOf(error);
      }
    },
  };
}

function invalid(): VerifiedToken {
  return { ok: false, fault: "invalid", audience: "" };
}

function faultOf(error: unknown): VerifiedToken {
  if (error instanceof errors.JWTExpired) return { ok: false, fault: "expired", audience: "" };
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud") {
    return { ok: false, fault: "wrong-audience", audience: String(error.payload.aud) };
  }
  if (error instanceof errors.JOSEError) return invalid();
  throw error;
}
