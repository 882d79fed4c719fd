/** The Function App's one entry: parses its settings, builds what its endpoints need, and registers them. */
import { ManagedIdentityCredential } from "@azure/identity";
import { createRemoteJWKSet } from "jose";
import declared from "../link.config.ts";
import type { Service } from "../shared/azure-api/serve.ts";
import { keyVault, keyVaultClient } from "../shared/certificates/azure.ts";
import { bunnyCertificates } from "../shared/certificates/desired.ts";
import { placesOf } from "../shared/certificates/hand.ts";
import { pemToDer } from "../shared/certificates/pem.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { rowsClient, tableRows } from "../shared/rows/azure.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { armClient, armConnections } from "../shared/tunnels/azure.ts";
import { registerCertificates } from "./certificates.ts";
import { registerControl } from "./control.ts";
import { registerNotes } from "./notes.ts";
import { checkSettings, connectionsOf, Settings } from "./settings.ts";
import { registerTunnels } from "./tunnels.ts";

const settings = parseEnvironment(Settings, process.env);
const link = parseLink(declared);
checkSettings(link, settings);
const clock = () => Math.floor(Date.now() / 1000);
const credential = new ManagedIdentityCredential();

const renewing = [settings.ROLE_RENEW_CERTIFICATES];
const watching = settings.ROLE_WATCH_TUNNELS === undefined ? [] : [settings.ROLE_WATCH_TUNNELS];
/** Whoever looks most often: each minute where there are tunnels to watch. */
const sweeping = watching.length > 0 ? watching : renewing;

const service: Service = {
  link: linkDigest(link),
  clock,
  tokens: {
    issuer: settings.TOKEN_ISSUER,
    audience: settings.TOKEN_AUDIENCE,
    keys: createRemoteJWKSet(new URL(`${settings.TOKEN_ISSUER}/.well-known/jwks.json`)),
  },
  roles: {
    "certificates.observe": renewing,
    "certificates.request": renewing,
    "certificates.drop-request": renewing,
    "certificates.merge": renewing,
    "tunnels.observe": watching,
    "tunnels.reset": watching,
    "notes.collect": sweeping,
    "notes.forget": sweeping,
    "control.freeze": sweeping,
  },
};

const rows = tableRows(rowsClient({ url: settings.TABLES_URL, table: settings.TABLE_NAME }, credential));
const clients = new Map(
  Object.entries(settings.VAULTS).map(([bunny, uri]) => [bunny, keyVaultClient(uri, credential)]),
);
const pinned = settings.PINNED_CA.map(pemToDer);
const app = { service, rows };

registerCertificates(app, (note) => ({
  clock,
  pinned,
  places: placesOf(bunnyCertificates(link), (bunny) => {
    const client = clients.get(bunny);
    return client === undefined ? undefined : keyVault(client, undefined, note);
  }),
}));
registerNotes(app);
registerControl(app);
if (link.vpn !== undefined) {
  const places = connectionsOf(link.vpn, settings);
  registerTunnels(app, { places, rows, connections: armConnections(armClient(credential)) });
}
