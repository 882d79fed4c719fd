/**
 * Federated identity credentials: which assertion of which other issuer stands for which identity. Issuer,
 * subject and audience are compared exactly and case-sensitively, without wildcards
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
 */
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import * as z from "zod";
import { aadsts } from "./entra-errors.ts";
import type { Principal } from "./tokens.ts";

/** One federated identity credential of a managed identity or app registration. */
export interface FederatedCredential extends Principal {
  readonly issuer: string;
  readonly subject: string;
  /** Exactly one is allowed. */
  readonly audience: string;
}

/** Reads a public JSON document, as Entra reads an issuer's; throws when there is none. */
export type ReadJson = (url: string) => Promise<unknown>;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

const HINT =
  "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. " +
  "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

/** Whom the assertion stands for. Throws the AADSTS refusal of the first thing that does not hold. */
export async function principalOfAssertion(
  request: { readonly clientId: string; readonly assertion: string },
  credentials: readonly FederatedCredential[],
  readJson: ReadJson,
): Promise<Principal> {
  const ofClient = credentials.filter((credential) => credential.clientId === request.clientId);
  if (ofClient.length === 0) {
    throw aadsts(
      "AADSTS700016",
      `Application with identifier '${request.clientId}' was not found in the directory.`,
    );
  }
  const claims = parseClaims(request.assertion);
  const credential = matchCredential(ofClient, claims);
  await verifyAssertion(request.assertion, credential, readJson);
  return { principalId: credential.principalId, clientId: credential.clientId };
}

function parseClaims(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw aadsts("AADSTS50027", "JWT token is invalid or malformed.");
  }
}

function matchCredential(
  credentials: readonly FederatedCredential[],
  claims: JWTPayload,
): FederatedCredential {
  const issuer = claims.iss ?? "";
  if (/^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net)\//.test(issuer)) {
    throw aadsts("AADSTS700222", "Entra-issued tokens may not be used for federated identity flows.");
  }
  const ofIssuer = credentials.filter((credential) => credential.issuer === issuer);
  if (ofIssuer.length === 0) throw noMatch("AADSTS700211", `issuer '${issuer}'`);
  const ofSubject = ofIssuer.filter((credential) => credential.subject === claims.sub);
  if (ofSubject.length === 0) throw noMatch("AADSTS700213", `subject '${claims.sub ?? ""}'`);
  const audiences = [claims.aud ?? []].flat();
  const [matched] = ofSubject.filter(({ audience }) => audiences.length === 1 && audiences[0] === audience);
  if (matched === undefined) throw noMatch("AADSTS700212", `audience '${audiences.join(",")}'`);
  return matched;
}

function noMatch(code: "AADSTS700211" | "AADSTS700212" | "AADSTS700213", what: string) {
  return aadsts(code, `No matching federated identity record found for presented assertion ${what}. ${HINT}`);
}

/** Only RS256 is supported for the exchange; other algorithms "may work" and are refused here. */
async function verifyAssertion(
  assertion: string,
  credential: FederatedCredential,
  readJson: ReadJson,
): Promise<void> {
  const keys = await readKeys(credential.issuer, readJson);
  try {
    await jwtVerify(assertion, createLocalJWKSet(keys), { algorithms: ["RS256"], requiredClaims: ["exp"] });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const outsideItsTime =
      error instanceof errors.JWTExpired ||
      (error instanceof errors.JWTClaimValidationFailed && ["nbf", "exp"].includes(error.claim));
    if (outsideItsTime) {
      throw aadsts("AADSTS700024", "Client assertion is not within its valid time range.");
    }
    throw aadsts("AADSTS700027", "The certificate or key used to sign the client assertion is not known.");
  }
}

async function readKeys(issuer: string, readJson: ReadJson): Promise<JSONWebKeySet> {
  try {
    const base = issuer.replace(/\/$/, "");
    const discovery = Discovery.parse(await readJson(`${base}/.well-known/openid-configuration`));
    if (discovery.issuer !== issuer) throw new Error(`the issuer calls itself ${discovery.issuer}`);
    return Keys.parse(await readJson(discovery.jwks_uri));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw aadsts("AADSTS700027", `The keys of the assertion's issuer could not be read: ${why}`);
  }
}
