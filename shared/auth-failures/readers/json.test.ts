import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { JsonReaderSettings } from "./json-settings.ts";
import { jsonSamples, jsonSettings } from "./test-json-samples.ts";
import { itReads } from "./test-reader.ts";
import { AT, groupOf } from "./test-samples.ts";

describe("jsonReader", () => {
  itReads(jsonSamples);

  it("asks CloudWatch for no line whose field says something else", () => {
    const finds = parseFilterPattern(jsonSamples.group.filterPattern);
    expect(finds(JSON.stringify({ auth: { outcome: "pending" } }))).toBe(false);
    expect(finds(JSON.stringify({ outcome: "denied" }))).toBe(false);
  });

  it("knows no reason where the link names no field for it", () => {
    const group = groupOf({ readers: [{ reader: "json", refused: { field: "status", is: [0] } }] });
    expect(group.read('{"status":0}', AT, "")).toMatchObject({ outcome: "refused", class: "unknown" });
    expect(group.read('{"status":null}', AT, "")).toBe("not-mine");
    expect(group.read("{}", AT, "")).toBe("not-mine");
  });
});

describe("JsonReaderSettings", () => {
  const faults = (change: object) =>
    JsonReaderSettings.safeParse({ ...jsonSettings, ...change }).error?.issues.map((issue) => issue.message);

  it.each(['a"b', "a*", "a b.c", "$.a", "a..b", "a[0]", "", "a.b.c.d.e.f"])(
    "refuses the field %s, which means something else in a pattern",
    (field) => {
      expect(faults({ address: field })).toEqual([expect.stringContaining("must be the name of a field")]);
    },
  );

  it.each(['a" || $.b = "c', "*", "a\\", " a", "a ", "", 1.5, true, "x".repeat(65)])(
    "refuses the value %s, which means something else in a pattern",
    (value) => {
      expect(faults({ refused: { field: "a", is: [value] } })).toHaveLength(1);
    },
  );

  it("refuses a success of which nobody could say whose it is", () => {
    const change = { serial: undefined, identity: undefined, apiKeyId: undefined };
    expect(faults(change)).toEqual([expect.stringContaining("serial, identity or apiKeyId")]);
  });
});
