/** Files that only their owner may read, in a folder of their own. Nothing of what is in them is ever said. */
import { lstat, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../../shared/runtime/errors.ts";

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const OTHERS = 0o077;
/** Far more than any CSR, chain or key, or what a hundred replicas say in some minutes. */
const SIZE_MAX = 4_194_304;

export interface PrivateFiles {
  /** Null when there is none. Throws `ConfigError` for one that cannot be what is looked for. */
  read(name: string): Promise<string | null>;
  /** In place of what was there; whoever reads it sees the one or the other, whole. */
  write(name: string, text: string): Promise<void>;
  /** Gone, also when it was not there. */
  remove(name: string): Promise<void>;
  /** Where it is, for a person. */
  nameOf(name: string): string;
}

/** Makes the folder. Throws `ConfigError` for one that somebody else could look into. */
export async function openPrivateFiles(directory: string): Promise<PrivateFiles> {
  await mkdir(directory, { recursive: true, mode: OWNER_ONLY_FOLDER });
  await refuseShared(directory);
  const at = (name: string) => path.join(directory, name);
  return {
    nameOf: at,
    remove: (name) => rm(at(name), { force: true }),
    async read(name) {
      const found = await stat(at(name)).catch(absent);
      if (found === null) return null;
      if (!found.isFile() || found.size > SIZE_MAX)
        throw new ConfigError(`${at(name)} is no file of at most ${SIZE_MAX} bytes: remove it`);
      return await readFile(at(name), "utf8");
    },
    async write(name, text) {
      const next = at(`.${name}.${process.pid}`);
      await rm(next, { force: true });
      await writeFile(next, text, { mode: OWNER_ONLY_FILE, flag: "wx" });
      await rename(next, at(name));
    },
  };
}

async function refuseShared(directory: string): Promise<void> {
  // Not what it points to: who owns the link could turn it elsewhere.
  const found = await lstat(directory);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && isOwn && (found.mode & OTHERS) === 0) return;
  throw new ConfigError(
    `others could look into ${directory}: make it yours alone with \`chmod 700 ${directory}\`, or name another folder with --dir`,
  );
}

function absent(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
