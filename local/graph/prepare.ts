/**
 * Puts SST's platform (its components' sources and types) and the provider lock below `.sst`, where the
 * evaluation, `tsc -p infra` and SST itself expect them. It is SST's own `sst install`, run so that it
 * needs no network: the packages that it would fetch are the ones that `npm ci` has installed already.
 */
import { spawn } from "node:child_process";
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { readManifest, serveInstalledPackages } from "./installed-packages.ts";
import { createOverlay } from "./overlay.ts";

/** `.sst/provider-lock.json`: which package stands behind each provider, and under which global name. */
export const ProviderLock = z.array(
  z.object({ name: z.string(), package: z.string(), version: z.string(), alias: z.string() }),
);
export type ProviderLock = z.infer<typeof ProviderLock>;

export const PLATFORM = path.join(".sst", "platform");
const LOCK = path.join(".sst", "provider-lock.json");

/**
 * Does nothing when the platform is there and fits the installed packages. Safe to call from several
 * processes at once: each builds its own copy, and the first to finish moves it into place.
 */
export async function preparePlatform(root: string): Promise<void> {
  if (await isPrepared(root)) return;
  const scratch = await createOverlay({ root, purpose: "platform" });
  try {
    await runInstall(root, scratch);
    await moveIntoPlace(scratch, root);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (!(await isPrepared(root)))
    throw new Error(
      `${path.join(root, ".sst")} does not fit the installed packages: remove it and try again`,
    );
}

/** Makes the checkout's platform appear in an overlay. */
export async function linkPlatform(root: string, overlay: string): Promise<void> {
  await mkdir(path.join(overlay, ".sst"), { recursive: true });
  await symlink(path.join(root, PLATFORM), path.join(overlay, PLATFORM), "junction");
  await copyFile(path.join(root, LOCK), path.join(overlay, LOCK));
}

export async function readProviderLock(root: string): Promise<ProviderLock> {
  return ProviderLock.parse(JSON.parse(await readFile(path.join(root, LOCK), "utf8")));
}

async function isPrepared(root: string): Promise<boolean> {
  const sst = await readManifest(root, "sst");
  if (sst === undefined) throw new Error("sst is not installed: run `npm ci`");
  const version = await readOptional(path.join(root, PLATFORM, "version"));
  const lock = await readOptional(path.join(root, LOCK));
  if (version !== sst.version || lock === undefined) return false;
  const entries = ProviderLock.parse(JSON.parse(lock));
  const installed = await Promise.all(entries.map((entry) => readManifest(root, entry.package)));
  return entries.every((entry, index) => entry.version === installed[index]?.version);
}

async function readOptional(file: string): Promise<string | undefined> {
  return await readFile(file, "utf8").catch((error: unknown) => void unless("ENOENT")(error));
}

/**
 * `sst install` ends with `npm install` inside the platform. An `npm` that does nothing takes its place:
 * without a node_modules of its own, the platform finds the checkout's packages further up.
 */
async function runInstall(root: string, directory: string): Promise<void> {
  const bin = path.join(directory, "bin");
  await mkdir(bin);
  await writeFile(path.join(bin, "npm"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  await using registry = await serveInstalledPackages(root);
  const env = {
    PATH: [bin, path.dirname(process.execPath), process.env["PATH"] ?? ""].join(path.delimiter),
    HOME: directory,
    XDG_CONFIG_HOME: path.join(directory, "config"),
    NPM_REGISTRY: registry.url,
    SST_NO_BUN: "1",
    SST_SKIP_DEPENDENCY_CHECK: "1",
    SST_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
  const launcher = path.join(root, "node_modules", "sst", "bin", "sst.mjs");
  await run(process.execPath, [launcher, "install", "--stage", "local", "--print-logs"], {
    cwd: directory,
    env,
  });
}

async function run(
  command: string,
  args: string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code !== 0) throw new Error(`\`sst install\` failed with exit code ${code}:\n${output}`);
}

/** The lock first: a platform in place always has its lock beside it. */
async function moveIntoPlace(scratch: string, root: string): Promise<void> {
  await mkdir(path.join(root, ".sst"), { recursive: true });
  await rename(path.join(scratch, LOCK), path.join(root, LOCK));
  const place = path.join(root, PLATFORM);
  const [made, found] = [await fingerprint(path.join(scratch, PLATFORM)), await fingerprint(place)];
  // Another process may do the same at the same time. What it has put there already is as good as ours.
  if (made !== found) await rename(place, path.join(scratch, "outdated")).catch(unless("ENOENT"));
  await rename(path.join(scratch, PLATFORM), place).catch(unless("ENOTEMPTY", "EEXIST"));
}

/** Two platforms with the same one serve the same providers. SST writes these in any order. */
async function fingerprint(platform: string): Promise<string> {
  const files = ["version", "config.d.ts"].map((file) => readOptional(path.join(platform, file)));
  return (await Promise.all(files)).flatMap((text) => text?.split("\n").sort() ?? []).join("\n");
}

/** Throws any other failure than these. */
function unless(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (error instanceof Error && "code" in error && codes.some((code) => code === error.code)) return;
    throw error;
  };
}
