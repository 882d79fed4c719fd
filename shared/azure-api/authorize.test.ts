import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { authorize, type TokenRules } from "./authorize.ts";

const ISSUER = "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws";
const AUDIENCE = "api://warrener-test";
const ROLE = "arn:aws:iam::123456789012:role/warrener-test-renew-certificates";
const NOW = 1_795_248_000;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let signer: KeyPair;
let stranger: KeyPair;
let rules: TokenRules;

beforeAll(async () => {
  [signer, stranger] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  const jwk = { ...(await exportJWK(signer.publicKey)), kid: "RSA_0", alg: "RS256" };
  rules = { issuer: ISSUER, audience: AUDIENCE, keys: createLocalJWKSet({ keys: [jwk] }) };
});

const claims: JWTPayload = { iss: ISSUER, aud: AUDIENCE, sub: ROLE, iat: NOW - 10, exp: NOW + 290 };

async function bearer(payload: JWTPayload = claims, key: KeyPair = signer, kid = "RSA_0"): Promise<string> {
  const token = await new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid }).sign(key.privateKey);
  return `Bearer ${token}`;
}

describe("authorize", () => {
  it("lets the allowed role in and names it", async () => {
    expect(await authorize(rules, await bearer(), [ROLE], NOW)).toEqual({ allowed: true, role: ROLE });
  });

  it("refuses a request without a bearer token", async () => {
    const refusal = { allowed: false, status: 401, code: "token-missing" };
    expect(await authorize(rules, null, [ROLE], NOW)).toEqual(refusal);
    expect(await authorize(rules, "Basic dXNlcjpwYXNz", [ROLE], NOW)).toEqual(refusal);
  });

  it("refuses a token that was signed with another key", async () => {
    expect(await authorize(rules, await bearer(claims, stranger), [ROLE], NOW)).toMatchObject({
      status: 401,
      code: "token-invalid",
    });
  });

  it("refuses a token whose key the issuer does not publish", async () => {
    expect(await authorize(rules, await bearer(claims, signer, "RSA_9"), [ROLE], NOW)).toMatchObject({
      status: 401,
      code: "token-invalid",
    });
  });

  it("refuses a token without a signature", async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const header = `Bearer ${part({ alg: "none" })}.${part(claims)}.AA`;
    expect(await authorize(rules, header, [ROLE], NOW)).toMatchObject({ status: 401, code: "token-invalid" });
  });

  it("refuses a token that has ended", async () => {
    const header = await bearer({ ...claims, iat: NOW - 400, exp: NOW - 100 });
    expect(await authorize(rules, header, [ROLE], NOW)).toMatchObject({ status: 401, code: "token-expired" });
  });

  it("refuses a token that is older than we ever ask for, though it has not ended", async () => {
    const header = await bearer({ ...claims, iat: NOW - 1000, exp: NOW + 2600 });
    expect(await authorize(rules, header, [ROLE], NOW)).toMatchObject({ status: 401, code: "token-expired" });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["another issuer", { iss: `${ISSUER}.example.com` }],
    ["another audience", { aud: "api://AzureADTokenExchange" }],
    ["a second audience beside ours", { aud: [AUDIENCE, "api://other"] }],
    ["no audience", { aud: undefined }],
    ["no subject", { sub: undefined }],
    ["no issuing time", { iat: undefined }],
    ["an issuing time in the future", { iat: NOW + 3600, exp: NOW + 4000 }],
  ])("refuses a token with %s", async (_name, change) => {
    const header = await bearer({ ...claims, ...change });
    expect(await authorize(rules, header, [ROLE], NOW)).toMatchObject({ status: 401, code: "token-invalid" });
  });

  it.each([
    ["another role", "arn:aws:iam::123456789012:role/warrener-test-parse-logs"],
    [
      "the same role's name in another account",
      "arn:aws:iam::999999999999:role/warrener-test-renew-certificates",
    ],
    ["a role whose name ours begins", `${ROLE}-2`],
    ["the role's name in other letters", ROLE.toUpperCase()],
  ])("refuses %s", async (_name, sub) => {
    const header = await bearer({ ...claims, sub });
    expect(await authorize(rules, header, [ROLE], NOW)).toEqual({
      allowed: false,
      status: 403,
      code: "role-not-allowed",
    });
  });

  it("answers 503, not 401, when the issuer's keys cannot be read", async () => {
    const keys = () => Promise.reject(new TypeError("fetch failed"));
    const refusal = await authorize({ ...rules, keys }, await bearer(), [ROLE], NOW);
    expect(refusal).toEqual({ allowed: false, status: 503, code: "issuer-unreachable" });
  });
});
