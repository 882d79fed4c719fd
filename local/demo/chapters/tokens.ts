import { generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { CONTRACT_VERSION } from "../../../shared/azure-api/contract.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Chapter, check } from "../chapter.ts";
import { protagonists } from "../look.ts";

export const tokens: Chapter = {
  name: "the Function answers nobody but the one role",
  async run(stack) {
    const { renew, certificate } = protagonists(stack);
    const role = renew.deployed.role.arn;
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: stack.aws.tokenIssuer.issuer,
      aud: renew.deployed.environment["TOKEN_AUDIENCE"] ?? "",
      sub: role,
      iat: now,
      exp: now + 300,
    };
    const signed = (change: object) => stack.aws.tokenIssuer.sign("RS256", { ...claims, ...change });
    const ask = (token: string | null) => callHand(stack, token, certificate.name);

    // The same call with a good token is answered, so that each refusal below has one reason only.
    check((await ask(await signed({}))).status === 200, "the role itself is answered");
    const refusals = {
      noToken: await ask(null),
      forged: await ask(await forge(claims)),
      expired: await ask(await signed({ iat: now - 700, exp: now - 400 })),
      otherRole: await ask(await signed({ sub: `${role}-other` })),
      otherAudience: await ask(await signed({ aud: "api://AzureADTokenExchange" })),
    };
    const expected = {
      noToken: "token-missing",
      forged: "token-invalid",
      expired: "token-expired",
      otherRole: "role-not-allowed",
      otherAudience: "token-invalid",
    };
    const codes = Object.fromEntries(Object.entries(refusals).map(([name, { code }]) => [name, code]));
    for (const [name, code] of Object.entries(expected))
      check(codes[name] === code, `a call with ${name} is refused as ${code}, not ${codes[name]}`);
    return codes;
  },
};

/** Signed with a key of the forger's own, under the key id that the account's issuer publishes. */
async function forge(claims: Record<string, unknown>): Promise<string> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "RSA_0" }).sign(privateKey);
}

async function callHand(
  stack: Stack,
  token: string | null,
  name: string,
): Promise<{ status: number; code: string }> {
  const url = `${protagonists(stack).renew.deployed.environment["HAND_URL"]}/v1/certificates/observe`;
  const answer = await stack.client.send({
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ contract: CONTRACT_VERSION, link: "0".repeat(64), body: { names: [name] } }),
  });
  const body: { error?: { code?: string } } = JSON.parse(answer.body.toString("utf8"));
  return { status: answer.status, code: body.error?.code ?? "answered" };
}
