/** The link of every life: with what it would have in production, and lifetimes of days. */
import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import { parseLink } from "../../shared/link/load.ts";
import { InvariantError } from "../../shared/runtime/errors.ts";
import { linkWith } from "../testing/links.ts";
import { CALLERS_INPUT } from "./callers-input.ts";
import { ALLOWLISTS_INPUT } from "./groups-input.ts";
import { TUNNELS_INPUT } from "./tunnels-input.ts";

const CERTIFICATE_INPUT = {
  name: "bunny-client",
  identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
  lifetime: "7 days",
};
const KEY_INPUT = {
  name: "bunny-relay",
  rotateEvery: "9 days",
  grace: "20 minutes",
  provenWithin: "30 minutes",
};

export const link = parseLink(
  linkWith({
    certificateAuthority: { commonName: "Test CA", mode: "short-lived" },
    "relay.readers": ["arn:aws:iam::111122223333:role/relay"],
    "bunnies[0].certificates[0]": CERTIFICATE_INPUT,
    "bunnies[0].apiKeys": [KEY_INPUT],
    allowlists: ALLOWLISTS_INPUT,
    authFailures: CALLERS_INPUT,
    vpn: TUNNELS_INPUT,
  }),
);

export const CERTIFICATE = first(bunnyCertificates(link));
export const API_KEY = first(apiKeysOf(link));

function first<T>([item]: readonly T[]): T {
  if (item === undefined) throw new InvariantError("the simulated link lacks something");
  return item;
}
