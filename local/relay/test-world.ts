/** relay as its tests use it: started with a CA of its own, its log parsed, and a client to ask it with. */
import { onTestFinished } from "vitest";
import { issue, makeCa } from "../testing/certificates.ts";
import { type CallOptions, call } from "../testing/mutual-tls.ts";
import { RelayLogLine } from "./log.ts";
import { Relay, type RelayOptions } from "./relay.ts";

/** What a certificate must say that this relay lets in. */
export const BUNNY = { commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] as const };

export type Ask = Omit<CallOptions, "port" | "servername" | "ca">;

export async function startWorld(options: Partial<RelayOptions> = {}) {
  const ca = await makeCa({ commonName: "Issuing CA" });
  const serverCertificate = await issue(ca, {
    commonName: "relay",
    dnsNames: ["relay.example"],
    ipAddresses: ["127.0.0.1"],
    usages: ["serverAuth"],
  });
  const output: string[] = [];
  const relay = await Relay.start({
    serverCertificate,
    trustBundle: { version: "v1", pem: ca.certificatePem },
    identities: ["bunny.example"],
    replica: "relay-0",
    output: (line) => output.push(line),
    ...options,
  });
  onTestFinished(() => relay.close());
  const ask = (asked: Ask) =>
    call({ port: relay.port, servername: "relay.example", ca: ca.certificatePem, ...asked });
  const log = () => output.map((line) => RelayLogLine.parse(JSON.parse(line)));
  return {
    ca,
    relay,
    output,
    ask,
    log,
    /** Without the two lines of the start, and without what it says to have loaded. */
    clientsIn: () =>
      log()
        .filter(({ event }) => event !== "relay.loaded")
        .slice(2),
    sendJson: (path: string, body: unknown, client: Ask["client"]) =>
      ask({
        ...{ method: "POST", path, headers: { "content-type": "application/json" } },
        body: JSON.stringify(body),
        ...(client === undefined ? {} : { client }),
      }),
  };
}
