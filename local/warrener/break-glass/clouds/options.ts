/** What both command lines have in common: options, files as their values, and answers as text. */
import { readFileSync } from "node:fs";
import { query } from "./jmespath.ts";

export interface Invocation {
  /** The words before the options. */
  readonly operation: string;
  /** Throws when it was left out. */
  need(option: string): string;
  find(option: string): string | undefined;
  /** Throws when there are others. */
  allow(options: readonly string[]): void;
}

export function readInvocation(args: readonly string[]): Invocation {
  const first = args.findIndex((arg) => arg.startsWith("--"));
  const words = first < 0 ? args : args.slice(0, first);
  const options = new Map<string, string[]>();
  for (const arg of first < 0 ? [] : args.slice(first)) {
    const [last] = [...options.keys()].slice(-1);
    if (arg.startsWith("--")) options.set(arg.slice(2), []);
    else options.get(last ?? "")?.push(arg);
  }
  const find = (option: string) => options.get(option)?.join(" ");
  return {
    operation: words.join(" "),
    find,
    need(option) {
      const value = find(option);
      if (value === undefined || value === "") throw new Error(`--${option} is missing or empty`);
      return value;
    },
    allow(known) {
      const unknown = [...options.keys()].filter((option) => !known.includes(option));
      if (unknown.length > 0) throw new Error(`Unknown options: ${unknown.join(", ")}`);
    },
  };
}

/** `file://` and `fileb://` of the one, `@` of the other; anything else stands for itself. */
export const fileOrText = (value: string): string => {
  const file = /^(?:fileb?:\/\/|@)(.+)$/.exec(value)?.[1];
  return file === undefined ? value : readFileSync(file, "utf8");
};

/** One line for each item of a list; what is null is `nothing`. */
export function print(answer: unknown, invocation: Invocation, nothing: string): void {
  if (invocation.find("output") === "none") return;
  const expression = invocation.find("query");
  const chosen = expression === undefined ? answer : query(answer, expression);
  const say = (value: unknown): string => {
    if (value === undefined || value === null) return nothing;
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  const lines = Array.isArray(chosen)
    ? chosen.map((item) => (Array.isArray(item) ? item.map(say).join("\t") : say(item)))
    : [say(chosen)];
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
