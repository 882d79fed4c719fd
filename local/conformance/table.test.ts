import { describe, expect, it } from "vitest";
import type { Finding, Verdict } from "./compare.ts";
import { BEGIN, END, tableOf, withTable } from "./table.ts";

const finding = (operation: string, target: string, verdict: Verdict): Finding => ({
  operation,
  name: "case",
  target,
  verdict,
  told: "",
});

const table = (...findings: Finding[]) =>
  tableOf({
    operations: ["sts:GetCallerIdentity", "slack:auth.test"],
    findings,
    emulators: [{ name: "moto", version: "5.2.5" }],
    clients: ["boto3"],
    differences: [
      {
        emulator: "moto",
        right: "stand-in",
        why: "it is documented",
        source: "sts-model",
        answers: { "sts:GetCallerIdentity / one": "x", "sts:GetCallerIdentity / two": "y" },
      },
      { emulator: "moto", right: "absent", why: "it has it not", answers: { "x / y": "z" } },
    ],
    otherwise: (operation) => `nobody asked about ${operation}`,
  }).split("\n");

describe("tableOf", () => {
  it("counts what each target was found to do, for each operation", () => {
    const lines = table(
      finding("sts:GetCallerIdentity", "moto", "agreed"),
      finding("sts:GetCallerIdentity", "moto", "agreed"),
      finding("sts:GetCallerIdentity", "moto", "differs-as-listed"),
      finding("sts:GetCallerIdentity", "boto3", "agreed"),
    );
    expect(lines[0]).toBe("| operation | moto 5.2.5 | boto3 | if nobody was asked |");
    expect(lines).toContain("| sts:GetCallerIdentity | 2 agree, 1 differ | 1 agree |  |");
  });

  it("says plainly what nobody was asked about, also where every emulator has it not", () => {
    const lines = table(finding("sts:GetCallerIdentity", "moto", "not-run"));
    expect(lines).toContain("| slack:auth.test |  |  | nobody asked about slack:auth.test |");
    expect(lines).toContain(
      "| sts:GetCallerIdentity | has it not |  | nobody asked about sts:GetCallerIdentity |",
    );
  });

  it("adds a row for a part that is no operation", () => {
    const part = "local/aws/event-bridge/pattern.ts";
    expect(table(finding(part, "moto", "agreed"))).toContain(`| ${part} | 1 agree |  |  |`);
  });

  it("tells each listed difference once, with who is right, and none that an emulator has not", () => {
    const lines = table();
    expect(lines.at(-1)).toBe(
      "| moto | sts:GetCallerIdentity: one; two | the stand-in | it is documented [sts-model] |",
    );
    expect(lines.join()).not.toContain("it has it not");
  });
});

describe("withTable", () => {
  it("replaces what stands between the markers, and nothing else", () => {
    const page = `before\n${BEGIN}\nold\n${END}\nafter`;
    const written = withTable(page, "new");
    expect(written).toBe(`before\n${BEGIN}\n\nnew\n\n${END}\nafter`);
    expect(withTable(written, "new")).toBe(written);
  });

  it("refuses a page without the markers, and one with them the wrong way round", () => {
    expect(() => withTable("page", "new")).toThrow("lacks the lines");
    expect(() => withTable(`${END}\n${BEGIN}`, "new")).toThrow("lacks the lines");
  });
});
