/** Options of the project's own programs: unknown ones and wrong values stop the program with what to do. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** What a program ends with when it was called wrongly, and has done nothing. */
export const MISUSED = 2;

export interface Options {
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** A whole number of at least `min`, which is 0 unless it is said. */
  number(name: string, min?: number): number | undefined;
}

export function parseOptions(program: string, config: ParseArgsOptionsConfig): Options {
  const fail = (reason: string): never => {
    const known = Object.entries(config).map(([name, { type }]) =>
      type === "boolean" ? `--${name}` : `--${name} VALUE`,
    );
    process.stderr.write(`${reason}\nusage: ${program} ${known.map((option) => `[${option}]`).join(" ")}\n`);
    process.exit(MISUSED);
  };
  const values = parse(config, fail);
  const text = (name: string) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    text,
    flag: (name) => values[name] === true,
    number: (name, min = 0) => {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,9}$/.test(value)) return fail(`--${name} takes a whole number, not ${value}`);
      return Number(value) >= min ? Number(value) : fail(`--${name} must be ${min} or more`);
    },
  };
}

function parse(
  config: ParseArgsOptionsConfig,
  fail: (reason: string) => never,
): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ options: config, strict: true, allowPositionals: false }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : "the options could not be read");
  }
}
