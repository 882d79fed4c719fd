import { existsSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startLambda } from "../lambda/lambda.ts";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { substitute } from "./identifiers.ts";
import { createOverlay } from "./overlay.ts";
import { preparePlatform } from "./prepare.ts";
import type { LambdaFunction } from "./schema.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A checkout of its own, which a test may break. It shares the installed packages. */
async function checkout(): Promise<string> {
  const root = await createOverlay({ root: ROOT, purpose: "checkout" });
  cleanups.push(() => rm(root, { recursive: true, force: true }));
  await symlink(path.join(ROOT, "node_modules"), path.join(root, "node_modules"), "junction");
  return root;
}

async function linkFile(text: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "link-"));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  await writeFile(path.join(directory, "names.ts"), 'export const bunnies = ["first", "second"];\n');
  const file = path.join(directory, "other.config.ts");
  await writeFile(file, text);
  return file;
}

const certificate =
  '{ name: name + "-client", identity: { commonName: "c.example.com", dnsNames: ["c.example.com"] } }';
const otherLink = `import { bunnies } from "./names.ts";
  export default {
    name: "other-link",
    aws: { region: "eu-west-1", outboundIdentityFederation: "adopt" },
    azure: { location: "northeurope" },
    relay: { host: "relay.example.com", log: { group: "/other/relay", create: false } },
    certificateAuthority: { adopt: "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666" },
    certificates: { checkEvery: "1 minute", timeZone: "Europe/Dublin" },
    bunnies: bunnies.map((name) => ({
      name,
      workload: { issuer: "https://oidc.example.com/", namespace: name, serviceAccount: "worker" },
      certificates: [${certificate}],
    })),
  };`;

function renewalOf({ functions }: EvaluatedGraph): LambdaFunction {
  const found = functions.find(({ logicalName }) => logicalName === "RenewCertificates");
  if (found === undefined) throw new Error("nothing that renews certificates is deployed");
  return found;
}

/** Loads the bundle as Lambda would. Nothing listens where its clouds should be, so its first call fails. */
async function runWithoutClouds({ name, arn, directory, handler, memoryMb, environment }: LambdaFunction) {
  const env = { ...environment, AWS_ENDPOINT_URL: "http://127.0.0.1:1", HTTPS_PROXY: "http://127.0.0.1:1" };
  const lambda = await startLambda({
    name,
    arn,
    directory,
    handler,
    memoryMb,
    env,
    timeoutSeconds: 20,
    onLogLine: () => {},
  });
  try {
    return await lambda.invoke({});
  } finally {
    await lambda.close();
  }
}

/** What does not depend on the directory in which it was evaluated. */
const content = ({ directory, ...graph }: EvaluatedGraph) => JSON.stringify(graph).replaceAll(directory, "");

describe("evaluate", () => {
  it("gives the same graph twice, evaluated at the same time, each with its own bundles", async () => {
    const graphs = await Promise.all([evaluate(), evaluate()]);
    const [one, other] = graphs;
    expect(one.directory).not.toBe(other.directory);
    expect(content(one)).toBe(content(other));
    await other.dispose();
    expect(existsSync(other.directory)).toBe(false);

    expect(await runWithoutClouds(renewalOf(one))).toMatchObject({ ok: false, errorType: "CloudError" });
    await one.dispose();
    expect(existsSync(one.directory)).toBe(false);
  });

  it("takes another link instead of link.config.ts, with what that file imports beside it", async () => {
    await using graph = await evaluate({ stage: "other", linkFile: await linkFile(otherLink) });
    expect(graph).toMatchObject({ region: "eu-west-1", stage: "other" });
    expect(graph.vaults.map(({ bunny }) => bunny)).toEqual(["first", "second"]);
    expect(graph.schedules).toMatchObject([{ expression: "rate(1 minute)", timeZone: "Europe/Dublin" }]);

    // What it says is there already is adopted, and nothing is created in its place.
    const created = graph.resources.filter(({ adopted }) => !adopted).map(({ type }) => type);
    expect(created.filter((type) => /acmpca|outboundWebIdentity/.test(type))).toEqual([]);
    expect(graph.certificateAuthority).toEqual({ arn: expect.stringContaining("0b1f6a2e-1111") });
    expect(graph.logGroups.map(({ name }) => name)).not.toContain("/other/relay");
    expect(renewalOf(graph).environment).toMatchObject({ RELAY_LOG_GROUP: "/other/relay" });
    const known = substitute(graph.functionApp.settings, {
      caCertificate: (arn) => `PEM of ${arn}`,
      tokenIssuer: "https://issuer.example",
    });
    expect(known).toMatchObject({
      PINNED_CA: `PEM of ${graph.certificateAuthority.arn}`,
      TOKEN_ISSUER: "https://issuer.example",
    });
  });

  it("says every fault of a wrong link", async () => {
    const wrong = otherLink
      .replace('region: "eu-west-1"', 'region: "nowhere"')
      .replace('location: "northeurope"', "place: 1");
    const evaluated = evaluate({ linkFile: await linkFile(wrong) });
    await expect(evaluated).rejects.toThrow(/aws\.region: .*[\s\S]*azure\.location: /);
    await expect(evaluated).rejects.toMatchObject({ name: "EvaluationError" });
  });

  it("says where a link file was looked for and not found", async () => {
    await expect(evaluate({ linkFile: "/nowhere/link.config.ts" })).rejects.toThrow(
      "there is no link file at /nowhere/link.config.ts",
    );
  });

  it("leaves nothing behind when it fails", async () => {
    const root = await checkout();
    await expect(evaluate({ root, linkFile: await linkFile("export default {};") })).rejects.toThrow(
      "the link has",
    );
    expect(await readdir(path.join(root, ".cache"))).toEqual([]);
  });

  it("says every reason why a program fails, with its place: at once, later, and in a bundle", async () => {
    const root = await checkout();
    await appendFile(path.join(root, "functions", "renew-certificates.ts"), '\nimport "./nothing.ts";\n');
    await appendFile(
      path.join(root, "infra", "journal.ts"),
      '\nsetTimeout(() => void Promise.reject(new Error("too late")), 200);\n',
    );
    await appendFile(
      path.join(root, "infra", "names.ts"),
      '\nsetImmediate(() => new aws.glacier.Vault("Archive"));\n',
    );
    const message = await evaluate({ root }).then(() => "", String);
    expect(message).toMatch(/functions\/renew-certificates\.ts:\d+:\d+: Could not resolve "\.\/nothing\.ts"/);
    expect(message).toMatch(/too late\n.*infra\/journal\.ts/);
    expect(message).toContain("no state is known for aws:glacier/vault:Vault");
  });

  it("refuses a program that waits for ever", async () => {
    const root = await checkout();
    const file = path.join(root, "infra", "deployment.ts");
    const source = await readFile(file, "utf8");
    await writeFile(
      file,
      source.replace(
        "export function deploy() {",
        "export async function deploy() {\n  await new Promise(() => {});",
      ),
    );
    await expect(evaluate({ root })).rejects.toThrow("the program waits for something that never comes");
  });

  it("refuses providers of other versions than the installed ones", async () => {
    const root = await checkout();
    await preparePlatform(root);
    const file = path.join(root, "sst.config.ts");
    await writeFile(file, (await readFile(file, "utf8")).replace("7.20.0", "7.0.0"));
    await expect(evaluate({ root })).rejects.toThrow("sst.config.ts asks for aws 7.0.0");
  });
});

describe("preparePlatform", () => {
  it("makes the platform of the installed SST, also when it is called three times at once", async () => {
    const root = await checkout();
    await Promise.all([preparePlatform(root), preparePlatform(root), preparePlatform(root)]);
    const { version } = JSON.parse(
      await readFile(path.join(ROOT, "node_modules", "sst", "package.json"), "utf8"),
    );
    expect(await readFile(path.join(root, ".sst", "platform", "version"), "utf8")).toBe(version);
    expect(existsSync(path.join(root, ".sst", "platform", "config.d.ts"))).toBe(true);
    expect(await readdir(path.join(root, ".cache"))).toEqual([]);
  });

  it("leaves alone what fits, and replaces what another version of SST has made", async () => {
    const root = await checkout();
    await preparePlatform(root);
    const marker = path.join(root, ".sst", "platform", "marker");
    await writeFile(marker, "");
    await preparePlatform(root);
    expect(existsSync(marker)).toBe(true);
    await writeFile(path.join(root, ".sst", "platform", "version"), "0.0.1");
    await Promise.all([preparePlatform(root), preparePlatform(root), preparePlatform(root)]);
    expect(existsSync(marker)).toBe(false);
  });

  it("replaces a lock that names other versions of providers", async () => {
    const root = await checkout();
    await preparePlatform(root);
    const lock = path.join(root, ".sst", "provider-lock.json");
    const before = await readFile(lock, "utf8");
    await writeFile(lock, before.replace("7.20.0", "7.0.0"));
    await preparePlatform(root);
    expect(JSON.parse(await readFile(lock, "utf8"))).toContainEqual(
      expect.objectContaining({ name: "aws", version: "7.20.0" }),
    );
  });

  it("says so when a provider of sst.config.ts is not installed in that version", async () => {
    const root = await checkout();
    const file = path.join(root, "sst.config.ts");
    await writeFile(file, (await readFile(file, "utf8")).replace("7.20.0", "7.0.0"));
    await expect(preparePlatform(root)).rejects.toThrow("`sst install` failed");
  });
});
