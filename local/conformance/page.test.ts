/** The probes, the listed differences, the pinned versions and the written table belong together. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parsePage } from "../fidelity/page.ts";
import { operationTables } from "../fidelity/tables.ts";
import { keyOf } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import { EMULATORS, VERSIONS } from "./emulators.ts";
import { otherwise } from "./otherwise.ts";
import { PROBES } from "./probes.ts";
import { BEGIN, END } from "./table.ts";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/fidelity.md"), "utf8");
const written = page.slice(page.indexOf(BEGIN), page.indexOf(END));
const operations = Object.values(operationTables).flatMap((table) => Object.keys(table));
const keys = PROBES.flatMap(({ operation, cases }) => cases.map(({ name }) => keyOf(operation, name)));

describe("the probes", () => {
  it("ask each case once, each of an operation that a stand-in has, or of a part of the local world", () => {
    expect(new Set(keys).size).toBe(keys.length);
    const unknown = PROBES.map(({ operation }) => operation).filter((name) => !operations.includes(name));
    expect(unknown).toEqual(["local/aws/event-bridge/pattern.ts"]);
  });

  it("have main cases, for the command line, of each service that they ask", () => {
    const services = PROBES.filter(({ operation }) => operation.includes(":"));
    const byService = Map.groupBy(services, ({ operation }) => operation.split(":")[0]);
    for (const [service, probes] of byService) {
      const main = probes.flatMap(({ cases }) => cases).filter((one) => one.main === true);
      expect([service, main.length > 0]).toEqual([service, true]);
    }
  });
});

describe("the listed differences", () => {
  it("are about cases that are asked, each with a source unless the emulator has it not", () => {
    const listed = DIFFERENCES.flatMap(({ answers }) => Object.keys(answers));
    expect(listed.filter((key) => !keys.includes(key))).toEqual([]);
    const { sources } = parsePage(page);
    const unsourced = DIFFERENCES.filter(({ right, source }) => {
      if (right === "absent") return source !== undefined;
      return source === undefined || !(source.startsWith("https://") || sources.includes(source));
    });
    expect(unsourced.map(({ why }) => why)).toEqual([]);
  });
});

describe("docs/fidelity.md", () => {
  it("has a row for each operation of each stand-in, checked or not", () => {
    expect(operations.filter((operation) => !written.includes(`\n| ${operation} |`))).toEqual([]);
  });

  it("has a row for each listed difference", () => {
    const told = DIFFERENCES.filter(({ right }) => right !== "absent");
    expect(
      told.filter(({ emulator, why }) => !written.includes(`| ${emulator} |`) || !written.includes(why)),
    ).toEqual([]);
  });

  it("names the versions that are installed", () => {
    const requirements = readFileSync(path.join(import.meta.dirname, "requirements.txt"), "utf8");
    for (const name of EMULATORS) {
      expect(requirements).toContain(`\n${name}==${VERSIONS[name]} `);
      expect(written).toContain(`${name} ${VERSIONS[name]}`);
    }
  });

  it("says of each operation that is not asked about why nobody could check it", () => {
    const probed = new Set(PROBES.map(({ operation }) => operation));
    const silent = operations.filter(
      (one) => !probed.has(one) && !written.includes(`| ${one} |  |  |  |  | ${otherwise(one)} |`),
    );
    expect(silent).toEqual([]);
  });
});
