/** Asks a person at the terminal for a yes, and takes nothing else for one. */
import { createInterface } from "node:readline";
import type { Ask } from "./run-groups.ts";

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Not where the answer of the command goes. */
  readonly output: NodeJS.WritableStream;
  /** Said beforehand. */
  readonly yes: boolean;
}

export function askPerson({ input, output, yes }: Terminal): Ask {
  return async (lines) => {
    output.write(`${lines.join("\n")}\n`);
    if (yes) return "yes";
    if (input.isTTY !== true) return "nobody";
    output.write("Accept this? Only yes is taken for it: ");
    return (await readLine(input)) === "yes" ? "yes" : "no";
  };
}

/** Empty when the input ends before it. */
async function readLine(input: NodeJS.ReadableStream): Promise<string> {
  const reader = createInterface({ input });
  try {
    for await (const line of reader) return line.trim();
    return "";
  } finally {
    reader.close();
  }
}
