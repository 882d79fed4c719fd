/** What is in a bundle, from esbuild's own account of it (https://esbuild.github.io/api/#metafile). */
import { readFile } from "node:fs/promises";
import { z } from "zod";

const Metafile = z.object({
  outputs: z.record(
    z.string(),
    z.object({
      bytes: z.number(),
      entryPoint: z.string().optional(),
      imports: z.array(z.object({ path: z.string(), kind: z.string(), external: z.boolean().optional() })),
      inputs: z.record(z.string(), z.unknown()),
    }),
  ),
});
type Outputs = z.infer<typeof Metafile>["outputs"];

export interface BundleSize {
  /** What Node reads and runs before the handler can be called. */
  eagerBytes: number;
  /** That, and the chunks that are loaded only when they are needed. Source maps are not counted. */
  totalBytes: number;
  /** Each installed package in it, by the folder it lies in: a package in two folders is two copies. */
  packages: readonly { name: string; folder: string }[];
}

export async function measureBundle(metafile: string): Promise<BundleSize> {
  const { outputs } = Metafile.parse(JSON.parse(await readFile(metafile, "utf8")));
  const code = Object.fromEntries(Object.entries(outputs).filter(([file]) => !file.endsWith(".map")));
  return {
    eagerBytes: sum(code, eagerFiles(code)),
    totalBytes: sum(code, new Set(Object.keys(code))),
    packages: packagesOf(Object.values(code).flatMap(({ inputs }) => Object.keys(inputs))),
  };
}

/** The entry and what it imports by statement, directly or not. A file that an earlier one imported is visited once. */
function eagerFiles(outputs: Outputs): Set<string> {
  const entry = Object.entries(outputs).find(
    ([file, { entryPoint }]) => entryPoint !== undefined && /\/(bundle|main)\.[cm]js$/.test(file),
  );
  if (entry === undefined) throw new Error("the bundle has no entry");
  const files = new Set([entry[0]]);
  // A set is iterated over what is added to it on the way, too.
  for (const file of files) {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) {
      if (kind === "import-statement" && external !== true) files.add(path);
    }
  }
  return files;
}

function sum(outputs: Outputs, files: ReadonlySet<string>): number {
  return Object.entries(outputs).reduce(
    (total, [file, { bytes }]) => total + (files.has(file) ? bytes : 0),
    0,
  );
}

function packagesOf(inputs: readonly string[]): { name: string; folder: string }[] {
  const folders = new Map<string, string>();
  for (const input of inputs) {
    const [, folder, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input) ?? [];
    if (folder !== undefined && name !== undefined) folders.set(folder, name);
  }
  return [...folders].map(([folder, name]) => ({ name, folder }));
}
