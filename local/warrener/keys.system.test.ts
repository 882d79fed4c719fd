/** Keys and trust as a person sees them: the command line in a process of its own, against the deployed bundles. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import crash from "../crash/link.ts";
import { until } from "../demo/chapter.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { adoptedVpn } from "../testing/links.ts";
import { runCommandLine } from "./test-process.ts";

const RELAY = "arn:aws:iam::123456789012:role/relay";
const link = {
  ...crash,
  relay: { ...crash.relay, certificate: { readers: [RELAY] } },
  bunnies: crash.bunnies.map((bunny) => ({ ...bunny, apiKeys: [{ name: "bunny-key" }] })),
  vpn: { ...adoptedVpn, preSharedKeys: {} },
  trust: {},
};

let directory: string;
let linkFile: string;
let stack: Stack;
/** All that the command line has said. */
let said = "";

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-keys-"));
  linkFile = path.join(directory, "link.ts");
  await writeFile(linkFile, `export default ${JSON.stringify(link)};\n`);
  // No schedule: each run is one that a test asked for.
  stack = await startStack({ linkFile, seed: 5, calm: true });
});

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

async function warrener(text: string) {
  const { operatorRoleArn: roleArn, server, identities } = stack.aws;
  const { credentials } = identities.issue({ roleArn, sessionName: "alice" });
  const answer = await runCommandLine(directory, `${text} --stage local --link ${linkFile}`, {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  said += answer.out + answer.err;
  return answer;
}

async function run(logicalName: string): Promise<void> {
  const found = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  await until(`${logicalName} goes through`, async () => (await found?.invoke({}))?.ok);
}

describe("keys and trust, before anything has run", () => {
  it("are shown as not there yet, with what the next run does", async () => {
    const { out } = await warrener("status");
    expect(out).toMatch(/bunny-key {5}API key of bunny; there is none yet/);
    expect(out).toMatch(/one-a {9}pre-shared key; there is none yet/);
    expect(out).toMatch(/trust-bundle {2}no trust bundle is published yet/);
  });
});

describe("keys and trust, once each was looked after", () => {
  beforeAll(async () => {
    for (const name of ["RenewRelayCertificate", "RenewCertificates", "PublishTrust"]) await run(name);
    for (const name of ["RotateApiKeys", "RotatePreSharedKeys"]) await run(name);
  });

  it("are shown with age, due date and state", async () => {
    const { out } = await warrener("status");
    expect(out).toMatch(/bunny-key {5}API key of bunny; id [0-9a-f]{16}, made .*, due in /);
    expect(out).toMatch(/one-a {9}pre-shared key; made .*, due /);
    expect(out).toMatch(/trust-bundle {2}trust bundle 1-[0-9a-f]{16}; 0 serials no longer welcome/);
  });

  it("are explained, and planned one by one", async () => {
    const { code, out } = await warrener("explain bunny-key");
    expect([code, out]).toEqual([0, expect.stringMatching(/^bunny-key: an API key of bunny, .*\nNow: /)]);
    expect((await warrener("plan one-a")).out).toMatch(/^one-a: /);
  });

  it("are rotated for who asks, within the limits of every rotation", async () => {
    const asked = await warrener("rotate bunny-key");
    expect(asked).toMatchObject({ code: 0, err: "" });
    expect(asked.out).toMatch(/^Asked for a new key: bunny-key\.\n\S/);
    const tunnel = await warrener("rotate one-a");
    expect(tunnel.out).toMatch(/^Asked for a new key: one-a\.\nIt waits: /);
  });

  it("stand beside a certificate, which is renewed for who asks, and says who did", async () => {
    const asked = await warrener("rotate bunny-client");
    expect(asked).toMatchObject({ code: 0, err: "" });
    expect(asked.out).toMatch(
      /^Asked for a new certificate: bunny-client, in the place of [0-9a-f]+\.\n(Done|Next): /,
    );
    const { out } = await warrener("history bunny-client");
    expect(out).toMatch(/asked for a new one\n {4}serial [0-9a-f]+\n {4}by arn:aws:sts::.*, lambda /);
    expect((await warrener("history one-a")).out).toMatch(/asked for a new one\n {4}by arn:aws:sts::/);
  });

  it("are never shown themselves, and need no more than an operator may", () => {
    const keys = stack.vpn
      .tunnels()
      .flatMap(({ aws, azure }) => [aws.preSharedKey, azure?.preSharedKey ?? ""]);
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) expect(said).not.toContain(key);
    expect(said).not.toMatch(/[\w-]{43}(?![\w-])/);
    expect(stack.aws.server.decisions().filter(({ result }) => result === "denied")).toEqual([]);
  });
});
