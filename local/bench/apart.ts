/**
 * Runs a measurement in a process of its own, bundled as what is deployed is: its memory is its own then. It takes its
 * input as JSON, and prints what came of it as JSON.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";

const CACHE = path.resolve(import.meta.dirname, "..", "..", ".cache");

export interface Apart {
  /** Throws when the process fails, with what it said. */
  run(input: unknown): Promise<unknown>;
  remove(): Promise<void>;
}

/** `flags` are Node's. */
export async function bundleApart(
  entry: string,
  flags: readonly string[],
  timeoutMs: number,
): Promise<Apart> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(path.join(CACHE, "apart-"));
  const bundle = path.join(directory, "run.mjs");
  const require =
    'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  await build({
    ...{ entryPoints: [entry], outfile: bundle, bundle: true, platform: "node" },
    ...{ format: "esm", target: "node24", banner: { js: require }, logLevel: "error" },
  });
  return {
    run: (input) => runOnce([...flags, bundle, JSON.stringify(input)], timeoutMs),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function runOnce(args: readonly string[], timeout: number): Promise<unknown> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], timeout });
  const [answer, messages, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`${args.at(-1)} ended with ${signal ?? code}: ${messages}`);
  return JSON.parse(answer);
}
