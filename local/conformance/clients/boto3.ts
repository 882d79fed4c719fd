/** AWS's SDK for Python, in a process of its own that takes one call after the other. */
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { type Call, Refused } from "../call.ts";
import type { Door } from "../door.ts";
import { environmentOf } from "./environment.ts";

const DRIVER = path.join(import.meta.dirname, "boto3-driver.py");

const Told = z.union([
  z.object({ answer: z.unknown() }).refine((told) => "answer" in told),
  z.object({ code: z.string(), status: z.int() }),
  z.object({ broken: z.string() }),
]);

export interface Boto3 {
  readonly call: Call;
  readonly close: () => Promise<void>;
}

export function startBoto3(python: string, door: Door): Boto3 {
  const child = spawn(python, [DRIVER], { env: environmentOf(door), stdio: ["pipe", "pipe", "inherit"] });
  // A process that does not start, or dies, is told of by the answer that does not come.
  child.once("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // One call at a time: answers come in the order of the calls.
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async (line: string): Promise<unknown> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error("boto3's process has ended");
    const told = Told.parse(JSON.parse(value));
    if ("code" in told) throw new Refused(told.code, told.status);
    if ("broken" in told) throw new Error(told.broken);
    return told.answer;
  };
  return {
    call: (service, operation, input) => {
      const answer = last.then(() => exchange(JSON.stringify({ service, operation, input })));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      child.once("exit", () => resolve());
      child.stdin.end();
      await promise;
    },
  };
}
