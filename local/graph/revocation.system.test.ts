import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { authorize } from "../aws/authorization.ts";
import { evaluate } from "./evaluate.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function evaluateGeneralPurpose() {
  const directory = await mkdtemp(path.join(tmpdir(), "link-"));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  const linkFile = path.join(directory, "link.config.ts");
  const text = {
    name: "other-link",
    aws: { region: "eu-west-2" },
    azure: { location: "uksouth" },
    relay: { host: "relay.example.com", log: { group: "/other/relay", create: false } },
    certificateAuthority: { commonName: "Other CA", mode: "general-purpose" },
    bunnies: [
      {
        name: "bunny",
        workload: { issuer: "https://oidc.example.com/", namespace: "bunny", serviceAccount: "bunny" },
        certificates: [{ name: "bunny-client", identity: { commonName: "bunny.example.com" } }],
      },
    ],
  };
  await writeFile(linkFile, `export default ${JSON.stringify(text)};\n`);
  const graph = await evaluate({ stage: "test", linkFile });
  cleanups.push(() => graph.dispose());
  return graph;
}

describe("the deployment of a link with a CA for general purposes", () => {
  it("lets what renews certificates revoke some of that CA, and nobody else", async () => {
    const { functions, certificateAuthority } = await evaluateGeneralPurpose();
    for (const { logicalName, role } of functions) {
      const wish = { action: "acm-pca:RevokeCertificate", resource: certificateAuthority.arn, context: {} };
      const answer = await authorize({ roleArn: role.arn, policy: role.policy, ...wish });
      expect([logicalName, answer]).toEqual([
        logicalName,
        logicalName.startsWith("Renew") ? "allowed" : "denied",
      ]);
    }
  });
});
