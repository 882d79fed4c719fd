/**
 * The Python environment of the conformance run, in the repository's own cache: made once for each set of pinned
 * packages, with their hashes checked by pip, and nothing built from source.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./child.ts";

export type Python =
  | { readonly kind: "ready"; readonly bin: (program: string) => string }
  /** The machine has none that will do: nothing of it is checked, and that is told. */
  | { readonly kind: "not-here"; readonly reason: string }
  /** There is one, and the packages cannot be installed for it. */
  | { readonly kind: "broken"; readonly reason: string };

const REQUIREMENTS = path.join(import.meta.dirname, "requirements.txt");
const MINIMUM = "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 3)";

export async function preparePython(cache: string): Promise<Python> {
  const { code } = await run("python3", ["-c", MINIMUM]);
  if (code === undefined) return { kind: "not-here", reason: "there is no python3 on this machine" };
  if (code === 3) return { kind: "not-here", reason: "python3 is older than 3.11" };
  const hash = createHash("sha256")
    .update(await readFile(REQUIREMENTS))
    .digest("hex")
    .slice(0, 12);
  const home = path.join(cache, `python-${hash}`);
  if (!existsSync(path.join(home, "ready"))) {
    const reason = await install(home);
    if (reason !== undefined) return { kind: "broken", reason };
  }
  const folder = process.platform === "win32" ? "Scripts" : "bin";
  return { kind: "ready", bin: (program) => path.join(home, folder, program) };
}

/** Answers what failed. The mark comes last, so that a half-made environment is made anew. */
async function install(home: string): Promise<string | undefined> {
  await rm(home, { recursive: true, force: true });
  await mkdir(path.dirname(home), { recursive: true });
  const python = path.join(home, process.platform === "win32" ? "Scripts" : "bin", "python");
  const pinned = ["--require-hashes", "--only-binary", ":all:", "--requirement", REQUIREMENTS];
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ["python3", ["-m", "venv", home]],
    [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...pinned]],
  ];
  for (const [program, args] of steps) {
    const { code, errors } = await run(program, args);
    if (code !== 0) return `${program} ${args.slice(0, 3).join(" ")}: ${errors.trim().slice(-2000)}`;
  }
  await writeFile(path.join(home, "ready"), "");
  return undefined;
}
