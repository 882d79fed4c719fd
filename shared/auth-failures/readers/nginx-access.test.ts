import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { nginxAccessSamples, nginxAccessTextSamples } from "./test-nginx-access-samples.ts";
import { itReads } from "./test-reader.ts";
import { processed } from "./test-samples.ts";

describe("nginxAccessReader", () => {
  describe("in Container Insights", () => itReads(nginxAccessSamples));
  describe("in lines of text", () => itReads(nginxAccessTextSamples));

  it("asks CloudWatch for no request that went well", () => {
    const finds = parseFilterPattern(nginxAccessSamples.group.filterPattern);
    const line = { remote_addr: "10.10.1.9", status: 200, ssl_client_verify: "SUCCESS" };
    expect(finds(processed(line))).toBe(false);
    expect(finds(processed({ ...line, status: 400 }))).toBe(false);
  });
});
