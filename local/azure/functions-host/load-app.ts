/** Loads a Function App's directory as the host does: host.json, then every file that package.json's main names. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import type { ProgrammingModel, RegisteredFunction, Registry } from "./core-api.ts";

const HostJson = z.object({
  version: z.literal("2.0", "host.json must say version 2.0"),
  extensions: z
    .object({ http: z.object({ routePrefix: z.string().default("api") }).prefault({}) })
    .prefault({}),
});

const PackageJson = z.object({
  main: z.string("package.json must name the compiled entry files in `main`").min(1),
});

export interface LoadedApp {
  readonly routePrefix: string;
  readonly functions: readonly RegisteredFunction[];
  readonly model: ProgrammingModel;
}

/** Throws with what is wrong and in which file. */
export async function loadApp(directory: string, registry: Registry): Promise<LoadedApp> {
  const host = readJson(directory, "host.json", HostJson);
  const { main } = readJson(directory, "package.json", PackageJson);
  const files = globSync(main, { cwd: directory }).sort();
  if (files.length === 0)
    throw new Error(`${directory}: no file matches "${main}", the main of package.json`);
  for (const file of files) await import(pathToFileURL(join(directory, file)).href);
  const { model } = registry;
  if (model === undefined) {
    throw new Error(
      `${directory}: the entry registered nothing. Does it call app.http(…), and can its bundle ` +
        'require "@azure/functions-core"? (CommonJS can; it must stay external to the bundle.)',
    );
  }
  await model.getCapabilities({});
  for (const hook of registry.hooks.get("appStart") ?? []) await hook({ hookData: {}, appHookData: {} });
  return {
    routePrefix: host.extensions.http.routePrefix,
    functions: [...registry.functions.values()],
    model,
  };
}

function readJson<T>(directory: string, name: string, schema: z.ZodType<T>): T {
  const file = join(directory, name);
  if (!existsSync(file)) throw new Error(`${file} is missing: is this a built Function App?`);
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`${file}: ${why}`);
  }
}
