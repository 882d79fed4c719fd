/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The Function App's package: one bundled file, so that no node_modules is uploaded, the host's settings,
 * and the manifest that names the file. CommonJS, because the library finds its host with `require`.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";

export interface FunctionPackage {
  archive: $util.asset.Archive;
  /** Changes with the content. */
  digest: string;
}

const MAIN = "main.cjs";

export function buildFunctionPackage(): FunctionPackage {
  const artifacts = path.join($cli.paths.work, "artifacts");
  const directory = path.join(artifacts, "function-app");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });

  const { metafile } = bundle(path.join(directory, MAIN));
  writeFileSync(path.join(artifacts, "function-app-metafile.json"), JSON.stringify(metafile));
  copyFileSync(path.join($cli.paths.root, "host.json"), path.join(directory, "host.json"));
  writeFileSync(path.join(directory, "package.json"), `${JSON.stringify({ main: MAIN })}\n`);
  return { archive: new $util.asset.FileArchive(directory), digest: digest(directory) };
}

function bundle(outfile: string) {
  return esbuild.buildSync({
    entryPoints: [path.join($cli.paths.root, "azure-functions", "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    // As SST bundles the Lambdas. A package's ES modules leave out what is not used; its CommonJS build comes whole.
    mainFields: ["module", "main"],
    minify: true,
    keepNames: true,
    metafile: true,
    absWorkingDir: $cli.paths.root,
    // Provided by the host in which the library runs.
    external: ["@azure/functions-core"],
    logLevel: "silent",
  });
}

function digest(directory: string): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(directory).sort())
    hash.update(file).update(readFileSync(path.join(directory, file)));
  return hash.digest("hex");
}
