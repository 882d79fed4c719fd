/** The project's own programs, called wrongly, each as its own process. */
import { execFile } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";

const LOCAL = import.meta.dirname;

function call(program: string, args: readonly string[]) {
  const file = path.join(LOCAL, "node24.mjs");
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = execFile(process.execPath, [file, path.join(LOCAL, program), ...args], (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

describe("every program", () => {
  it.each([
    ["local.ts", "--sped 2", "usage: npm run local -- "],
    ["local.ts", "--speed 0", "--speed must be 1 or more"],
    ["demo.ts", "--seed many", "--seed takes a whole number, not many"],
    ["bench.ts", "carrot", "usage: npm run bench -- "],
    ["soak.ts", "--runs 0 --demos 0", "nothing would be checked: raise --runs or --demos"],
    ["warrener.ts", "accept", "usage: npm run warrener -- "],
  ])("%s ends with 2 when it is called with %s, and says how it is called", async (program, args, said) => {
    const { code, out, err } = await call(program, args.split(" "));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(said);
  });
});
