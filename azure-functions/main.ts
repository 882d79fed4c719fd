/** The Function App's one entry: parses its settings, builds what its endpoints need, and registers them. */
import { ManagedIdentityCredential } from "@azure/identity";
import { createRemoteJWKSet } from "jose";
import * as z from "zod";
import declared from "../link.config.ts";
import type { Service } from "../shared/azure-api/serve.ts";
import { keyVault, keyVaultClient } from "../shared/certificates/azure.ts";
import { bunnyCertificates } from "../shared/certificates/desired.ts";
import { placesOf } from "../shared/certificates/hand.ts";
import { pemToDer, splitPem } from "../shared/certificates/pem.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { registerCertificates } from "./certificates.ts";

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.issues.push({ code: "custom", message: "is not JSON", input: text });
    return z.NEVER;
  }
});

const Settings = z.object({
  TOKEN_ISSUER: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
  ROLE_RENEW_CERTIFICATES: z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  /** A JSON object: a bunny's name -> its vault's URI. */
  VAULTS: Json.pipe(z.record(z.string(), z.url({ protocol: /^https$/ }))),
  /** PEM: the issuing CA first, then its parents up to the root. */
  PINNED_CA: z.string().transform(splitPem).pipe(z.array(z.string()).min(1, "holds no certificate")),
});

const settings = parseEnvironment(Settings, process.env);
const link = parseLink(declared);
for (const { name } of link.bunnies) {
  if (!Object.hasOwn(settings.VAULTS, name))
    throw new ConfigError(`VAULTS names no vault for the bunny ${name} of the link: deploy again`);
}
const clock = () => Math.floor(Date.now() / 1000);
const credential = new ManagedIdentityCredential();
const certificateRoles = [settings.ROLE_RENEW_CERTIFICATES];

const service: Service = {
  link: linkDigest(link),
  clock,
  tokens: {
    issuer: settings.TOKEN_ISSUER,
    audience: settings.TOKEN_AUDIENCE,
    keys: createRemoteJWKSet(new URL(`${settings.TOKEN_ISSUER}/.well-known/jwks.json`)),
  },
  roles: {
    "certificates.observe": certificateRoles,
    "certificates.request": certificateRoles,
    "certificates.drop-request": certificateRoles,
    "certificates.merge": certificateRoles,
  },
};

const clients = new Map(
  Object.entries(settings.VAULTS).map(([bunny, uri]) => [bunny, keyVaultClient(uri, credential)]),
);
const pinned = settings.PINNED_CA.map(pemToDer);

registerCertificates(service, (note) => ({
  clock,
  pinned,
  places: placesOf(bunnyCertificates(link), (bunny) => {
    const client = clients.get(bunny);
    return client === undefined ? undefined : keyVault(client, undefined, note);
  }),
}));
