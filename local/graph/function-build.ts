/**
 * Bundles one Lambda as SST's own binary does it (`Runtime.Build`, pkg/runtime/node/build.go in
 * github.com/sst/sst): same esbuild options, same files. A build error becomes a refusal, as in a deploy.
 * Options that this project does not use are refused, never silently ignored.
 */
import { createCipheriv } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as esbuild from "esbuild";
import { z } from "zod";
import { CJS_GLOBALS } from "./cjs-globals.ts";

/** What the Function component of SST 4.17 sends, and of it what this build understands. */
export const BuildRequest = z.object({
  functionID: z.string(),
  handler: z.string(),
  encryptionKey: z.string(),
  runtime: z.literal("nodejs24.x"),
  links: z.record(z.string(), z.unknown()).default({}),
  copyFiles: z.array(z.unknown()).max(0),
  isContainer: z.literal(false),
  properties: z.strictObject({
    architecture: z.enum(["arm64", "x86_64"]),
    minify: z.boolean().default(false),
    splitting: z.boolean().default(false),
    esbuild: z.strictObject({ keepNames: z.boolean().default(true) }).prefault({}),
  }),
});
export type BuildRequest = z.infer<typeof BuildRequest>;

/** The answer as SST's components expect it, and what the graph keeps of it. */
export interface Build {
  handler: string;
  out: string;
  errors: string[];
  sourcemaps: string[];
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/** Where `buildFunction` leaves esbuild's account of what went into the bundle. */
export function metafilePath(overlay: string, functionId: string): string {
  return path.join(overlay, ".sst", "artifacts", `${functionId}-metafile.json`);
}

export async function buildFunction(overlay: string, request: BuildRequest): Promise<Build> {
  const out = path.join(overlay, ".sst", "artifacts", `${request.functionID}-src`);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });

  const method = path.extname(request.handler);
  const entry = findEntry(overlay, request.handler.slice(0, -method.length));
  if (entry === undefined)
    return { handler: "", out, errors: [`Handler not found: ${request.handler}`], sourcemaps: [] };

  const errors = await bundle(overlay, entry, out, request);
  await writeFile(path.join(out, "resource.enc"), encryptLinks(request));
  const files = await readdir(out);
  const sourcemaps = files.filter((file) => file.endsWith(".map")).map((file) => path.join(out, file));
  return { handler: `bundle${method}`, out, errors, sourcemaps };
}

function findEntry(overlay: string, base: string): string | undefined {
  return EXTENSIONS.map((extension) => path.join(overlay, base + extension)).find((file) => existsSync(file));
}

async function bundle(overlay: string, entry: string, out: string, request: BuildRequest): Promise<string[]> {
  const {
    minify,
    splitting,
    esbuild: { keepNames },
  } = request.properties;
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [entry],
      absWorkingDir: overlay,
      platform: "node",
      format: "esm",
      target: "es2024",
      mainFields: ["module", "main"],
      bundle: true,
      keepNames,
      minify,
      external: ["sharp", "pg-native"],
      sourcemap: "linked",
      metafile: true,
      logLevel: "silent",
      banner: { js: CJS_GLOBALS },
      ...(splitting
        ? { splitting, outdir: out, outExtension: { ".js": ".mjs" }, entryNames: "bundle" }
        : { outfile: path.join(out, "bundle.mjs") }),
    });
    await writeFile(metafilePath(overlay, request.functionID), JSON.stringify(metafile));
    return [];
  } catch (error) {
    return buildErrors(error);
  }
}

/** esbuild reports what is wrong with the source as a list; any other failure is not about the source. */
export function buildErrors(error: unknown): string[] {
  const failure = z.object({ errors: z.array(BuildMessage).min(1) }).safeParse(error);
  if (!failure.success) throw error;
  return failure.data.errors.map(({ text, location }) =>
    location === null ? text : `${location.file}:${location.line}:${location.column}: ${text}`,
  );
}

const BuildMessage = z.object({
  text: z.string(),
  location: z.object({ file: z.string(), line: z.number(), column: z.number() }).nullable(),
});

/** SST seals what a function is linked to with the key that it puts into the function's environment. */
function encryptLinks(request: BuildRequest): Buffer {
  const cipher = createCipheriv(
    "aes-256-gcm",
    Buffer.from(request.encryptionKey, "base64"),
    Buffer.alloc(12),
  );
  return Buffer.concat([cipher.update(JSON.stringify(request.links)), cipher.final(), cipher.getAuthTag()]);
}
