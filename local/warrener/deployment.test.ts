import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import link from "../../link.config.ts";
import { createIssuer } from "../aws/issuer.ts";
import { createSts } from "../aws/sts.ts";
import { makeKernel, region, startWorld, type World } from "../aws/test-world.ts";
import { findDeployment } from "./deployment.ts";
import { writeLocalStack } from "./local-stack.ts";

let directory = "";
let file = "";
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-deployment-"));
  file = path.join(directory, "local.json");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(directory, { recursive: true, force: true });
});

async function startSts(): Promise<World> {
  const issuer = await createIssuer("https://issuer.example.com", makeKernel());
  const world = await startWorld(() => [createSts({ issuer, region, federationEnabled: () => true })]);
  closing.push(world.server.close);
  return world;
}

async function tell(
  world: World,
  changes: { readonly link?: string; readonly secretAccessKey?: string } = {},
) {
  const { endpoint, credentials } = world.client({ sessionName: "you" });
  const { secretAccessKey = credentials.secretAccessKey } = changes;
  await writeLocalStack(
    {
      pid: process.pid,
      endpoint,
      region,
      stage: "local",
      link: changes.link ?? null,
      control: { url: "http://127.0.0.1:4567", token: "t" },
      credentials: { ...credentials, secretAccessKey },
    },
    file,
  );
}

async function writeLink(name: string): Promise<string> {
  const other = path.join(directory, `${name}.ts`);
  await writeFile(other, `export default ${JSON.stringify({ ...link, name })};\n`);
  return other;
}

describe("findDeployment, of what it refuses", () => {
  it("says how to name one when no local stack runs", async () => {
    await expect(findDeployment({}, file)).rejects.toThrow(
      /^no local stack runs, and no stage is named: .*`npm run local`.*--stage$/,
    );
  });

  it("throws for a link that is not there, whoever named it", async () => {
    const missing = path.join(directory, "missing.ts");
    await expect(findDeployment({ stage: "prod", link: missing }, file)).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(`${missing} could not be loaded as a link`),
    });
  });

  it("says what to do about credentials that the stack does not know", async () => {
    await tell(await startSts(), { secretAccessKey: "another" });
    const { readPerson } = await findDeployment({}, file);
    await expect(readPerson()).rejects.toThrow(/does not know these credentials.*`npm run local`/);
  });

  it("says what to do about a stack that does not answer any more", async () => {
    const world = await startSts();
    await tell(world);
    await world.server.close();
    closing.splice(0);
    const { readPerson } = await findDeployment({}, file);
    await expect(readPerson()).rejects.toThrow(/^AWS STS cannot be reached: does it still run/);
  });
});

describe("findDeployment", () => {
  it("finds the local stack, and knows there who asks", async () => {
    await tell(await startSts());
    const { stage, link: found, functions, table, readPerson } = await findDeployment({}, file);
    expect({ stage, found: found.name, functions, table }).toEqual({
      stage: "local",
      found: link.name,
      functions: {
        bunnies: "warrener-local-renew-certificates",
        relay: "warrener-local-renew-relay-certificate",
        allowlists: "warrener-local-heal-allowlists",
        apiKeys: "warrener-local-rotate-api-keys",
        preSharedKeys: "warrener-local-rotate-pre-shared-keys",
        trust: "warrener-local-publish-trust",
        callers: "warrener-local-read-auth-failures",
      },
      table: "warrener-local-journal",
    });
    expect(await readPerson()).toBe("arn:aws:sts::111122223333:assumed-role/warrener-rotate/you");
  });

  it("takes the link that the local stack runs, unless another file is named", async () => {
    await tell(await startSts(), { link: await writeLink("of-the-stack") });
    expect((await findDeployment({}, file)).link.name).toBe("of-the-stack");
    const named = await writeLink("named");
    expect((await findDeployment({ link: named }, file)).link.name).toBe("named");
  });

  it("leaves the local stack alone when a stage is named", async () => {
    await writeFile(file, "no stack at all");
    const { stage, table, link: found } = await findDeployment({ stage: "prod" }, file);
    expect([stage, table, found.name]).toEqual(["prod", "warrener-prod-journal", link.name]);
  });
});
