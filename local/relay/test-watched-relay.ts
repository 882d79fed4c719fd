/** relay with an eye on its secret, as the tests of that use it: the secret and the time are the test's. */
import { Agent } from "node:https";
import { onTestFinished } from "vitest";
import { manualTimers } from "../aws/manual-timers.ts";
import { type Ca, issue, makeCa } from "../testing/certificates.ts";
import { call } from "../testing/mutual-tls.ts";
import { RelayLogLine, relayLog } from "./log.ts";
import { Relay } from "./relay.ts";
import { ServerCertificates } from "./server-certificates.ts";
import { certificateValue, testSecret } from "./test-secret.ts";
import { BUNNY } from "./test-world.ts";

const DAY_MS = 86_400_000;
const RELAY = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };

/** Its time passes by hand; its certificates live for an hour unless a test says otherwise. */
export async function startWatchedRelay() {
  const ca = await makeCa({ commonName: "Issuing CA", notAfter: new Date(Date.now() + DAY_MS) });
  const secret = testSecret();
  const timers = manualTimers(Date.now());
  const output: string[] = [];
  const trustBundle = { version: "v1", pem: ca.certificatePem };
  const common = { replica: "relay-0", output: (line: string) => void output.push(line) };
  const started: Relay[] = [];
  const watch = new ServerCertificates({
    secret,
    host: "relay.example",
    trustBundle: () => trustBundle,
    log: relayLog({ ...common, clock: timers.now }),
    begin: async (serverCertificate) => {
      const identities = ["bunny.example"];
      const relay = await Relay.start({ ...common, serverCertificate, trustBundle, identities, timers });
      started.push(relay);
      return relay;
    },
    timers,
  });
  onTestFinished(async () => {
    await watch.stop();
    for (const relay of started) await relay.close();
  });
  const put = async (
    versionId: string,
    from: Ca = ca,
    options: Partial<Parameters<typeof issue>[1]> = {},
  ) => {
    const issued = await issue(from, { ...RELAY, ...options });
    secret.versions.set(versionId, certificateValue(issued));
    return issued;
  };
  const client = await issue(ca, BUNNY);
  const poll = async (agent?: Agent) => {
    const [relay] = started;
    if (relay === undefined) throw new Error("relay has not started");
    const reached = { port: relay.port, servername: "relay.example", ca: ca.certificatePem };
    const outcome = await call({ ...reached, path: "/jobs/poll", client, ...(agent && { agent }) });
    return outcome;
  };
  const lines = () => output.map((line) => RelayLogLine.parse(JSON.parse(line)));
  const loaded = () =>
    lines().flatMap((line) => (line.event === "relay.loaded" ? [line.serverCertificateSerials] : []));
  const unusable = () =>
    lines().flatMap((line) =>
      line.event === "server-certificate.unusable" ? [{ label: line.label, reason: line.reason }] : [],
    );
  return { ca, secret, timers, watch, started, put, poll, output, lines, loaded, unusable };
}

/** The serial of what the server shows to a new connection. */
export async function shown(poll: (agent: Agent) => Promise<unknown>): Promise<string> {
  const agent = new Agent({ keepAlive: true });
  let serial = "";
  agent.on("free", (socket) => {
    serial = socket.getPeerX509Certificate().serialNumber;
  });
  await poll(agent);
  agent.destroy();
  return serial.toLowerCase().replace(/^0+/, "");
}
