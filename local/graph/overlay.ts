/**
 * A private copy of everything that a deployment is made of, in a directory of its own, so that two
 * evaluations at once never write the same file and no evaluation writes into the checkout.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

/** What a deployment reads from the checkout. Packages are found further up, in the checkout's node_modules. */
const SOURCES = [
  "azure-functions",
  "functions",
  "host.json",
  "infra",
  "link.config.ts",
  "package.json",
  "shared",
  "sst.config.ts",
  "tsconfig.json",
];

const LINK_CONFIG = "link.config.ts";

export interface OverlayOptions {
  /** The checkout to copy. */
  root: string;
  /** First part of the directory's name. */
  purpose: string;
  /** A file whose default export takes the place of link.config.ts. Its own imports resolve from where it lies. */
  linkFile?: string | undefined;
}

/** Returns the new directory, below the checkout's `.cache`. The caller removes it. */
export async function createOverlay({ root, purpose, linkFile }: OverlayOptions): Promise<string> {
  const cache = path.join(root, ".cache");
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache, purpose);
  const overlay = await mkdtemp(path.join(cache, `${purpose}-`));
  try {
    for (const source of SOURCES) await copySource(path.join(root, source), path.join(overlay, source));
    if (linkFile !== undefined) await replaceLink(overlay, path.resolve(linkFile));
  } catch (error) {
    await rm(overlay, { recursive: true, force: true });
    throw error;
  }
  return overlay;
}

/** A process that was killed leaves its overlay behind. No evaluation lasts this long. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

async function removeAbandoned(cache: string, purpose: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.startsWith(`${purpose}-`));
  for (const directory of names.map((name) => path.join(cache, name))) {
    const { mtimeMs } = (await stat(directory).catch(() => undefined)) ?? {};
    const abandoned = mtimeMs !== undefined && mtimeMs < Date.now() - ABANDONED_AFTER_MS;
    if (abandoned) await rm(directory, { recursive: true, force: true });
  }
}

async function copySource(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await cp(from, to, { recursive: true, filter: (file) => !isLeftOut(file) });
  await linkNestedPackages(from, to);
}

function isLeftOut(file: string): boolean {
  const name = path.basename(file);
  return name === "node_modules" || name.endsWith(".test.ts");
}

/** A workspace may hold packages that its folder alone uses: the copy must find exactly those. */
async function linkNestedPackages(from: string, to: string): Promise<void> {
  if (!existsSync(to)) return;
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.name === "node_modules") await symlink(source, target, "junction");
    else if (entry.isDirectory()) await linkNestedPackages(source, target);
  }
}

async function replaceLink(overlay: string, linkFile: string): Promise<void> {
  if (!existsSync(linkFile))
    throw new Error(`there is no link file at ${linkFile}: pass the path of a file like link.config.ts`);
  await writeFile(path.join(overlay, LINK_CONFIG), `export { default } from ${JSON.stringify(linkFile)};\n`);
}
