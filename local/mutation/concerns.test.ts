import { glob } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { CONCERNS } from "./concerns.ts";
import { SURVIVORS } from "./survivors.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

async function found(pattern: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: ROOT })) files.push(file);
  return files.sort();
}

describe("CONCERNS", () => {
  const mutated = CONCERNS.flatMap(({ plan }) => plan);

  it("has every plan of every concept", async () => {
    const plans = (await found("shared/*/{plan,*-plan}.ts")).filter((file) => !file.includes("/test-"));
    expect(plans.length).toBeGreaterThan(0);
    expect(mutated).toEqual(expect.arrayContaining(plans));
  });

  it.each(CONCERNS)("finds each file of $name and each of its tests", async ({ plan, tests }) => {
    for (const pattern of [...plan, ...tests]) expect(await found(pattern), pattern).not.toEqual([]);
  });
});

describe("SURVIVORS", () => {
  it("are of what is mutated, and say why", () => {
    const mutated = new Set(CONCERNS.flatMap(({ plan }) => plan));
    for (const { file, because } of SURVIVORS) {
      expect(mutated.has(file), file).toBe(true);
      expect(because.length).toBeGreaterThan(20);
    }
  });
});
