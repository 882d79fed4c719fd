/** The CA's chain is in the environment of the function for relay's certificate, and Lambda takes 4 KB of that. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Ca, type KeyAlgorithm, makeCa } from "../testing/certificates.ts";
import { evaluate } from "./evaluate.ts";
import { ACCOUNT_ID } from "./identifiers.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A link that adopts a CA, with or without a certificate of relay's. */
async function linkFile(relayCertificate: object): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "link-"));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, "link.config.ts");
  const link = {
    name: "other-link",
    aws: { region: "eu-west-2" },
    azure: { location: "uksouth" },
    relay: {
      host: "relay.example.com",
      log: { group: "/other/relay", create: false },
      ...relayCertificate,
    },
    certificateAuthority: {
      adopt: `arn:aws:acm-pca:eu-west-2:${ACCOUNT_ID}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`,
    },
    bunnies: [
      {
        name: "bunny",
        workload: { issuer: "https://oidc.example.com/", namespace: "bunny", serviceAccount: "bunny" },
        certificates: [{ name: "bunny-client", identity: { commonName: "bunny.example.com" } }],
      },
    ],
  };
  await writeFile(file, `export default ${JSON.stringify(link)};\n`);
  return file;
}

/** A CA with two above it, as AWS tells of one that is adopted. */
async function adopted(algorithm: KeyAlgorithm) {
  const root = await makeCa({ algorithm, commonName: "Example Root" });
  const middle = await makeCa({ algorithm, commonName: "Example Policy CA", parent: root });
  const issuing = await makeCa({ algorithm, commonName: "Example Issuing CA", parent: middle });
  const pem = ({ certificatePem }: Ca) => certificatePem;
  return { certificate: pem(issuing), certificateChain: [middle, root].map(pem).join("\n") };
}

const WITH_RELAY = { certificate: { readers: [`arn:aws:iam::${ACCOUNT_ID}:role/relay`] } };
const RENEW_RELAY = "warrener-test-renew-relay-certificate";

describe("the environment of the function for relay's certificate", () => {
  it("holds the whole chain of an adopted CA that is short enough", async () => {
    const adoptedCa = await adopted("P-256");
    await using graph = await evaluate({ stage: "test", linkFile: await linkFile(WITH_RELAY), adoptedCa });
    const { environment } = graph.functions.find(({ name }) => name === RENEW_RELAY) ?? {};
    expect(environment?.["PINNED_CA"]?.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  });

  it("fails the deployment, and says what to do, when the chain is too long for Lambda", async () => {
    const adoptedCa = await adopted("RSA-4096");
    const evaluated = evaluate({ stage: "test", linkFile: await linkFile(WITH_RELAY), adoptedCa });
    await expect(evaluated).rejects.toThrow(
      /the environment of warrener-test-renew-relay-certificate has \d{4} bytes, and Lambda takes 4096: PINNED_CA alone has \d{4}\. PINNED_CA is the CA's certificate and those above it: adopt a CA .* or leave relay\.certificate out of the link\./,
    );
  });

  it("sets no bound to the chain where relay's certificate is left to others", async () => {
    const adoptedCa = await adopted("RSA-4096");
    await using graph = await evaluate({ stage: "test", linkFile: await linkFile({}), adoptedCa });
    expect(graph.functions.map(({ name }) => name)).not.toContain(RENEW_RELAY);
    expect(graph.functionApp.settings["PINNED_CA"]).toContain("BEGIN CERTIFICATE");
  });
});
