/**
 * A process of its own that lives with one defect, by its number, until a promise is broken: the defect's words take their
 * place while its file is loaded. Says on its output what it found, as JSON.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Lived } from "../life.ts";
import { DEFECTS } from "./all.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const [number, seed, lives, days] = process.argv.slice(2).map(Number);
const defect = DEFECTS[number ?? -1];
if (defect === undefined || seed === undefined || lives === undefined || days === undefined)
  throw new Error("usage: live-with-defect.ts NUMBER SEED LIVES DAYS");

const file = path.join(ROOT, defect.file);
const parts = readFileSync(file, "utf8").split(defect.from);
if (parts.length !== 2) throw new Error(`"${defect.name}": what it changes stands ${parts.length - 1} times`);
const source = parts.join(defect.to);
const url = pathToFileURL(file).href;
registerHooks({
  load: (asked, context, next) =>
    asked === url ? { format: "module-typescript", source, shortCircuit: true } : next(asked, context),
});

// Only now: what is imported before is what it always was.
const { rememberParsed } = await import("../crypto/remember-parsed.ts");
rememberParsed();
const { live } = await import("../life.ts");
const { faultsOf } = await import("../seeds.ts");
let found: Lived["broken"] = null;
let last = seed;
for (let lived = 0; lived < lives && found === null; lived += 1) {
  last = seed + lived;
  const life = { seed: last, days, isCalm: false };
  found = (await live({ ...life, faults: faultsOf(life) })).broken;
}
process.stdout.write(
  JSON.stringify({ promise: found?.promise ?? null, what: found?.what ?? null, seed: last }),
);
