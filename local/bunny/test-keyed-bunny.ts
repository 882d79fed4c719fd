/** bunny with its mounts before a relay that asks for API keys, as the tests of both use it. */
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { KeyRing } from "../relay/key-ring.ts";
import { RelayLogLine } from "../relay/log.ts";
import { Relay } from "../relay/relay.ts";
import { type TestKey, testBundle } from "../relay/test-keys.ts";
import { testSecret } from "../relay/test-secret.ts";
import { type Ca, issue, makeCa } from "../testing/certificates.ts";
import { Bunny } from "./bunny.ts";

export const SERVER = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };
const CLIENT = { commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] as const };

export async function startKeyedBunny(
  scopesOfKeys: readonly (readonly ("poll" | "results")[])[] = [["poll", "results"]],
) {
  const ca = await makeCa({ commonName: "Issuing CA" });
  const secret = testSecret();
  const ring = new KeyRing(secret);
  const output: string[] = [];
  const shown = await issue(ca, SERVER);
  const relay = await Relay.start({
    serverCertificate: shown,
    trustBundle: { version: "v1", pem: ca.certificatePem },
    identities: ["bunny.example"],
    replica: "relay-0",
    output: (line) => void output.push(line),
    apiKeys: {
      find: (digest) => ring.find(digest),
      mustHaveKey: ["bunny.example"],
      loadedIds: () => ring.loadedIds,
    },
  });
  const directory = await mkdtemp(join(tmpdir(), "bunny-"));
  const write = async (name: string, text: string) => {
    await writeFile(join(directory, `${name}.new`), text);
    await rename(join(directory, `${name}.new`), join(directory, name));
  };
  const time = { now: Date.now() };
  const events: string[] = [];
  const bunny = new Bunny({
    relay: { host: "127.0.0.1", port: relay.port, servername: "relay.example", caPem: ca.certificatePem },
    certificatePath: join(directory, "certificate"),
    apiKeys: scopesOfKeys.map((scopes, n) => ({
      name: `key-${n}`,
      scopes,
      path: join(directory, `key-${n}`),
    })),
    trustBundle: { path: join(directory, "bundle"), replica: "bunny-0" },
    work: (content) => content,
    output: (line) => void events.push(line),
    pollIntervalMs: 5,
    clock: () => time.now,
  });
  onTestFinished(async () => {
    await bunny.stop();
    await relay.close();
    await rm(directory, { recursive: true });
  });
  /** As Secrets Manager has it from now on. */
  const label = async (
    labels: Readonly<Record<"AWSCURRENT", TestKey>> & { AWSPREVIOUS?: TestKey; AWSPENDING?: TestKey },
  ) => {
    secret.labels.clear();
    for (const [name, key] of Object.entries(labels)) {
      secret.versions.set(key.id, key.value);
      if (name === "AWSCURRENT" || name === "AWSPREVIOUS" || name === "AWSPENDING")
        secret.labels.set(name, key.id);
    }
    // What has lost its label is accepted for one look more.
    await ring.look();
    await ring.look();
  };
  const mountCertificate = async (from: Ca = ca) => {
    const issued = await issue(from, CLIENT);
    await write("certificate", issued.secretPem);
    return issued;
  };
  const mountBundle = async (number: number, cas: readonly Ca[], revoked: readonly string[] = []) => {
    const bundle = testBundle(
      number,
      cas.map(({ certificatePem }) => certificatePem),
      revoked,
    );
    await write("bundle", bundle.text);
    return bundle;
  };
  const accepted = () =>
    output
      .map((line) => RelayLogLine.parse(JSON.parse(line)))
      .flatMap((line) => (line.event === "client.accepted" ? [line] : []));
  return {
    ca,
    relay,
    shown,
    bunny,
    time,
    events,
    output,
    label,
    write,
    mountCertificate,
    mountBundle,
    accepted,
  };
}
