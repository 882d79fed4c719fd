/**
 * Writes the files of a mount so that a reader sees all old or all new ones: into a new directory, then by moving
 * one symbolic link onto it, as the kubelet and the Secrets Store CSI driver do
 * (https://github.com/kubernetes-sigs/secrets-store-csi-driver, pkg/util/fileutil/atomic_writer.go).
 *
 *     bunny -> ..data/bunny        ..data -> ..3f0c        ..3f0c/bunny
 */
import { randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface MountedFile {
  readonly name: string;
  readonly text: string;
  readonly mode: number;
}

const DATA = "..data";

export async function writeMount(directory: string, files: readonly MountedFile[]): Promise<void> {
  for (const { name } of files) checkFileName(name);
  await mkdir(directory, { recursive: true });
  const version = `..${randomUUID()}`;
  const path = join(directory, version);
  await mkdir(path, { mode: 0o755 });
  for (const { name, text, mode } of files) {
    await writeFile(join(path, name), text, { mode, flag: "wx" });
    // What the process's umask took away is given back.
    await chmod(join(path, name), mode);
  }
  const link = join(directory, `${DATA}_tmp`);
  await rm(link, { force: true });
  await symlink(version, link);
  await rename(link, join(directory, DATA));
  for (const { name } of files) await linkOnce(directory, name);
  await removeOthers(directory, version);
}

async function linkOnce(directory: string, name: string): Promise<void> {
  const path = join(directory, name);
  const target = join(DATA, name);
  if ((await readlink(path).catch(() => undefined)) === target) return;
  await rm(path, { force: true });
  await symlink(target, path);
}

/** Versions before this one, also those that a killed driver left half-written. */
async function removeOthers(directory: string, version: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith("..") || name === DATA || name === version) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** Throws for a name that would leave the mount or hide in it. */
export function checkFileName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]*$/.test(name)) return;
  throw new Error(
    `${JSON.stringify(name)} cannot be a file of a mount; use letters, digits, ".", "_" and "-"`,
  );
}
