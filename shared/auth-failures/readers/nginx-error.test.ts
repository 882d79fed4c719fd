import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { nginxErrorSamples, nginxErrorTextSamples } from "./test-nginx-error-samples.ts";
import { itReads } from "./test-reader.ts";
import { groupOf } from "./test-samples.ts";

describe("nginxErrorReader", () => {
  describe("in Container Insights", () => itReads(nginxErrorSamples));
  describe("in lines of text", () => itReads(nginxErrorTextSamples));

  it("asks CloudWatch for no other complaint", () => {
    const line = "2026/11/21 08:02:00 [info] 31#31: *45 client closed connection while waiting for request";
    expect(parseFilterPattern(nginxErrorTextSamples.group.filterPattern)(line)).toBe(false);
  });

  it("takes every server's lines where the link names none", () => {
    const group = groupOf({ readers: [{ reader: "nginx-error" }], lines: "text" });
    const line =
      "2026/11/21 08:02:00 [info] 31#31: *45 client sent no required SSL certificate while processing HTTP/2 connection, client: 10.10.1.9, server: _";
    expect(group.read(line, 1, "")).toMatchObject({ class: "no-certificate", source: "10.10.1.9" });
  });
});
