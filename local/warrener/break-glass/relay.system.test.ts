/** The printed steps for relay's certificate, run in a shell against a running stack in which nothing of Warrener runs. */
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseVersion } from "../../../shared/certificates/stored-version.ts";
import { readCertificate } from "../../../shared/certificates/x509.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import crash from "../../crash/link.ts";
import { until } from "../../demo/chapter.ts";
import { acceptedSerials, protagonists, relayLines } from "../../demo/look.ts";
import { relaySecret } from "../../stack/relay-secret.ts";
import { type Stack, startStack } from "../../stack/stack.ts";
import { openShell, type Ran, type Shell } from "./clouds/shell.ts";
import type { Step } from "./guide.ts";
import { only, stepsFor, without } from "./test-steps.ts";

const link = {
  ...crash,
  relay: { ...crash.relay, certificate: { readers: ["arn:aws:iam::123456789012:role/relay"] } },
};
const NAME = "relay-server";

let directory: string;
let stack: Stack;
let shell: Shell;
let steps: readonly Step[];

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-break-glass-"));
  const linkFile = path.join(directory, "link.ts");
  await writeFile(linkFile, `export default ${JSON.stringify(link)};\n`);
  // No schedule: nothing of Warrener runs that the test does not ask for.
  const often = { mountEveryMs: 200, pollEveryMs: 20, secretEveryMs: 100 };
  stack = await startStack({ linkFile, seed: 5, calm: true, ...often });
  shell = await openShell(stack, directory);
  steps = await stepsFor(NAME, linkFile, directory);
});

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

const renewRelay = () => {
  const { functions } = stack;
  const found = [...functions.values()].find(
    ({ deployed }) => deployed.logicalName === "RenewRelayCertificate",
  );
  if (found === undefined) throw new Error("the deployment renews relay's certificate");
  return found;
};

function contents() {
  const secret = relaySecret(stack.graph);
  if (secret === undefined) throw new Error("the deployment has relay's secret");
  return stack.aws.secretsManager.contents(secret.arn);
}

function serialOf(label: string): string | undefined {
  const { labels, versions } = contents();
  const value = versions.get(labels.get(label) ?? "")?.value;
  const stored = parseVersion(
    value !== undefined && "SecretString" in value ? new Secret(value.SecretString) : null,
  );
  return stored?.kind === "certificate" ? readCertificate(stored.chain[0]).serial : undefined;
}

/** What each replica last said that it has, the served one first. */
function lastSaid(): readonly (readonly string[])[] {
  const latest = new Map<string, readonly string[]>();
  for (const line of relayLines(stack))
    if (line.event === "relay.loaded") latest.set(line.replica, line.serverCertificateSerials);
  return [...latest.values()];
}

/** To whoever opens a connection now, and checks it as bunny does. */
async function shownSerial(): Promise<string> {
  const { host, port, servername, caPem } = stack.workloads.address;
  const socket = connect({ host, port, servername, ca: caPem });
  await once(socket, "secureConnect");
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return readCertificate(raw).serial;
}

const folder = () => path.join(directory, crash.name, "local", NAME);
const shownOf = ({ shown, err }: Ran) => [...shown.values(), err].join("\n");

describe("relay's certificate, with the brain and the hand dead", () => {
  let first: string | undefined;
  let ran: Ran;

  it("is put nowhere by a person who has not opened the secret's key, whatever else they may", async () => {
    await until("relay has a certificate", async () => (await renewRelay().invoke({})).ok);
    const { renew } = protagonists(stack);
    await until("bunny has a certificate", async () => (await renew.invoke({})).ok);
    stack.workloads.startBunnies();
    await until("relay lets bunny in", () => acceptedSerials(stack).length > 0);
    await stack.azure.functionApp.stop();
    first = serialOf("AWSCURRENT");

    const versions = contents().versions.size;
    const refused = await shell.run(without(steps, "open", "loaded", "promote", "served", "used", "end"));
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain("Access to KMS is not allowed");
    expect(contents().versions.size).toBe(versions);
    await rm(folder(), { recursive: true });
  });

  it("is renewed by the steps, loaded by both replicas before it is served, and bunny is let in as before", async () => {
    ran = await shell.run(without(steps, "end"));
    expect(ran.code, shownOf(ran)).toBe(0);
    expect(ran.shown.get("check")).toMatch(/^It is for relay-server, has the serial [0-9a-f]+ and ends/);
    expect(ran.shown.get("loaded")).toMatch(/^[0-9a-f]+ is loaded by all: .+, .+\.\n$/);
    expect(ran.shown.get("served")).toMatch(/^[0-9a-f]+ is served by all: .+, .+\.\n$/);

    const renewed = serialOf("AWSCURRENT");
    expect([renewed === first, serialOf("AWSPREVIOUS")]).toEqual([false, first]);
    expect(lastSaid()).toEqual([[renewed], [renewed]]);
    expect(await shownSerial()).toBe(renewed);
    const { queue } = stack.workloads.relay;
    const job = queue.submit("a job");
    if (job === "full") throw new Error("the queue is full");
    await until("bunny has polled and done the job", () => queue.result(job.id) !== undefined);
  });

  it("leaves the key as it was, so that nobody can put anything any more", async () => {
    const refused = await shell.run(only(steps, "where", "stage"));
    expect(refused.err).toContain("Access to KMS is not allowed");
  });

  it("is with its key in files that only the person may read, and gone from their machine in the end", async () => {
    for (const file of ["key.pem", "value.json"])
      expect((await stat(path.join(folder(), file))).mode & 0o777).toBe(0o600);
    const rest = await shell.run(only(steps, "where", "end"));
    expect([rest.code, rest.err]).toEqual([0, ""]);
    await expect(stat(folder())).rejects.toThrow("ENOENT");
  });

  it("shows the private key to Secrets Manager alone, and to nobody at the terminal", () => {
    expect(shownOf(ran)).not.toMatch(/PRIVATE KEY|BEGIN/);
    const { leaks } = stack.tap.report();
    const session = stack.aws.responderRoleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/");
    const put = { from: `${session}/alice`, to: "secretsmanager", what: "secretsmanager:PutSecretValue" };
    expect(leaks.map(({ from, to, what }) => ({ from, to, what }))).toEqual(leaks.map(() => put));
    expect(leaks.length).toBeGreaterThan(0);
  });

  it("is looked after as before once Warrener works again, without being renewed anew", async () => {
    await stack.azure.functionApp.restart();
    const [labels, versions] = [new Map(contents().labels), contents().versions.size];
    await until("a run goes through", async () => (await renewRelay().invoke({})).ok);
    expect([contents().labels, contents().versions.size]).toEqual([labels, versions]);
    expect(await renewRelay().invoke({ run: "plan" })).toMatchObject({
      ok: true,
      payload: { certificates: [{ certificate: NAME, change: null, promotion: { kind: "in-step" } }] },
    });
  });

  it("needs no more of AWS than docs/break-glass.md asks for, and reads no secret", () => {
    const mine = stack.aws.server.decisions().filter(({ roleArn }) => roleArn === stack.aws.responderRoleArn);
    const denied = mine.filter(({ result }) => result === "denied").map(({ action }) => action);
    expect(new Set(denied)).toEqual(new Set(["kms:GenerateDataKey"]));
    expect(new Set(mine.map(({ action }) => action))).not.toContain("secretsmanager:GetSecretValue");
  });
});
