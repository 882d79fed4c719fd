/**
 * Bundles sst.config.ts as SST does before it runs it (pkg/js/js.go in github.com/sst/sst): the globals
 * `$config`, `$app`, `sst`, `aws` and so on do not exist at run time, the bundler puts them in.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { CJS_GLOBALS } from "./cjs-globals.ts";
import { PLATFORM, readProviderLock } from "./prepare.ts";

/** Loaded from node_modules at run time. SST's list. */
const EXTERNAL = [
  "@pulumi/*",
  "@pulumiverse/*",
  "@sst-provider/*",
  "@aws-sdk/*",
  "undici",
  "esbuild",
  "archiver",
  "glob",
  "vite",
];

/** Runs `app()` of sst.config.ts. */
export async function loadApp(overlay: string, stage: string): Promise<unknown> {
  const code = `import config from "./sst.config.ts"; export default config.app(${JSON.stringify({ stage })});`;
  const module = await buildAndImport(overlay, "app", code, {
    banner: "globalThis.$config = (input) => input;",
  });
  return await module.default;
}

/** Returns `run()` of sst.config.ts, wrapped in what SST itself does around it (src/auto/run.ts). */
export async function loadRun(overlay: string, app: object): Promise<() => Promise<unknown>> {
  const platform = path.join(overlay, PLATFORM);
  const paths = {
    home: path.join(overlay, ".sst", "home"),
    root: overlay,
    work: path.join(overlay, ".sst"),
    platform,
  };
  const code = `import { run } from ${JSON.stringify(path.join(platform, "src/auto/run.ts"))};
    import config from "./sst.config.ts";
    export default () => run(config.run);`;
  const module = await buildAndImport(overlay, "run", code, {
    inject: [path.join(platform, "src/shim/run.js")],
    define: {
      $app: JSON.stringify(app),
      $cli: JSON.stringify({ command: "deploy", dev: false, paths, state: { version: {} } }),
      $dev: "false",
    },
    plugins: [await injectGlobals(overlay)],
  });
  const program = module.default;
  if (typeof program !== "function") throw new Error("the program has no default export");
  return async () => await Reflect.apply(program, undefined, []);
}

/** Each file of the project starts with an import of the components and of every provider. */
async function injectGlobals(overlay: string): Promise<esbuild.Plugin> {
  const components = path.join(overlay, PLATFORM, "src", "components");
  const lock = await readProviderLock(overlay);
  const imports = [
    `import * as sst from ${JSON.stringify(components)};`,
    ...lock.map((entry) => `import * as ${entry.alias} from ${JSON.stringify(entry.package)};`),
  ].join(" ");
  return {
    name: "inject-globals",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
        if (/[\\/](\.sst|node_modules)[\\/]/.test(file)) return undefined;
        return { contents: `${imports} ${await readFile(file, "utf8")}`, loader: "ts" };
      });
    },
  };
}

interface Extra {
  banner?: string;
  inject?: string[];
  define?: Record<string, string>;
  plugins?: esbuild.Plugin[];
}

async function buildAndImport(
  overlay: string,
  name: string,
  code: string,
  { banner = "", ...extra }: Extra,
): Promise<{ default?: unknown }> {
  const outfile = path.join(overlay, ".sst", `${name}.mjs`);
  await esbuild.build({
    stdin: { contents: code, resolveDir: overlay, sourcefile: `${name}.ts`, loader: "ts" },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    external: EXTERNAL,
    sourcemap: "linked",
    logLevel: "silent",
    banner: { js: `${CJS_GLOBALS}\n${banner}` },
    ...extra,
  });
  return await import(pathToFileURL(outfile).href);
}
