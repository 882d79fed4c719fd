/** docs/fidelity.md and the stand-ins say the same: what can be done, how it is refused, and where that is from. */
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { faultsOf } from "./fidelity/faults.ts";
import { parsePage } from "./fidelity/page.ts";
import { operationTables } from "./fidelity/tables.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

const DECLARED =
  /^(?:export )?const (\w+)(?:: OperationTable = \{| = \{$(?:(?!^\})[\s\S])*^\}(?: as const)? satisfies OperationTable;)/gm;

describe("docs/fidelity.md", () => {
  it("has a row with its source for each operation and error code, and none for what is gone", () => {
    const page = parsePage(read("docs/fidelity.md"));
    const table = Object.fromEntries(Object.values(operationTables).flatMap((one) => Object.entries(one)));
    expect(page.rows.length).toBeGreaterThan(100);
    expect(faultsOf(page, table, (file) => existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it("is held against every table that a stand-in declares, each operation once", () => {
    const sources = globSync("local/**/*.ts", {
      cwd: ROOT,
      exclude: ["**/node_modules/**", "**/*.test.ts", "local/fidelity/**", "local/stand-in/**"],
    });
    const declared = sources.flatMap((file) => [...read(file).matchAll(DECLARED)].map(([, name]) => name));
    expect(declared.toSorted()).toEqual(Object.keys(operationTables).toSorted());
    const operations = Object.values(operationTables).flatMap((table) => Object.keys(table));
    expect(new Set(operations).size).toBe(operations.length);
  });
});
