/** The Function App's one entry: parses its settings, builds what its endpoints need, and registers them. */
import { setTimeout as pause } from "node:timers/promises";
import { ManagedIdentityCredential } from "@azure/identity";
import { createRemoteJWKSet } from "jose";
import declared from "../link.config.ts";
import { allowlistsOf } from "../shared/allowlists/desired.ts";
import { armNetworkSecurityGroups } from "../shared/allowlists/nsg-azure.ts";
import type { NoteVaultCall, Service } from "../shared/azure-api/serve.ts";
import { keyVault, keyVaultClient } from "../shared/certificates/azure.ts";
import { bunnyCertificates } from "../shared/certificates/desired.ts";
import { placesOf } from "../shared/certificates/hand.ts";
import { apiKeyPlaces } from "../shared/keys/api-key-hand.ts";
import { apiKeysOf } from "../shared/keys/api-keys-desired.ts";
import { armConnectionKeys } from "../shared/keys/azure-connection-keys.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { sweepingFunction } from "../shared/reconcile/sweeping-function.ts";
import { rowsClient, tableRows } from "../shared/rows/azure.ts";
import { armClient } from "../shared/runtime/arm.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ownIdentities } from "../shared/runtime/own-identity.ts";
import { vaultCopy } from "../shared/trust/azure.ts";
import { pinnedCas, pinsOf } from "../shared/trust/pins.ts";
import { placesOfBunnies } from "../shared/trust/places.ts";
import { armConnections } from "../shared/tunnels/azure.ts";
import { keyVaultSecretClient, keyVaultSecrets } from "../shared/vault-secrets/azure.ts";
import { registerAllowlists } from "./allowlists.ts";
import { registerApiKeys } from "./api-keys.ts";
import { registerCertificates } from "./certificates.ts";
import { registerConnectionKeys } from "./connection-keys.ts";
import { registerControl } from "./control.ts";
import { registerNotes } from "./notes.ts";
import { checkSettings, connectionsOf, deployedCas, nsgsOf, Settings } from "./settings.ts";
import { registerTrust } from "./trust.ts";
import { registerTunnels } from "./tunnels.ts";

const settings = parseEnvironment(Settings, process.env);
const link = parseLink(declared);
checkSettings(link, settings);
const clock = () => Math.floor(Date.now() / 1000);
const credential = new ManagedIdentityCredential();

const renewing = [settings.ROLE_RENEW_CERTIFICATES];
const watching = settings.ROLE_WATCH_TUNNELS === undefined ? [] : [settings.ROLE_WATCH_TUNNELS];
const rotating =
  settings.ROLE_ROTATE_PRE_SHARED_KEYS === undefined ? [] : [settings.ROLE_ROTATE_PRE_SHARED_KEYS];
const rotatingApiKeys = settings.ROLE_ROTATE_API_KEYS === undefined ? [] : [settings.ROLE_ROTATE_API_KEYS];
const publishing = settings.ROLE_PUBLISH_TRUST === undefined ? [] : [settings.ROLE_PUBLISH_TRUST];
const healing = settings.ROLE_HEAL_ALLOWLISTS === undefined ? [] : [settings.ROLE_HEAL_ALLOWLISTS];
const sweeping = {
  "renew-certificates": renewing,
  "watch-tunnels": watching,
  "heal-allowlists": healing,
}[sweepingFunction(link)];

const service: Service = {
  link: linkDigest(link),
  clock,
  tokens: {
    issuer: settings.TOKEN_ISSUER,
    audience: settings.TOKEN_AUDIENCE,
    keys: createRemoteJWKSet(new URL(`${settings.TOKEN_ISSUER}/.well-known/jwks.json`)),
  },
  roles: {
    // Whose leaves are current decides which CA may leave the trust bundle.
    "certificates.observe": [...renewing, ...publishing],
    "certificates.request": renewing,
    "certificates.drop-request": renewing,
    "certificates.merge": renewing,
    "tunnels.observe": [...watching, ...rotating],
    "tunnels.reset": watching,
    "keys.observe-key": rotatingApiKeys,
    "keys.set-key": rotatingApiKeys,
    "keys.observe-tunnels": rotating,
    "keys.set-tunnel": rotating,
    "allowlists.plan": healing,
    "allowlists.heal": healing,
    "allowlists.accept": healing,
    "trust.observe": publishing,
    "trust.publish": publishing,
    "notes.collect": sweeping,
    "notes.forget": sweeping,
    "control.freeze": sweeping,
  },
};

const rows = tableRows(rowsClient({ url: settings.TABLES_URL, table: settings.TABLE_NAME }, credential));
const clients = new Map(
  Object.entries(settings.VAULTS).map(([bunny, uri]) => [bunny, keyVaultClient(uri, credential)]),
);
const cas = deployedCas(link, settings);
const pinned = pinnedCas(cas);
const app = { service, rows };

const certificatePlaces = (note?: NoteVaultCall) =>
  placesOf(bunnyCertificates(link), (bunny) => {
    const client = clients.get(bunny);
    return client === undefined ? undefined : keyVault(client, undefined, note);
  });

registerCertificates(app, (note) => ({ clock, pinned, places: certificatePlaces(note) }));
const secrets = new Map(
  Object.entries(settings.VAULTS).map(([bunny, uri]) => [bunny, keyVaultSecretClient(uri, credential)]),
);
if (link.trust !== undefined) {
  const pins = pinsOf(cas);
  registerTrust(app, (note) => {
    const stores = new Map(
      [...secrets].map(([bunny, client]) => [bunny, vaultCopy(keyVaultSecrets(client, { note }))]),
    );
    return { pins, places: placesOfBunnies(link, stores, certificatePlaces()), rows, clock };
  });
}
const apiKeys = apiKeysOf(link);
if (apiKeys.length > 0) {
  registerApiKeys(app, (note) => ({
    clock,
    rows,
    places: apiKeyPlaces(apiKeys, (bunny) => {
      const client = secrets.get(bunny);
      return client === undefined ? undefined : keyVaultSecrets(client, { note });
    }),
  }));
}
registerNotes(app);
registerControl(app);
if (link.vpn !== undefined) {
  const places = connectionsOf(link.vpn, settings);
  const client = armClient(credential);
  const hand = { places, rows, connections: armConnections(client) };
  registerTunnels(app, hand);
  if (link.vpn.preSharedKeys !== undefined)
    registerConnectionKeys(app, { ...hand, keys: armConnectionKeys(client) });
}
const allowlists = allowlistsOf(link);
const places = nsgsOf(allowlists, settings);
if (places.size > 0) {
  const groups = armNetworkSecurityGroups(armClient(credential));
  const { link: linkName, shrinkMax } = allowlists;
  const hand = { link: linkName, shrinkMax, places, groups, pause: (ms: number) => pause(ms) };
  registerAllowlists(app, { hand, ownIdentities: ownIdentities(credential) });
}
