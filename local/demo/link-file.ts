/**
 * The demo's link as a file of its own: both halves load it again whenever they start, so the end of its exception must
 * be the same each time, and a while from now.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** Long enough to begin in, and over before the demo is. */
const EXCEPTION_MS = 130_000;
const CACHE = path.resolve(import.meta.dirname, "..", "..", ".cache");

export interface LinkFile {
  readonly file: string;
  remove(): Promise<void>;
}

export async function writeLinkFile(nowMs: number): Promise<LinkFile> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(path.join(CACHE, "demo-"));
  const file = path.join(directory, "link.ts");
  const until = new Date(nowMs + EXCEPTION_MS).toISOString().replace(/\.\d+Z$/, "Z");
  const link = [
    'import { demoLink } from "../../local/demo/link.ts";',
    `export default demoLink({ until: "${until}" });`,
    "",
  ];
  await writeFile(file, link.join("\n"));
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}
