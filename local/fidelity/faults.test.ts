import { describe, expect, it } from "vitest";
import type { OperationTable } from "../stand-in/operations.ts";
import { faultsOf } from "./faults.ts";
import { parsePage } from "./page.ts";

const table: OperationTable = {
  "box:Open": { mutates: true, errors: ["Throttled", "Locked"] },
  "box:Look": { mutates: false, errors: ["Throttled"] },
};

const page = (rows: readonly string[], notVerified: readonly string[] = []) =>
  [
    "| operation | error code or behaviour | source |",
    "|---|---|---|",
    ...rows,
    "## Not verified",
    ...notVerified,
    "## Sources",
    "[manual]: https://box.example/manual",
  ].join("\n");

const sound = [
  "| `box:*` | `Throttled`: 429 | [manual] |",
  "| `box:Open` | `Locked` | [manual], page 3; inferred: that it is 403 |",
  "| `box:Open` | opens it, if `a \\| b` | [manual] |",
  "| `box:Look` | shows what is in it | package `box` |",
  "| `local/box` | has a lid | ours |",
];
const listed = ["- `box:Open`: inferred: that it is 403"];

const faults = (rows: readonly string[], notVerified: readonly string[] = listed) =>
  faultsOf(parsePage(page(rows, notVerified)), table, (path) => path === "local/box");

const without = (index: number) => sound.filter((_, at) => at !== index);
const instead = (index: number, row: string) => sound.map((one, at) => (at === index ? row : one));

describe("faultsOf", () => {
  it("finds nothing in a page where all is in order", () => {
    expect(faults(sound)).toEqual([]);
  });

  it("names an operation that no row describes", () => {
    expect(faults(without(3))).toEqual(["box:Look is there, and no row says what it does"]);
    expect(faults(instead(3, "| `box:Look` | `Throttled` | ours |"))).toHaveLength(1);
  });

  it("names an error code that no row covers", () => {
    expect(faults(instead(1, "| `box:Open` | opens | [manual]; inferred: that it is 403 |"))).toEqual([
      "box:Open can answer Locked, and no row says where that comes from",
    ]);
    expect(faults(without(0))).toHaveLength(2);
  });

  it("names a row without a source", () => {
    expect(faults(instead(3, "| `box:Look` | shows what is in it | |"))).toEqual([
      "line 6: the row names no source",
    ]);
    expect(faults(instead(3, "| `box:Look` | shows what is in it | everybody knows |"))).toHaveLength(1);
  });

  it("names a row that has not three cells", () => {
    expect(faults([...sound, "| `box:Look` | a | b | ours |"])).toEqual([
      "line 8: a row has three cells; write \\| for | in a cell",
    ]);
  });

  it("names a source without an address, and an address that no row needs", () => {
    const other = sound.map((row) => row.replace("[manual]", "[handbook]"));
    expect(faults(other)).toEqual([
      "line 3: the source [handbook] has no address",
      "line 4: the source [handbook] has no address",
      "line 5: the source [handbook] has no address",
      "no row names the source [manual] any more",
    ]);
  });

  it("names a row about an operation, a service or a part that is gone", () => {
    const gone = [
      "| `box:Close` | shuts | ours |",
      "| `bag:*` | `Torn` | ours |",
      "| `local/bag` | hangs | ours |",
    ];
    expect(faults([...sound, ...gone])).toEqual([
      "line 8: there is no box:Close any more",
      "line 9: there is no bag:* any more",
      "line 10: there is no local/bag any more",
    ]);
  });

  it("names a row about a code that not all of its operations answer", () => {
    expect(faults([...sound, "| `box:*` | `Locked`: 403 | ours |"])).toEqual([
      "line 8: box:Look does not answer Locked",
    ]);
  });

  it("names a mark that does not say what it is about", () => {
    expect(faults(instead(3, "| `box:Look` | shows what is in it | [manual], inferred |"))).toEqual([
      'line 6: a mark stands last and says what it is about, as "; inferred: the status"',
    ]);
  });

  it("names what the list lacks, and what it has too much", () => {
    expect(faults(sound, [])).toEqual(['"Not verified" lacks: - `box:Open`: inferred: that it is 403']);
    expect(faults(sound, [...listed, "- `box:Look`: unverified: all of it"])).toEqual([
      '"Not verified" has what no row is marked with: - `box:Look`: unverified: all of it',
    ]);
  });
});
