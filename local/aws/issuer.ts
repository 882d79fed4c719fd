/**
 * The account's token issuer: signs web identity tokens, and publishes its keys where a verifier looks for them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
 */
import { generateKeyPair, type KeyObject, randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { exportJWK, SignJWT } from "jose";
import type { Kernel } from "../stand-in/kernel.ts";
import { ConnectionLost, type OperationTable, Refusal } from "../stand-in/operations.ts";

/** The issuer's public documents: they are no operations of STS, but they are calls that can fail. */
export const issuerOperations: OperationTable = {
  "sts:OpenIdConfiguration": { mutates: false, errors: ["ServiceUnavailable"] },
  "sts:JsonWebKeySet": { mutates: false, errors: ["ServiceUnavailable"] },
};

export type TokenAlgorithm = "RS256" | "ES384";

export interface TokenIssuer {
  readonly issuer: string;
  /** `iat` and `exp` are seconds since the epoch. */
  readonly sign: (algorithm: TokenAlgorithm, claims: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Answers on the issuer's own host, without authentication. */
  readonly listener: RequestListener;
}

const keyIds: Readonly<Record<TokenAlgorithm, string>> = { RS256: "RSA_0", ES384: "EC384_0" };
const generate = promisify(generateKeyPair);

/** `issuer` is `https://<uuid>.tokens.sts.global.api.aws`. */
export async function createIssuer(issuer: string, kernel: Kernel): Promise<TokenIssuer> {
  const [rsa, ec] = await Promise.all([
    generate("rsa", { modulusLength: 2048 }),
    generate("ec", { namedCurve: "secp384r1" }),
  ]);
  const keys: Readonly<Record<TokenAlgorithm, KeyObject>> = { RS256: rsa.privateKey, ES384: ec.privateKey };
  const keySet = {
    keys: [await publicJwk(rsa.publicKey, "RS256"), await publicJwk(ec.publicKey, "ES384")],
  };
  const documents: Readonly<Record<string, { readonly operation: string; readonly document: unknown }>> = {
    "/.well-known/openid-configuration": {
      operation: "sts:OpenIdConfiguration",
      document: {
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: Object.keys(keyIds),
      },
    },
    "/.well-known/jwks.json": { operation: "sts:JsonWebKeySet", document: keySet },
  };
  return {
    issuer,
    sign: async (alg, claims) =>
      await new SignJWT({ iss: issuer, jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg, kid: keyIds[alg], typ: "JWT" })
        .sign(keys[alg]),
    listener: (incoming, response) => {
      const path = new URL(incoming.url ?? "/", issuer).pathname;
      const found = incoming.method === "GET" ? documents[path] : undefined;
      if (found === undefined) {
        response.writeHead(404).end();
        return;
      }
      void publish(kernel, found.operation, found.document, incoming, response);
    },
  };
}

async function publicJwk(key: KeyObject, alg: TokenAlgorithm) {
  return { ...(await exportJWK(key)), kid: keyIds[alg], alg, use: "sig" };
}

async function publish(
  kernel: Kernel,
  operation: string,
  document: unknown,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const call = { operation, caller: "anonymous" };
    const body = await kernel.perform(issuerOperations, call, () => JSON.stringify(document));
    kernel.tap({ from: "sts", to: "anonymous", what: `${operation} answer`, bytes: Buffer.from(body) });
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  } catch (error) {
    if (error instanceof ConnectionLost) incoming.socket.destroy();
    else response.writeHead(error instanceof Refusal ? error.status : 500).end();
  }
}
