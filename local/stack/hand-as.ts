/** The deployed hand as a caller in AWS meets it: over TLS, with a token for a role that its account has signed. */
import { createHand, type Hand } from "../../shared/azure-api/client.ts";
import { linkDigest } from "../../shared/link/load.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import { deployed } from "./deployed.ts";
import type { Stack } from "./stack.ts";

const LIFETIME_SECONDS = 300;

/** `link` is the digest of what the caller was built from; left out, of the stack's own. */
export function handAs(stack: Stack, roleArn: string, link = linkDigest(stack.link)): Hand {
  const { functionApp } = stack.graph;
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: stack.aws.tokenIssuer.issuer,
    aud: functionApp.settings["TOKEN_AUDIENCE"],
    sub: roleArn,
    iat: now,
    exp: now + LIFETIME_SECONDS,
  };
  return createHand({
    url: `https://${functionApp.hostName}/api`,
    link,
    token: async () => new Secret(await stack.aws.tokenIssuer.sign("RS256", claims)),
    fetch: async (url, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      const request = { method: "POST", url: String(url), headers, body: String(init?.body) };
      const { status, body } = await stack.client.send(request);
      return new Response(new Uint8Array(body), { status });
    },
  });
}

/** As the deployed function of that name meets it. */
export const handOf = (stack: Stack, logicalName: string): Hand =>
  handAs(stack, deployed(stack, logicalName).deployed.role.arn);
