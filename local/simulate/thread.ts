/** A thread that lives one life after the other, as it is told (many.ts). */
import { parentPort } from "node:worker_threads";
import * as z from "zod";
import { rememberParsed } from "./crypto/remember-parsed.ts";
import { live } from "./life.ts";
import { faultsOf } from "./seeds.ts";

const LifeOf = z.object({ seed: z.int(), days: z.int(), isCalm: z.boolean() });

// Only here: whoever lives a life in a process of others must change nothing for them.
rememberParsed();

parentPort?.on("message", async (message: unknown) => {
  const life = LifeOf.parse(message);
  const { lines: _lines, struck, ...rest } = await live({ ...life, faults: faultsOf(life) });
  parentPort?.postMessage({ ...rest, seed: life.seed, struck: [...struck] });
});
